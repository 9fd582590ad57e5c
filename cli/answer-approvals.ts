/**
 * Approvals of a run of `heddle run`: answered by `--approve`, `--reject` and `--answer` from the command line, or asked in
 * place on a terminal. Where there is neither, the run cannot go on, and that is said rather than waited for.
 */
import readline from "node:readline/promises";
import type { Dag, Json, Task } from "@/pipelines/compile/dag";
import { parseForm, readValue, validateAnswer } from "@/pipelines/compile/parse-form";

export interface AnswerFlags {
  /** Task keys; "" for every approval. */
  readonly approve: readonly string[];
  readonly reject: readonly string[];
  /** `task.name=value`, as typed. */
  readonly answers: readonly string[];
}

export interface GivenAnswer {
  readonly approved: boolean;
  readonly values: Readonly<Record<string, Json>>;
}

/** What the command line says about each approval that it names. */
export function readAnswers(
  dag: Dag,
  flags: AnswerFlags,
): { readonly answers: ReadonlyMap<string, GivenAnswer> } | { readonly faults: readonly string[] } {
  const approvals = new Map(dag.tasks.filter(({ kind }) => kind === "approval").map((task) => [task.key, task]));
  const faults: string[] = [];
  const known = [...approvals.keys()].join(", ") || "there is none";
  for (const key of [...flags.approve, ...flags.reject]) {
    if (key !== "" && !approvals.has(key)) faults.push(`There is no approval "${key}": ${known}.`);
  }
  const typed = new Map<string, Record<string, Json>>();
  for (const text of flags.answers) {
    const [, key = "", name = "", value = ""] = /^([^.=]+)\.([^=]+)=([^]*)$/.exec(text) ?? [];
    const task = approvals.get(key);
    const field = task && fieldsOf(task).find((one) => one.name === name);
    if (!task) faults.push(`"--answer ${text}" names no approval: write --answer task.name=value. Approvals: ${known}.`);
    else if (!field) faults.push(`The form of "${key}" does not ask for "${name}".`);
    else typed.set(key, { ...typed.get(key), [name]: readValue(field, value) });
  }
  const answers = new Map<string, GivenAnswer>();
  for (const [key, task] of approvals) {
    const says = (list: readonly string[]) => list.includes(key) || list.includes("");
    if (flags.reject.includes(key) || (says(flags.reject) && !flags.approve.includes(key)))
      answers.set(key, { approved: false, values: {} });
    else if (says(flags.approve) || typed.has(key)) {
      const checked = validateAnswer(fieldsOf(task), typed.get(key) ?? {});
      if ("faults" in checked)
        faults.push(...checked.faults.map(({ message }) => `${key}: ${message} Give it with --answer ${key}.name=value.`));
      else answers.set(key, { approved: true, values: checked.values });
    }
  }
  return faults.length > 0 ? { faults } : { answers };
}

/** Approvals that this run will certainly ask for and that nobody can answer here. */
export function unanswered(dag: Dag, targets: readonly string[] | undefined, answers: ReadonlyMap<string, GivenAnswer>): readonly string[] {
  const wanted = new Set<string>();
  const byKey = new Map(dag.tasks.map((task) => [task.key, task]));
  const visit = (key: string) => {
    if (wanted.has(key)) return;
    wanted.add(key);
    for (const need of byKey.get(key)?.needs ?? []) visit(need.task);
  };
  for (const key of targets ?? byKey.keys()) visit(key);
  const open = dag.tasks.filter(({ key, kind, when }) => kind === "approval" && when === undefined && wanted.has(key) && !answers.has(key));
  return open.map(({ key }) => key);
}

export function unansweredMessage(keys: readonly string[]): string {
  return `This run asks for an approval (${keys.join(", ")}), and nobody can be asked here. Pass --approve ${keys[0]} (with --answer ${keys[0]}.name=value for its form), --reject ${keys[0]}, or run it on a terminal.`;
}

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Where somebody sits and reads; undefined: nobody can be asked. */
export function findTerminal(): Terminal | undefined {
  return process.stdin.isTTY && process.stderr.isTTY ? { input: process.stdin, output: process.stderr } : undefined;
}

/** Asks on the terminal. Undefined: the question was broken off. */
export async function ask(
  task: Pick<Task, "key" | "title" | "settings">,
  body: string,
  signal: AbortSignal,
  { input, output }: Terminal,
): Promise<(GivenAnswer & { readonly note?: string }) | undefined> {
  const terminal = readline.createInterface({ input, output });
  // A question swallows Ctrl-C: it means the run, as it does at any other time.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    output.write(`\n\x1b[1m${task.title || task.key}\x1b[0m\n${body}\n`);
    const said = (await terminal.question("Approve? [y/n] ", { signal })).trim().toLowerCase();
    if (said !== "y" && said !== "yes") {
      const note = (await terminal.question("Why not? (may be empty) ", { signal })).trim();
      return { approved: false, values: {}, ...(note !== "" && { note }) };
    }
    const values: Record<string, Json> = {};
    for (const field of fieldsOf(task)) {
      for (;;) {
        const hint = field.options ? ` (${field.options.map(String).join(", ")})` : field.required ? "" : ` [${String(field.default)}]`;
        const text = await terminal.question(`${field.name}${hint}: `, { signal });
        const value = text === "" && !field.required ? field.default : readValue(field, text);
        const checked = validateAnswer([field], { [field.name]: value });
        if ("values" in checked) {
          values[field.name] = value;
          break;
        }
        output.write(`${checked.faults.map(({ message }) => message).join(" ")}\n`);
      }
    }
    return { approved: true, values };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    terminal.close();
  }
}

function fieldsOf(task: Pick<Task, "settings">) {
  const form = parseForm(task.settings["form"]);
  return "fields" in form ? form.fields : [];
}
