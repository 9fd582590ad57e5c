/** A run that is stopped, out of time, paused and resumed. */
import { endTaskRun } from "./end-task-run";
import type { Draft } from "./draft";
import { enqueue } from "./enqueue";
import { reasonSentence } from "./reason-sentences";
import { isTerminal } from "./run-state";
import { stoppingReason } from "./stopping";

/** Nothing further starts; what is running is stopped and reports its end itself. A stop may still become a termination. */
export function cancel(draft: Draft, how: "stop" | "terminate", by: string | undefined, at: number): void {
  const { halt } = draft.fields;
  if (halt === "terminate" || halt === how) return;
  const message = by === undefined ? reasonSentence("cancelled") : `Stopped by ${by}.`;
  draft.setFields({ reason: "cancelled", message, halt: how });
  draft.act({ type: how === "stop" ? "stopped" : "terminated", by });
  stopAll(draft, "cancelled", at);
}

/** The deadline of the run has come: as a stop, but a failure. */
export function runIsDue(draft: Draft, at: number): void {
  const { deadline, halt } = draft.fields;
  if (deadline === undefined || deadline > at || halt !== undefined) return;
  draft.setFields({ reason: "run-timeout", message: reasonSentence("run-timeout"), halt: "stop" });
  stopAll(draft, "run-timeout", at);
}

export function pause(draft: Draft, by: string | undefined, at: number): void {
  if (draft.fields.paused || draft.fields.halt !== undefined) return;
  draft.setFields({ paused: { by, at } });
  draft.act({ type: "paused", by });
}

export function resume(draft: Draft, by: string | undefined, at: number): void {
  if (!draft.fields.paused) return;
  draft.act({ type: "resumed", by });
  goOn(draft, at);
}

/** Whatever waits for a slot asks for one again: while paused nobody kept a list. */
function goOn(draft: Draft, at: number): void {
  if (!draft.fields.paused) return;
  draft.setFields({ paused: undefined });
  for (let ordinal = 0; ordinal < draft.nextOrdinal; ordinal++) {
    const { status, cacheKey, notBefore } = draft.must(ordinal);
    if (status === "queued" && cacheKey !== undefined && notBefore === undefined) enqueue(draft, ordinal, at);
  }
}

function stopAll(draft: Draft, reason: "cancelled" | "run-timeout", at: number): void {
  const { plan } = draft.base;
  goOn(draft, at);
  // Elements first: a group ends with its last one.
  for (let ordinal = draft.nextOrdinal - 1; ordinal >= 0; ordinal--) {
    const taskRun = draft.must(ordinal);
    if (isTerminal(taskRun.status) || stoppingReason(draft.fields, plan.late[taskRun.task]!) === undefined) continue;
    if (taskRun.status === "running") {
      if (taskRun.expanded === undefined) draft.actions.push({ type: "stop", ordinal, attempt: taskRun.attempt, reason: "cancelled" });
      continue;
    }
    endTaskRun(draft, ordinal, "cancelled", reason, at);
  }
}
