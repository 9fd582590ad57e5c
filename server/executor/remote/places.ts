/**
 * On which machine a task runs, as the engine asks before it starts one. A pool that a worker of the workspace names is that
 * worker's alone; where several name it, any of them. The pool `default` is this machine's, and a worker's too when it names it.
 * A task that asks for a GPU goes where there is one. Neighbours: worker-hub.ts answers, server/run/slots.ts and admission.ts ask.
 */
import type { TaskOptions } from "@/pipelines/compile/dag";

export type Asked = Pick<TaskOptions, "pool" | "cpu" | "memory" | "gpu">;

export interface Places {
  /** What stands in one line for a place elsewhere; undefined: it runs here, as soon as there is room. */
  laneOf(workspaceId: string, options: Asked): string | undefined;
  /** Whether any worker of the workspace names this pool. */
  serves(workspaceId: string, pool: string): boolean;
  isFull(workspaceId: string, lane: string): boolean;
  /** Takes a place for `taskRunId/attempt` on a worker; false: none has room. */
  take(id: string, workspaceId: string, options: Asked): boolean;
  /** For an attempt that is at work elsewhere already, as its handle says. */
  adopt(id: string, handle: string | undefined, workspaceId: string, options: Asked): boolean;
  /** It stands still: its place is free for others until it wants it back. */
  park(id: string): void;
  /** Whether it may go on where it is; false: there is no room yet, and nothing new begins there before. */
  unpark(id: string, options: Asked): boolean;
  release(id: string): void;
}

const handlePrefix = "worker/";

export function toRemoteHandle(worker: string, handle: string): string {
  return `${handlePrefix}${worker}/${handle}`;
}

export function isRemoteHandle(handle: string | undefined): boolean {
  return handle?.startsWith(handlePrefix) ?? false;
}

export function toLane({ pool, cpu, memory, gpu }: Asked): string {
  return `place/${JSON.stringify([pool, cpu, memory, gpu])}`;
}

export function fromLane(lane: string): Asked {
  const [pool, cpu, memory, gpu] = JSON.parse(lane.slice("place/".length)) as [string, number, number, number];
  return { pool, cpu, memory, gpu };
}

export function isLane(resource: string): boolean {
  return resource.startsWith("place/");
}
