/** A real engine for tests and benches: real Postgres, a real executor, a home folder of its own. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { compile } from "@/pipelines/compile/compile";
import { validateParams } from "@/pipelines/compile/validate-params";
import { parse } from "@/pipelines/notebook/parse";
import type { RunSpec } from "@/pipelines/run/run";
import type { ValueStore } from "../../artifact/store";
import { createPool, type Pool } from "../../db/pool";
import type { InstalledEnvironment } from "../../executor/environment";
import type { Executor } from "../../executor/executor";
import type { ContainerEngine } from "../../executor/docker/testing/engine";
import { createDockerExecutor } from "../../executor/docker/docker-executor";
import { createProcessExecutor } from "../../executor/process/process-executor";
import { createFindNotebook } from "../../notebook/find-notebook";
import { createEngine, type Engine, type EngineOptions, type SubmitResult } from "../engine";
import { runHub, type RunNews } from "../run-hub";

export interface Workbench {
  readonly pool: Pool;
  readonly home: string;
  readonly engine: Engine;
  readonly executor: Executor;
  readonly problems: string[];
  submit(text: string, changes?: Changes): Promise<SubmitResult>;
  /** Submits and waits for the end. */
  run(text: string, changes?: Changes): Promise<RunSummary>;
  summary(runId: string): Promise<RunSummary>;
  close(): Promise<void>;
}

export type Changes = Partial<Pick<RunSpec, "targets" | "cache" | "notebookId" | "workspaceId" | "timeout">> & {
  readonly params?: Record<string, unknown>;
};

export interface TaskSummary {
  readonly id: string;
  readonly status: string;
  readonly reason: string | undefined;
  readonly attempt: number;
  readonly why: string | undefined;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface RunSummary {
  readonly id: string;
  readonly number: number;
  readonly status: string;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** By task key; elements as `key[index]`. */
  readonly tasks: Readonly<Record<string, TaskSummary>>;
}

export function toSpec(text: string, changes: Changes = {}): Omit<RunSpec, "id"> {
  const { dag, diagnostics } = compile(parse(text));
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  const { params: given, ...rest } = changes;
  const params = validateParams(dag.params, given);
  if ("faults" in params) throw new Error(params.faults.map(({ message }) => message).join("\n"));
  return {
    workspaceId: "w1",
    notebookId: "n1",
    notebook: dag.title ?? "Notebook",
    trigger: "manual",
    params: params.values,
    logicalDate: undefined,
    dag,
    targets: undefined,
    cache: "use",
    ...rest,
  };
}

/** The bundled runner: server/executor/testing/bundle-runner.ts has made it, or bin/bench.mjs. */
export const runnerFolder = path.join(process.cwd(), "dist/runner");

/** An environment without packages. */
export function bareEnvironment(home: string): InstalledEnvironment {
  const folder = path.join(home, "environments", "bare");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "heddle-import.mjs"), "export default (name) => import(name);\n");
  return { folder, hash: "bare", packages: [] };
}

export function processExecutor(home: string, log: (message: string) => void, store?: ValueStore): Executor {
  return createProcessExecutor({
    home,
    ...(store ? { store } : {}),
    slots: 4,
    log,
    environment: bareEnvironment(home),
    runner: runnerFolder,
    dataDir: (workspaceId) => path.join(home, "data", workspaceId),
  });
}

export function dockerExecutor(home: string, log: (message: string) => void, docker?: ContainerEngine, store?: ValueStore): Executor {
  return createDockerExecutor({
    home,
    ...(store ? { store } : {}),
    ...(docker ? { docker } : {}),
    slots: 4,
    log,
    environment: bareEnvironment(home),
    runner: runnerFolder,
    dataDir: (workspaceId) => path.join(home, "data", workspaceId),
  });
}

export async function openWorkbench(
  databaseUrl: string,
  options: { home?: string; executor?: (home: string, log: (message: string) => void) => Executor } & Partial<
    Omit<EngineOptions, "executor" | "home">
  > = {},
): Promise<Workbench> {
  const {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-home-")),
    executor: makeExecutor = processExecutor,
    ...rest
  } = options as { home?: string; executor?: (home: string, log: (message: string) => void) => Executor };
  fs.mkdirSync(path.join(home, "data", "w1"), { recursive: true });
  const problems: string[] = [];
  const log = (message: string) => {
    problems.push(message);
    options.log?.(message);
  };
  const pool = createPool(databaseUrl);
  const executor = makeExecutor(home, log);
  await executor.prepare();
  const engine = createEngine({
    pool,
    databaseUrl,
    home,
    instance: "workbench",
    environmentHash: "bare",
    imageDigest: (image) => executor.imageDigest(image),
    capacity: { cpu: 2, memory: 8 * 1024 ** 3 },
    findNotebook: createFindNotebook(pool),
    ...rest,
    log,
    executor,
  });
  await engine.start();
  const bench: Workbench = {
    pool,
    home,
    engine,
    executor,
    problems,
    submit: (text, changes) => engine.submit(toSpec(text, changes), { source: text, versionId: undefined, createdBy: undefined }),
    async run(text, changes) {
      const result = await bench.submit(text, changes);
      if (!result.ok) throw new Error(result.message);
      await ended(pool, result.id);
      return bench.summary(result.id);
    },
    summary: (runId) => summarise(pool, runId),
    async close() {
      await engine.close();
      await executor.close();
      await pool.end();
      if (options.home === undefined) fs.rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return bench;
}

/** A notebook of the workspace w1, for cells that run it by its title. */
export async function addNotebook(pool: Pool, title: string, text: string): Promise<string> {
  const id = title.toLowerCase().replaceAll(" ", "-");
  await pool.query("insert into workspace (id, slug, name) values ('w1', 'w1', 'W1') on conflict do nothing");
  await pool.query(
    `insert into notebook (id, workspace_id, title, revision, updated_at, updated_by) values ($1, 'w1', $2, 1, now(), 'test')
     on conflict (id) do update set revision = notebook.revision + 1`,
    [id, title],
  );
  await pool.query(
    `insert into notebook_version (id, workspace_id, notebook_id, revision, text, created_by)
     select $1 || '@' || revision, 'w1', $1, revision, $2, 'test' from notebook where id = $1`,
    [id, text],
  );
  return id;
}

/** Resolves with the first news for which `test` holds. */
export function hear(test: (news: RunNews) => boolean): Promise<RunNews> {
  return new Promise((resolve) => {
    const stop = runHub.subscribe((news) => {
      if (!test(news)) return;
      stop();
      resolve(news);
    });
  });
}

export async function ended(pool: Pool, runId: string): Promise<void> {
  const heard = hear((news) => news.type === "changed" && news.runId === runId && news.ended);
  const { rows } = await pool.query("select 1 from run where id = $1 and status in ('succeeded', 'failed', 'cancelled')", [runId]);
  if (rows.length === 0) await heard;
}

/** Resolves once it holds. What throws (a database that is away) does not hold yet. */
export async function until(test: () => Promise<boolean>): Promise<void> {
  while (!(await test().catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Whether all of them have ended by what the database says, whichever server tells of it. */
export async function areOver(pool: Pool, runIds: readonly string[]): Promise<boolean> {
  const { rowCount } = await pool.query("select 1 from run where id = any($1) and status in ('succeeded', 'failed', 'cancelled')", [
    runIds,
  ]);
  return rowCount === new Set(runIds).size;
}

/** Resolves once a task run has this status. */
export async function reached(pool: Pool, runId: string, taskKey: string, status: string): Promise<void> {
  for (;;) {
    const heard = hear((news) => news.type === "changed" && news.runId === runId);
    const { rows } = await pool.query("select 1 from task_run where run_id = $1 and task_key = $2 and status = $3", [
      runId,
      taskKey,
      status,
    ]);
    if (rows.length > 0) return;
    await heard;
  }
}

async function summarise(pool: Pool, runId: string): Promise<RunSummary> {
  const {
    rows: [run],
  } = await pool.query("select * from run where id = $1", [runId]);
  const { rows } = await pool.query("select * from task_run where run_id = $1 order by length(id), id", [runId]);
  const tasks: Record<string, TaskSummary> = {};
  for (const row of rows) {
    const why = row.why && (row.why.name === undefined ? row.why.type : `${row.why.type} ${row.why.name}`);
    tasks[row.map_index === null ? row.task_key : `${row.task_key}[${row.map_index}]`] = {
      id: row.id,
      status: row.status,
      reason: row.reason ?? undefined,
      attempt: row.attempt,
      why: why ?? undefined,
      outputs: Object.fromEntries(Object.entries(row.outputs ?? {}).map(([name, value]) => [name, summaryOf(value)])),
    };
  }
  return { id: run.id, number: run.number, status: run.status, reason: run.reason ?? undefined, message: run.message ?? undefined, tasks };
}

function summaryOf(value: unknown): unknown {
  const ref = value as { summary?: string; list?: { summary: string }[] };
  return ref.list ? ref.list.map(({ summary }) => summary) : ref.summary;
}
