/**
 * Waiting for a place: in a pool, a lock, a limit, on a worker. With `queueTimeout=` a task run waits so long and no longer, anew
 * for each try. A paused run waits for its people: that time does not count. Neighbours: transition.ts, make-ready.ts, halt.ts.
 */
import type { Draft } from "./draft";
import { endTaskRun } from "./end-task-run";

export function enqueue(draft: Draft, ordinal: number, at: number): void {
  const { queueTimeout } = draft.base.plan.tasks[draft.must(ordinal).task]!.options;
  if (queueTimeout !== undefined && !draft.fields.paused) {
    const until = at + queueTimeout;
    draft.set(ordinal, { queuedUntil: until });
    draft.actions.push({ type: "wake", ordinal, at: until });
  }
  draft.actions.push({ type: "enqueue", ordinal });
}

/** Its time to wait is over, if nobody has taken it meanwhile. To wait again would not help: it is not tried again. */
export function waitedTooLong(draft: Draft, ordinal: number, at: number): void {
  const { status, queuedUntil } = draft.must(ordinal);
  if (status !== "queued" || queuedUntil === undefined || queuedUntil > at || draft.fields.paused) return;
  const message = "No place became free for it in the time that queueTimeout= allows.";
  draft.note(ordinal, { error: { name: "QueueTimeout", message, frames: [] } });
  endTaskRun(draft, ordinal, "failed", "timeout", at);
}
