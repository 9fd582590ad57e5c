/** Words of one attempt: stored, then turned into events of its run. Its end waits until everything before it is stored. */
import type { RunEvent } from "@/pipelines/run/run-event";
import { recordArtifact } from "../artifact/record";
import { isConnectionError, type Pool } from "../db/pool";
import type { AttemptListener, AttemptResult } from "../executor/executor";
import type { MetricOrigin, MetricWriter } from "../metric/append";
import type { LogStore } from "./log-store";
import { runHub } from "./run-hub";
import type { UsageKeeper } from "./usage-keeper";

export interface AttemptListenerOptions {
  readonly origin: MetricOrigin;
  readonly ordinal: number;
  /** The attempt evaluates the sources of a fan-out. */
  readonly group: boolean;
  /** It was at work before this process was: what its log holds is counted anew. */
  readonly adopted: boolean;
  readonly logs: LogStore;
  readonly metrics: MetricWriter;
  readonly usage: UsageKeeper;
  readonly pool: Pool;
  now(): number;
  random(): number;
  readonly call: AttemptListener["call"];
  readonly parked: AttemptListener["parked"];
  complain(what: string, error: unknown): void;
  /** For words that need no save of their own. */
  tell(event: RunEvent): void;
  arrive(event: RunEvent, durationMs: number | undefined): Promise<void>;
}

export function createAttemptListener(options: AttemptListenerOptions): AttemptListener {
  const { origin, ordinal } = options;
  const { attempt, runId, workspaceId, taskRunId } = origin;
  const storing = new Set<Promise<unknown>>();

  function stored<T>(work: Promise<T>): Promise<T> {
    storing.add(work);
    const done = () => void storing.delete(work);
    work.then(done, done);
    return work;
  }

  /** What the database refuses for what it is would be said again for ever, and the attempt would never end. */
  async function accepted(what: string, work: () => Promise<unknown>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (isConnectionError(error)) throw error;
      options.complain(`The database refused ${what} of ${taskRunId}, attempt ${attempt}`, error);
      return false;
    }
  }

  if (options.adopted) void stored(options.logs.append(origin, 0, []));

  return {
    started: () => options.tell({ type: "attempt-started", ordinal, attempt, at: options.now() }),
    async logs(offset, records) {
      const { records: total } = await stored(options.logs.append(origin, offset, records));
      runHub.publish({ type: "logs", runId, workspaceId, taskRunId, attempt, total });
    },
    async metrics(points) {
      if (!(await accepted("points", () => stored(options.metrics.append(origin, points))))) return;
      runHub.publish({ type: "metrics", runId, workspaceId, names: [...new Set(points.map(({ name }) => name))] });
    },
    async artifact(word) {
      await accepted(`the artifact ${word.name}`, () => stored(recordArtifact(options.pool, origin, word)));
    },
    progress: (progress) => runHub.publish({ type: "progress", runId, workspaceId, taskRunId, progress }),
    usage: ({ cpuMs, memoryBytes }) => options.usage.note(origin, { at: options.now(), cpuMs, memoryBytes }, options.adopted),
    call: options.call,
    parked: options.parked,
    async finished(result) {
      options.usage.end(origin);
      if (storing.size > 0) await Promise.allSettled(storing);
      await options.arrive(toEvent(result, options), result.status === "succeeded" ? result.usage.durationMs : undefined);
      if (options.logs.counts(origin)) await options.logs.close(origin);
    },
  };
}

function toEvent(result: AttemptResult, { origin: { attempt }, ordinal, group, now, random }: AttemptListenerOptions): RunEvent {
  const common = { ordinal, attempt, at: now(), usage: result.usage };
  const called = result.status === "succeeded" && result.calls ? { called: true as const } : {};
  switch (result.status) {
    case "succeeded":
      if (group) return { ...common, type: "expanded", elements: result.elements ?? {}, ...called, displays: result.displays };
      return { ...common, type: "attempt-succeeded", outputs: result.outputs, ...called, displays: result.displays };
    case "skipped":
      return { ...common, type: "attempt-skipped" };
    case "failed": {
      const { reason, error, displays } = result;
      return { ...common, type: "attempt-failed", reason, error, displays, random: random() };
    }
    case "lost":
      return { ...common, type: "attempt-lost", reason: result.reason, error: result.error, displays: result.displays };
    case "cancelled":
      return { ...common, type: "attempt-cancelled", reason: result.reason, error: result.error, displays: result.displays };
  }
}
