/**
 * `heddle`: the command line. Each command is a module, loaded when it is asked for; this file names them and their options.
 * Neighbours: compile.ts, format.ts, exchange.ts, run.ts (here, with everything embedded), run-on-server.ts, control-run.ts (what is done
 * to a run on a server), worker.ts (tasks of a server here), sign-in-link.ts, gc.ts.
 */
import { Command, InvalidArgumentError } from "commander";
import { parseDuration } from "@/pipelines/compile/parse-duration";
import { controls, type ControlFlags } from "./controls";

/** Resolves with the exit code set: 0 well, 1 the notebook failed or has errors, 2 bad usage. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("heddle")
    .description("The notebook you edit is the pipeline that runs.")
    .version("0.1.0")
    .exitOverride((error) => {
      throw new CommandEnded(error.exitCode === 0 ? 0 : 2);
    });

  program
    .command("compile")
    .description("Compile a notebook to its tasks and print them, with every error and warning.")
    .argument("<file>", "a notebook: a TypeScript file with // %% cells")
    .option("--json", "print one JSON object")
    .action(async (file: string, options: { json?: true }) => {
      const { compileFile } = await import("./compile");
      process.exitCode = await compileFile(file, { json: options.json ?? false });
    });

  program
    .command("run")
    .description("Run a notebook to its end: here, with everything embedded, or on a Heddle server.")
    .argument("<file>", "a notebook: a TypeScript file with // %% cells")
    .option("-p, --param <name=value>", "set a parameter (repeat for more); the value is JSON, or else text", collect, [])
    .option("--data <dir>", "folder that cells read with dataset(…) (default: data/ beside the notebook)")
    .option("--executor <kind>", "docker or process (default: docker when an engine answers)", oneOf("docker", "process"))
    .option("--no-cache", "run every task, whatever is stored")
    .option("--target <task...>", "run only these tasks and what they need")
    .option("--timeout <time>", "stop the run when it takes longer, such as 30m", duration)
    .option("--dry-run", "tell what would run, what is stored and why, and run nothing")
    .option("--approve [task...]", "approve these [approval] cells, or all of them, without asking")
    .option("--reject [task...]", "reject these, or all of them")
    .option("--answer <task.name=value>", "fill in the form of an approval (repeat for more)", collect, [])
    .option("--server <url>", "run on this Heddle server instead of here")
    .option("--token <token>", "API token for --server (default: the variable HEDDLE_TOKEN)")
    .option("--json", "print one JSON object at the end, and nothing else")
    .action(async (file: string, options: RunFlags) => {
      const { runFile } = await import("./run");
      process.exitCode = await runFile(file, {
        assignments: options.param,
        data: options.data,
        executor: options.executor,
        cache: options.cache ? "use" : "off",
        server: options.server === undefined ? undefined : { url: options.server, token: options.token ?? process.env.HEDDLE_TOKEN },
        json: options.json ?? false,
        targets: options.target,
        timeout: options.timeout,
        dryRun: options.dryRun ?? false,
        answers: { approve: named(options.approve), reject: named(options.reject), answers: options.answer },
      });
    });

  for (const [name, { text }] of Object.entries(controls)) {
    const command = program
      .command(name)
      .description(text)
      .argument("<run>", "id of a run, as its address has it")
      .requiredOption("--server <url>", "the Heddle server that has the run")
      .option("--token <token>", "API token (default: the variable HEDDLE_TOKEN)");
    if (name === "retry") command.option("--task <task>", "only this task and what it held up; an element as task[index]");
    if (name === "clear" || name === "mark" || name === "answer")
      command.requiredOption("--task <task>", "a task; an element as task[index]");
    if (name === "note") {
      command.requiredOption("--text <text>", "the note").option("--task <task>", "beside this task; an element as task[index]");
    }
    if (name === "mark") command.requiredOption("--as <state>", "succeeded or failed", oneOf("succeeded", "failed"));
    if (name === "answer") {
      command.option("--reject", "reject instead of approving").option("--value <name=value>", "a value of the form", collect, []);
    }
    if (name === "mark" || name === "answer") command.option("--note <text>", "kept with your name");
    command.action(async (run: string, options: ControlFlags) => {
      const { controlRun } = await import("./control-run");
      process.exitCode = await controlRun(name as keyof typeof controls, run, {
        ...options,
        token: options.token ?? process.env.HEDDLE_TOKEN,
      });
    });
  }

  program
    .command("why")
    .description("Say what the waiting tasks of a run on a server wait for.")
    .argument("<run>", "id of the run, as its address has it")
    .argument("[task]", "only this task, by its key; an element as key[3]")
    .requiredOption("--server <url>", "the Heddle server")
    .option("--token <token>", "API token (default: the variable HEDDLE_TOKEN)")
    .action(async (runId: string, task: string | undefined, options: { server: string; token?: string }) => {
      const { whyWaiting } = await import("./why-waiting");
      process.exitCode = await whyWaiting({ runId, task, server: options.server, token: options.token ?? process.env.HEDDLE_TOKEN });
    });

  program
    .command("fmt")
    .description("Write a notebook the way Heddle writes it: cell headers and line endings; your code stays as it is.")
    .argument("<file>", "a notebook: a TypeScript file with // %% cells")
    .option("--check", "change nothing; exit 1 when the file would change")
    .action(async (file: string, options: { check?: true }) => {
      const { formatFile } = await import("./format");
      process.exitCode = await formatFile(file, { check: options.check ?? false });
    });

  program
    .command("export")
    .description("Write a notebook as a file of another kind, with the outputs of its last run on this machine.")
    .argument("<file>", "a notebook: a TypeScript file with // %% cells")
    .requiredOption("--to <format>", "ipynb, html or md", oneOf("ipynb", "html", "md"))
    .option("--out <file>", "where to (default: beside the notebook; - for the terminal)")
    .action(async (file: string, options: { to: "ipynb" | "html" | "md"; out?: string }) => {
      const { exportFile } = await import("./exchange");
      process.exitCode = await exportFile(file, options.to, options.out);
    });

  program
    .command("import")
    .description("Make a notebook of a Jupyter file; its outputs are kept only by a server.")
    .argument("<file>", "an .ipynb file")
    .option("--out <file>", "where to (default: beside it, with the ending .ts)")
    .option("--force", "write over a file that is there")
    .action(async (file: string, options: { out?: string; force?: true }) => {
      const { importFile } = await import("./exchange");
      process.exitCode = await importFile(file, options.out, options.force ?? false);
    });

  program
    .command("worker")
    .description("Run tasks of a Heddle server on this machine. Ctrl-C ends what it has, then leaves; a second Ctrl-C leaves at once.")
    .requiredOption("--server <url>", "the server's https address")
    .option("--token <token>", "a worker's token, from the server's Workers page (default: the variable HEDDLE_TOKEN)")
    .option("--pool <name>", "serve the cells with pool=<name> (repeat for more; default: default)", collect, [])
    .option("--label <key=value>", "say what this machine has; pools may ask for it (repeat for more)", collect, [])
    .option("--slots <n>", "tasks at once (default: one per core)", wholeNumber)
    .option("--gpus <n>", "GPUs that cells with gpu=<n> may ask for (default: the NVIDIA ones found)", wholeNumber)
    .option("--executor <kind>", "docker or process (default: docker when an engine answers)", oneOf("docker", "process"))
    .option("--home <dir>", "where it keeps packages, values and its name (default: worker/ in HEDDLE_HOME)")
    .option("--name <name>", "what it is called (default: the machine's name)")
    .option("--cache <gb>", "gigabytes of values to keep (default: 20)", wholeNumber)
    .option("--allow-http", "plain http to another machine: only in a network that you trust")
    .action(async (options: WorkerOptions) => {
      const { runWorker } = await import("./worker");
      const { cache = 20, allowHttp = false, token = process.env.HEDDLE_TOKEN, slots, gpus, executor, home, name, ...rest } = options;
      process.exitCode = await runWorker({ ...rest, token, slots, gpus, executor, home, name, allowHttp, cache: cache * 1024 ** 3 });
    });

  program
    .command("sign-in-link")
    .description("Print a one-time link that signs the owner in, on the machine that Heddle runs on.")
    .option("--email <address>", "another member than the owner")
    .action(async ({ email }: { email?: string }) => {
      const { printSignInLink } = await import("./sign-in-link");
      process.exitCode = await printSignInLink(email);
    });

  program
    .command("gc")
    .description("Remove runs beyond the retention and stored values that nothing needs, on the machine that Heddle runs on.")
    .option("--dry-run", "change nothing; say what would go")
    .action(async ({ dryRun }: { dryRun?: true }) => {
      const { collect } = await import("./gc");
      process.exitCode = await collect({ dryRun: dryRun ?? false });
    });

  try {
    await program.parseAsync(argv as string[]);
  } catch (error) {
    if (!(error instanceof CommandEnded)) throw error;
    process.exitCode = error.code;
  }
}

interface WorkerOptions {
  readonly server: string;
  readonly token?: string;
  readonly pool: readonly string[];
  readonly label: readonly string[];
  readonly slots?: number;
  readonly gpus?: number;
  readonly executor?: "docker" | "process";
  readonly home?: string;
  readonly name?: string;
  readonly cache?: number;
  readonly allowHttp?: true;
}

interface RunFlags {
  readonly param: readonly string[];
  readonly data?: string;
  readonly executor?: "docker" | "process";
  readonly cache: boolean;
  readonly server?: string;
  readonly token?: string;
  readonly json?: true;
  readonly target?: readonly string[];
  readonly timeout?: number;
  readonly dryRun?: true;
  readonly approve?: true | readonly string[];
  readonly reject?: true | readonly string[];
  readonly answer: readonly string[];
}

/** Without names it means all. */
function named(given: true | readonly string[] | undefined): readonly string[] {
  return given === true ? [""] : (given ?? []);
}

function duration(value: string): number {
  const read = parseDuration(value);
  if (read === undefined) throw new InvalidArgumentError("It is a time such as 30m or 2h.");
  return read;
}

class CommandEnded extends Error {
  constructor(readonly code: number) {
    super();
  }
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

function wholeNumber(value: string): number {
  if (!/^\d{1,6}$/.test(value)) throw new InvalidArgumentError("It is a whole number.");
  return Number(value);
}

function oneOf<T extends string>(...choices: readonly T[]) {
  return (value: string): T => {
    if (!(choices as readonly string[]).includes(value)) throw new InvalidArgumentError(`It is one of: ${choices.join(", ")}.`);
    return value as T;
  };
}
