/** What happened, in words: one sentence for each thing that an event holds. */
import type { RunHistoryEvent } from "../../../_trpc/outputs";

export interface EventSentence {
  /** The state that its icon shows; undefined for what people did. */
  readonly state: RunHistoryEvent["changes"][number]["status"] | NonNullable<RunHistoryEvent["status"]> | undefined;
  readonly text: string;
  /** The task that it is about, to open it. */
  readonly taskRunId: string | undefined;
  readonly reason: RunHistoryEvent["changes"][number]["reason"];
}

const verbs: Record<RunHistoryEvent["changes"][number]["status"], string> = {
  blocked: "waits for others again",
  queued: "was queued",
  running: "started",
  waiting: "began to wait",
  succeeded: "succeeded",
  cached: "was reused from the cache",
  failed: "failed",
  skipped: "was skipped",
  cancelled: "was cancelled",
};
const verbsOfMany: Record<RunHistoryEvent["changes"][number]["status"], string> = {
  ...verbs,
  blocked: "wait for others again",
  queued: "were queued",
  cached: "were reused from the cache",
  skipped: "were skipped",
  cancelled: "were cancelled",
};
const runVerbs: Record<NonNullable<RunHistoryEvent["status"]>, string> = {
  queued: "was queued",
  running: "started",
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "was cancelled",
};
const actVerbs: Record<RunHistoryEvent["acts"][number]["type"], string> = {
  stopped: "stopped the run",
  terminated: "ended the run at once",
  paused: "paused the run",
  resumed: "let the run go on",
  retried: "asked for what failed again",
  cleared: "cleared",
  approved: "approved",
  rejected: "rejected",
  "marked-succeeded": "marked as succeeded",
  "marked-failed": "marked as failed",
};

/** What people did comes first, then the run, then its tasks. */
export function describeEvent(
  event: RunHistoryEvent,
  titleOf: (taskKey: string) => string,
  nameOf: (taskRunId: string) => string | undefined,
): EventSentence[] {
  const sentences: EventSentence[] = event.acts.map(({ type, by, note, taskRunId }) => {
    const name = taskRunId === undefined ? undefined : nameOf(taskRunId);
    return {
      state: undefined,
      text: `${by ?? "Somebody"} ${actVerbs[type]}${name === undefined ? "" : ` ${name}`}${note === undefined || note === "" ? "" : `: “${note}”`}`,
      taskRunId,
      reason: undefined,
    };
  });
  if (event.status !== undefined)
    sentences.push({ state: event.status, text: `The run ${runVerbs[event.status]}`, taskRunId: undefined, reason: undefined });
  for (const change of event.changes) {
    const title = titleOf(change.taskKey);
    const many = change.count > 1;
    const subject = many ? `${change.count} elements of ${title}` : change.mapIndex === undefined ? title : `${title} [${change.mapIndex}]`;
    const again = change.attempt > 1 && (change.status === "running" || change.status === "failed") ? ` (try ${change.attempt})` : "";
    sentences.push({
      state: change.status,
      text: `${subject} ${(many ? verbsOfMany : verbs)[change.status]}${again}`,
      taskRunId: change.taskRunId,
      reason: change.reason,
    });
  }
  return sentences;
}
