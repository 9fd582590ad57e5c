/** What the hub wants remembered of workers, and told: server/workers/registry.ts does so in the database. */
import type { WorkerHello, WorkerLoad } from "@/pipelines/protocol/worker";

export interface KnownWorker {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  /** Those that it serves: by name, or by its labels. */
  readonly pools: readonly string[];
  readonly gpus: number;
  readonly draining: boolean;
}

export interface WorkerRegistry {
  /** False: this id belongs to another workspace. */
  arrived(workspaceId: string, hello: WorkerHello): Promise<{ readonly ok: false } | { readonly ok: true; readonly draining: boolean }>;
  /** Says whether somebody drains it; undefined: it was removed. */
  beat(workspaceId: string, id: string, load: WorkerLoad, running: readonly string[]): Promise<{ readonly draining: boolean } | undefined>;
  left(workspaceId: string, id: string): Promise<void>;
  setDraining(workspaceId: string, id: string, on: boolean): Promise<void>;
  /** All workers of all workspaces that nobody removed, connected or not. */
  list(): Promise<readonly KnownWorker[]>;
  /** Pools that ask for labels, as `workspace/pool`. */
  labelledPools(): Promise<readonly string[]>;
  /** Whether the task run has ended or is at another attempt. */
  isStale(workspaceId: string, taskRunId: string, attempt: number): Promise<boolean>;
}
