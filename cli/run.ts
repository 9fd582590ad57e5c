/**
 * `heddle run FILE`: exit 0 succeeded, 1 failed, 2 bad usage or compile errors. Here with everything embedded;
 * run-on-server.ts does the same on a server. Neighbours: server/run/read-report.ts (the object of --json),
 * run-progress.ts (the terminal).
 */
import os from "node:os";
import path from "node:path";
import { compile } from "@/pipelines/compile/compile";
import type { Task } from "@/pipelines/compile/dag";
import type { OutputRef } from "@/pipelines/run/run";
import { isRunTerminal } from "@/pipelines/run/run-state";
import { validateParams } from "@/pipelines/compile/validate-params";
import { NpmFailure } from "@/server/environment/npm-fault";
import { installEnvironment } from "@/server/executor/environment";
import { readEnv } from "@/server/env";
import { startEmbedded } from "@/server/embedded";
import { toOutputs } from "@/server/run/command-run";
import type { Pool } from "@/server/db/pool";
import { fillIn } from "@/server/run/read-inbox";
import { readReport, readStatus, readTasks } from "@/server/run/read-report";
import { runHub } from "@/server/run/run-hub";
import { ask, findTerminal, readAnswers, unanswered, unansweredMessage, type AnswerFlags, type GivenAnswer } from "./answer-approvals";
import { hasErrors, printDiagnostics } from "./compile";
import { findDataFolder } from "./data-folder";
import { createFindNotebookFile } from "./find-notebook-file";
import { packageDir } from "./package-dir";
import { parseAssignments } from "./parse-assignments";
import { readNotebook } from "./read-notebook";
import { runOnServer } from "./run-on-server";
import { printEnd, printForecast, printTask } from "./run-progress";

export interface RunOptions {
  /** `name=value`, as typed. */
  readonly assignments: readonly string[];
  readonly data: string | undefined;
  readonly executor: "docker" | "process" | undefined;
  readonly cache: "use" | "off";
  readonly server: { readonly url: string; readonly token: string | undefined } | undefined;
  readonly json: boolean;
  readonly targets: readonly string[] | undefined;
  /** Milliseconds. */
  readonly timeout: number | undefined;
  readonly dryRun: boolean;
  readonly answers: AnswerFlags;
}

const workspaceId = "cli";

export async function runFile(file: string, options: RunOptions): Promise<number> {
  const read = readNotebook(file);
  if (!read.ok) return refuse(read.message);
  const { home } = readEnv(process.env);
  const say = options.json ? () => undefined : (message: string) => console.error(message);
  if (options.server) return runOnServer(file, read.text, options.server, options, say, options.json ? undefined : findTerminal());

  const { packages, folder } = await installEnvironment({ home, source: path.join(packageDir(), "environment"), log: say });
  const compilation = compile(read.notebook, { packages });
  if (hasErrors(compilation)) {
    printDiagnostics(compilation.diagnostics);
    return 2;
  }
  const { dag } = compilation;
  const assigned = parseAssignments(options.assignments, dag.params);
  if ("faults" in assigned) return refuse(assigned.faults.join("\n"));
  const params = validateParams(dag.params, assigned.values);
  if ("faults" in params) return refuse(params.faults.map((fault) => fault.message).join("\n"));

  const unknown = options.targets?.filter((key) => !dag.tasks.some((task) => task.key === key)) ?? [];
  if (unknown.length > 0) return refuse(`There is no task ${unknown.join(", ")}: ${dag.tasks.map(({ key }) => key).join(", ")}.`);
  const given = readAnswers(dag, options.answers);
  if ("faults" in given) return refuse(given.faults.join("\n"));
  const terminal = options.json ? undefined : findTerminal();
  const open = terminal || options.dryRun ? [] : unanswered(dag, options.targets, given.answers);
  if (open.length > 0) return refuse(unansweredMessage(open));

  const data = await findDataFolder(file, options.data, home, folder);
  if (!data.ok) return refuse(data.message);
  const embedded = await startEmbedded({
    home: path.join(home, "cli"),
    environmentHome: home,
    packageDir: packageDir(),
    dataDir: data.dir,
    executor: options.executor,
    findNotebook: createFindNotebookFile(file),
    log: say,
  });
  try {
    say(`\x1b[2m${embedded.sentence}\x1b[0m`);
    const { engine, pool } = embedded;
    const changed: string[] = [];
    let wake: () => void = () => undefined;
    const unsubscribe = runHub.subscribe((news) => {
      if (news.type !== "changed") return;
      changed.push(...news.taskRunIds);
      wake();
    });
    const environment = await embedded.environmentOf(read.text).catch((error: unknown) => {
      if (error instanceof NpmFailure) return error;
      throw error;
    });
    if (environment instanceof NpmFailure) return refuse(`The packages of this notebook could not be installed. ${environment.message}`);
    const spec = {
      workspaceId,
      notebookId: path.resolve(file),
      notebook: dag.title ?? path.basename(file, ".ts"),
      trigger: "cli" as const,
      params: params.values,
      logicalDate: undefined,
      dag,
      targets: options.targets,
      cache: options.cache,
      timeout: options.timeout ?? dag.runTimeout,
      environment,
    };
    if (options.dryRun) {
      const forecast = await engine.plan(spec);
      if (options.json) console.log(JSON.stringify({ tasks: forecast }, undefined, 2));
      else for (const task of forecast) printForecast(task);
      return 0;
    }
    const submitted = await engine.submit(spec, { source: read.text, versionId: undefined, createdBy: os.userInfo().username });
    if (!submitted.ok) return refuse(submitted.message);
    const interrupt = () => void engine.cancel(submitted.id, "Ctrl-C");
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);

    const who = os.userInfo().username;
    const asking = new AbortController();
    /** One question at a time. */
    let question: Promise<unknown> = Promise.resolve();
    const answered = new Set<string>();
    const answerOne = async (task: Task, ordinal: number) => {
      const decided =
        given.answers.get(task.key) ??
        (terminal
          ? await (question = question.then(async () => ask(task, await bodyOf(pool, submitted.id, task), asking.signal, terminal)))
          : undefined);
      if (asking.signal.aborted) return;
      if (decided === undefined) {
        say(unansweredMessage([task.key]));
        await engine.command(submitted.id, { type: "cancel-requested", how: "stop", by: undefined });
        return;
      }
      const { approved, values, note } = decided as GivenAnswer & { note?: string };
      const outputs = approved ? toOutputs(values) : {};
      await engine.command(submitted.id, { type: "answered", ordinal, approved, outputs, note, by: who });
    };

    const printed = new Set<string>();
    for (;;) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      changed.length = 0;
      const { status } = await readStatus(pool, submitted.id);
      const tasks = await readTasks(pool, submitted.id);
      if (!options.json) for (const task of tasks) printTask(task, printed);
      if (isRunTerminal(status)) break;
      for (const { key, status: state } of tasks) {
        const asked = dag.tasks.findIndex((task) => task.key === key && task.kind === "approval");
        if (state !== "waiting" || asked < 0 || answered.has(key)) continue;
        answered.add(key);
        void answerOne(dag.tasks[asked]!, asked).catch((error: unknown) => say(String(error)));
      }
      if (changed.length === 0) await woken;
    }
    asking.abort();
    unsubscribe();
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    const report = await readReport(pool, embedded.store, submitted.id);
    if (options.json) console.log(JSON.stringify(report, undefined, 2));
    else printEnd(report);
    return report.run.status === "succeeded" ? 0 : 1;
  } finally {
    await embedded.close();
  }
}

/** The question, with the values it shows. */
async function bodyOf(pool: Pool, runId: string, task: Task): Promise<string> {
  const { rows } = await pool.query<{ outputs: Record<string, OutputRef> | null }>(
    "select outputs from task_run where run_id = $1 and task_key = any($2) and map_index is null",
    [runId, task.needs.map((need) => need.task)],
  );
  return fillIn(task.body ?? "", Object.assign({}, ...rows.map(({ outputs }) => outputs ?? {})) as Record<string, OutputRef>);
}

function refuse(message: string): 2 {
  console.error(message);
  return 2;
}
