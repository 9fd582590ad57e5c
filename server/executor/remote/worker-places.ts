/**
 * Which worker takes the next task: those that serve its pool, by name or by the labels that it asks for, and have room.
 * Neighbours: places.ts (what the engine asks), remote-worker.ts (one worker's room), worker-hub.ts (who is connected).
 */
import { fromLane, isRemoteHandle, toLane, type Asked, type Places } from "./places";
import type { RemoteWorker } from "./remote-worker";
import type { KnownWorker } from "./worker-registry";

export interface WorkerPlacesParts {
  /** Those connected to this server now or a while ago. */
  readonly workers: ReadonlyMap<string, RemoteWorker>;
  /** Who has the attempt `taskRunId#attempt`. */
  workerWith(attempt: string): RemoteWorker | undefined;
  changed(): void;
}

export class WorkerPlaces implements Places {
  private readonly reserved = new Map<string, RemoteWorker>();
  /** All that nobody removed, connected to any server or to none. */
  private known: readonly KnownWorker[] = [];
  /** Pools that ask for labels, as `workspace/pool`: never this machine's. */
  private labelled: ReadonlySet<string> = new Set();

  constructor(private readonly parts: WorkerPlacesParts) {}

  /** Returns whether anything is new. */
  know(known: readonly KnownWorker[], labelled: readonly string[]): boolean {
    const before = JSON.stringify([this.known, [...this.labelled]]);
    this.known = known;
    this.labelled = new Set(labelled);
    return JSON.stringify([this.known, [...this.labelled]]) !== before;
  }

  /** Equal while the same pools are served. */
  get served(): string {
    return JSON.stringify([this.known.map(({ workspaceId, pools, gpus }) => [workspaceId, pools, gpus]), [...this.labelled]]);
  }

  /** Where a place was taken for `taskRunId/attempt`. */
  reservation(id: string): RemoteWorker | undefined {
    return this.reserved.get(id);
  }

  laneOf(workspaceId: string, options: Asked): string | undefined {
    const { pool, gpu } = options;
    if (pool === "default" && gpu === 0) return undefined;
    if (pool !== "default") return this.serves(workspaceId, pool) ? toLane(options) : undefined;
    const serving = this.known.filter((each) => each.workspaceId === workspaceId && each.pools.includes(pool));
    return serving.some(({ gpus }) => gpus > 0) ? toLane(options) : undefined;
  }

  /** A pool that asks for labels is served, if perhaps by nobody yet: its tasks wait for who has them. */
  serves(workspaceId: string, pool: string): boolean {
    if (this.labelled.has(`${workspaceId}/${pool}`)) return true;
    return this.known.some((each) => each.workspaceId === workspaceId && each.pools.includes(pool));
  }

  isFull(workspaceId: string, lane: string): boolean {
    return this.choose(workspaceId, fromLane(lane)) === undefined;
  }

  take(id: string, workspaceId: string, options: Asked): boolean {
    const worker = this.choose(workspaceId, options);
    if (!worker) return false;
    worker.hold(id, options);
    this.reserved.set(id, worker);
    return true;
  }

  adopt(id: string, handle: string | undefined, workspaceId: string, options: Asked): boolean {
    const worker = this.parts.workerWith(toAttemptKey(id));
    worker?.hold(id, options);
    if (worker) this.reserved.set(id, worker);
    return worker !== undefined || isRemoteHandle(handle) || (handle === undefined && this.laneOf(workspaceId, options) !== undefined);
  }

  park(id: string): void {
    this.workerOf(id)?.park(id);
    this.parts.changed();
  }

  unpark(id: string, options: Asked): boolean {
    const worker = this.workerOf(id);
    // It is lost: that is told by other ways.
    if (!worker) return true;
    return worker.unpark(id, options);
  }

  private workerOf(id: string): RemoteWorker | undefined {
    return this.reserved.get(id) ?? this.parts.workerWith(toAttemptKey(id));
  }

  release(id: string): void {
    if (this.reserved.get(id)?.letGo(id)) this.reserved.delete(id);
  }

  /** The one with the most room: attempts spread. */
  private choose(workspaceId: string, asked: Asked): RemoteWorker | undefined {
    let best: RemoteWorker | undefined;
    let most = -1;
    for (const worker of this.parts.workers.values()) {
      if (worker.workspaceId !== workspaceId || !worker.hasRoom(asked) || !this.poolsOf(worker).includes(asked.pool)) continue;
      const free = worker.freeSlots;
      if (free > most) [best, most] = [worker, free];
    }
    return best;
  }

  private poolsOf(worker: RemoteWorker): readonly string[] {
    return this.known.find(({ id, workspaceId }) => id === worker.id && workspaceId === worker.workspaceId)?.pools ?? [];
  }
}

/** `taskRunId/attempt`, as places are counted, → `taskRunId#attempt`, as attempts are called. */
function toAttemptKey(id: string): string {
  const at = id.lastIndexOf("/");
  return `${id.slice(0, at)}#${id.slice(at + 1)}`;
}
