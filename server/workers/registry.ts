/** Rows of workers as the hub writes them: it holds their links, the database what all servers and pages know of them. */
import type { WorkerHello, WorkerLoad } from "@/pipelines/protocol/worker";
import type { Pool } from "../db/pool";
import {
  drainWorkerSql,
  forgetServersSql,
  knownWorkersSql,
  serverLeftSql,
  labelledPoolsSql,
  taskRunStandsSql,
  workerArrivedSql,
  workerBeatSql,
  workerLeftSql,
} from "../db/worker.sql";
import type { KnownWorker, WorkerRegistry } from "../executor/remote/worker-registry";

interface KnownRecord {
  readonly id: string;
  readonly workspace_id: string;
  readonly name: string;
  readonly pools: readonly string[];
  readonly gpus: number;
  readonly draining: boolean;
}

/** What a server says of itself: the same as a worker does. */
export type ServerSelf = Pick<WorkerHello, "name" | "host" | "version" | "executor" | "slots" | "capacity">;

export class DatabaseWorkers implements WorkerRegistry {
  constructor(
    private readonly pool: Pick<Pool, "query">,
    /** Id of this server process among others. */
    private readonly server: string,
  ) {}

  async arrived(workspaceId: string, hello: WorkerHello): ReturnType<WorkerRegistry["arrived"]> {
    const { rows } = await this.arrive(hello.worker, workspaceId, hello, hello.pools, hello.labels, hello.attempts);
    return rows[0] ? { ok: true, draining: rows[0].draining } : { ok: false };
  }

  async beat(workspaceId: string, id: string, load: WorkerLoad, running: readonly string[]): ReturnType<WorkerRegistry["beat"]> {
    const { rows } = await this.pool.query<{ draining: boolean }>(workerBeatSql, [
      id,
      workspaceId,
      load.cpu,
      Math.round(load.memoryUsed),
      running,
      this.server,
    ]);
    return rows[0];
  }

  async left(_workspaceId: string, id: string): Promise<void> {
    await this.pool.query(workerLeftSql, [id, this.server]);
  }

  async setDraining(workspaceId: string, id: string, on: boolean): Promise<void> {
    await this.pool.query(drainWorkerSql, [id, workspaceId, on]);
  }

  async list(): Promise<readonly KnownWorker[]> {
    const { rows } = await this.pool.query<KnownRecord>(knownWorkersSql);
    return rows.map(({ workspace_id: workspaceId, ...rest }) => ({ ...rest, workspaceId }));
  }

  async labelledPools(): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ workspace_id: string; name: string }>(labelledPoolsSql);
    return rows.map(({ workspace_id, name }) => `${workspace_id}/${name}`);
  }

  async isStale(workspaceId: string, taskRunId: string, attempt: number): Promise<boolean> {
    const { rows } = await this.pool.query<{ status: string; attempt: number }>(taskRunStandsSql, [taskRunId, workspaceId]);
    const row = rows[0];
    return !row || row.status !== "running" || row.attempt !== attempt;
  }

  /** This server's own row: its machine runs tasks of every workspace. */
  async selfArrived(self: ServerSelf): Promise<void> {
    await this.pool.query(forgetServersSql);
    await this.arrive(this.server, null, self, ["default"], {}, []);
  }

  async selfBeat(load: WorkerLoad, running: readonly string[]): Promise<void> {
    await this.pool.query(workerBeatSql, [this.server, null, load.cpu, Math.round(load.memoryUsed), running, this.server]);
  }

  async selfLeft(): Promise<void> {
    await this.pool.query(serverLeftSql, [this.server]);
  }

  private arrive(
    id: string,
    workspaceId: string | null,
    { name, host, version, executor, slots, capacity }: ServerSelf,
    pools: readonly string[],
    labels: Readonly<Record<string, string>>,
    running: readonly string[],
  ) {
    return this.pool.query<{ draining: boolean }>(workerArrivedSql, [
      id,
      workspaceId,
      name,
      host,
      version,
      executor,
      pools,
      JSON.stringify(labels),
      slots,
      capacity.cpu,
      Math.round(capacity.memory),
      capacity.gpu,
      this.server,
      running,
    ]);
  }
}
