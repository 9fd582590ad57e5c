import type { Draft } from "./draft";
import type { Reason, TaskRunStatus } from "./run";
import { isTerminal } from "./run-state";

type Terminal = Extract<TaskRunStatus, "succeeded" | "cached" | "failed" | "skipped" | "cancelled">;

/** Ends a task run once; its readers are asked by settleAll. */
export function endTaskRun(draft: Draft, ordinal: number, status: Terminal, reason: Reason | undefined, at: number): void {
  const before = draft.must(ordinal);
  if (isTerminal(before.status)) return;
  draft.set(ordinal, { status, reason, finishedAt: at, notBefore: undefined, queuedUntil: undefined });
  draft.settled.push(ordinal);
}
