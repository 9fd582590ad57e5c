/** Workers of a workspace as pages show them. Their rows are written by registry.ts. */
import type { Database } from "../db/database";
import { workspaceRead, workspaceTransaction } from "../db/tenancy";
import { runningTasksSql, workersSql } from "../db/worker.sql";
import { AppError, notFound } from "../errors";
import type { RunningTask, WorkerView } from "./worker-views";

interface WorkerRecord {
  readonly id: string;
  readonly workspace_id: string | null;
  readonly name: string;
  readonly host: string;
  readonly version: string;
  readonly executor: WorkerView["executor"];
  readonly pools: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly slots: number;
  readonly cpus: number;
  readonly memory: number;
  readonly gpus: number;
  readonly cpu_load: number | null;
  readonly memory_used: number | null;
  readonly running: readonly string[];
  readonly draining: boolean;
  readonly connected_at: Date;
  readonly seen_at: Date;
  readonly online: boolean;
}

interface RunningRecord {
  readonly id: string;
  readonly task_key: string;
  readonly map_index: number | null;
  readonly run_id: string;
  readonly number: number;
  readonly title: string;
}

/** Shown per worker; the count of slots says how many more there are. */
const mostShown = 50;
const goneMs = 45_000;

export async function listWorkers(database: Database, workspaceId: string): Promise<WorkerView[]> {
  return workspaceRead(database, workspaceId, async (client) => {
    const workers = (await client.query<WorkerRecord>(workersSql, [workspaceId])).rows;
    const ids = new Set(workers.flatMap(({ running }) => running.slice(0, 1000).map(toTaskRunId)));
    const tasks = new Map<string, RunningTask>();
    if (ids.size > 0) {
      const { rows } = await client.query<RunningRecord>(runningTasksSql, [workspaceId, [...ids]]);
      for (const row of rows) tasks.set(row.id, toRunningTask(row));
    }
    // A server that was killed is nobody's to remove: it is shown while it is there.
    return workers.filter(({ workspace_id, online }) => workspace_id !== null || online).map((worker) => toView(worker, tasks));
  });
}

/** 404 where there is none of this workspace. */
export async function drainWorker(database: Database, workspaceId: string, id: string, on: boolean): Promise<void> {
  const { count } = await workspaceTransaction(database, workspaceId, (tx) =>
    tx.worker.updateMany({ where: { id, workspaceId }, data: { draining: on } }),
  );
  if (count === 0) throw notFound("worker");
}

export async function removeWorker(database: Database, workspaceId: string, id: string): Promise<void> {
  await workspaceTransaction(database, workspaceId, async (tx) => {
    const worker = await tx.worker.findFirst({ where: { id, workspaceId } });
    if (!worker) throw notFound("worker");
    if (worker.server !== null && Date.now() - worker.seenAt.getTime() < goneMs)
      throw new AppError("CONFLICT", "This worker is connected. Stop it first (Ctrl-C there), then remove it.");
    await tx.worker.deleteMany({ where: { id, workspaceId } });
  });
}

function toView(record: WorkerRecord, tasks: ReadonlyMap<string, RunningTask>): WorkerView {
  const { id, name, host, version, executor, pools, labels, cpus, gpus, running } = record;
  return {
    id,
    kind: record.workspace_id === null ? "server" : "worker",
    name,
    host,
    version,
    executor,
    state: !record.online ? "gone" : record.draining ? "draining" : "online",
    pools,
    labels,
    slots: { used: record.online ? running.length : 0, total: record.slots },
    cpus,
    cpuLoad: record.online ? (record.cpu_load ?? undefined) : undefined,
    memoryBytes: record.memory,
    memoryUsed: record.online ? (record.memory_used ?? undefined) : undefined,
    gpus,
    running: record.online ? running.flatMap((key) => tasks.get(toTaskRunId(key)) ?? []).slice(0, mostShown) : [],
    connectedAt: record.connected_at.toISOString(),
    seenAt: record.seen_at.toISOString(),
  };
}

function toRunningTask(row: RunningRecord): RunningTask {
  return {
    taskRunId: row.id,
    runId: row.run_id,
    runNumber: row.number,
    taskKey: row.task_key,
    title: row.title || row.task_key,
    mapIndex: row.map_index ?? undefined,
  };
}

function toTaskRunId(key: string): string {
  return key.slice(0, key.lastIndexOf("#"));
}
