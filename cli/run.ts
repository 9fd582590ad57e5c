/**
 * `heddle run FILE`: exit 0 succeeded, 1 failed, 2 bad usage or compile errors. Here with everything embedded;
 * run-on-server.ts does the same on a server. Neighbours: server/run/read-report.ts (the object of --json),
 * run-progress.ts (the terminal).
 */
import os from "node:os";
import path from "node:path";
import { compile } from "@/pipelines/compile/compile";
import { isRunTerminal } from "@/pipelines/run/run-state";
import { validateParams } from "@/pipelines/compile/validate-params";
import { installEnvironment } from "@/server/executor/environment";
import { readEnv } from "@/server/env";
import { startEmbedded } from "@/server/embedded";
import { readReport, readStatus, readTasks } from "@/server/run/read-report";
import { runHub } from "@/server/run/run-hub";
import { hasErrors, printDiagnostics } from "./compile";
import { findDataFolder } from "./data-folder";
import { createFindNotebookFile } from "./find-notebook-file";
import { packageDir } from "./package-dir";
import { parseAssignments } from "./parse-assignments";
import { readNotebook } from "./read-notebook";
import { runOnServer } from "./run-on-server";
import { printEnd, printTask } from "./run-progress";

export interface RunOptions {
  /** `name=value`, as typed. */
  readonly assignments: readonly string[];
  readonly data: string | undefined;
  readonly executor: "docker" | "process" | undefined;
  readonly cache: "use" | "off";
  readonly server: { readonly url: string; readonly token: string | undefined } | undefined;
  readonly json: boolean;
}

const workspaceId = "cli";

export async function runFile(file: string, options: RunOptions): Promise<number> {
  const read = readNotebook(file);
  if (!read.ok) return refuse(read.message);
  const { home } = readEnv(process.env);
  const say = options.json ? () => undefined : (message: string) => console.error(message);
  if (options.server) return runOnServer(file, read.text, options.server, options, say);

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
    const submitted = await engine.submit(
      {
        workspaceId,
        notebookId: path.resolve(file),
        notebook: dag.title ?? path.basename(file, ".ts"),
        trigger: "cli",
        params: params.values,
        logicalDate: undefined,
        dag,
        targets: undefined,
        cache: options.cache,
      },
      { source: read.text, versionId: undefined, createdBy: os.userInfo().username },
    );
    if (!submitted.ok) return refuse(submitted.message);
    const interrupt = () => void engine.cancel(submitted.id, "Ctrl-C");
    process.on("SIGINT", interrupt);
    process.on("SIGTERM", interrupt);

    const printed = new Set<string>();
    for (;;) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      changed.length = 0;
      const { status } = await readStatus(pool, submitted.id);
      if (!options.json) for (const task of await readTasks(pool, submitted.id)) printTask(task, printed);
      if (isRunTerminal(status)) break;
      if (changed.length === 0) await woken;
    }
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

function refuse(message: string): 2 {
  console.error(message);
  return 2;
}
