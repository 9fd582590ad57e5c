/**
 * Decided by hand: a task, or one element of a fan-out, has succeeded or failed because somebody says so. Readers that could not
 * run without it do so now. Refused as in rerun.ts, and while a reader is at work on the value that it gave.
 */
import type { Draft } from "./draft";
import { endTaskRun } from "./end-task-run";
import { elementsOf } from "./fan-out";
import { endedHandlers, isBusy, mayChange, prepare, release, reopenRun, reopenTask, spread, wantsRetry, type Again } from "./rerun";
import type { OutputRef, ValueRef } from "./run";
import { hasSucceeded, isRunTerminal, isTerminal, type TaskRunState } from "./run-state";

export interface Mark {
  readonly ordinal: number;
  readonly as: "succeeded" | "failed";
  readonly by: string | undefined;
  readonly note: string | undefined;
}

export function mark(draft: Draft, order: Mark, at: number): void {
  const { plan } = draft.base;
  const { ordinal, as, by, note } = order;
  const taskRun = draft.taskRun(ordinal);
  if (!taskRun || !mayChange(draft) || taskRun.reason === "not-targeted" || taskRun.reason === "cleared") return;
  if (taskRun.status === as || (as === "succeeded" && hasSucceeded(taskRun.status)) || isBusy(taskRun)) return;
  const index = taskRun.task;
  const whole = draft.must(index);
  const element = taskRun.mapIndex !== undefined;
  // Somebody has decided about the fan-out as a whole, and its readers went by that.
  if (element && whole.decision !== undefined) return;
  if (hasSucceeded(whole.status) && plan.downstream[index]!.some((reader) => isAtWork(draft.must(reader)))) return;
  const readers = spread(draft, index, (one) => one.status === "skipped" && (one.reason === "upstream-skipped" || wantsRetry(one)));
  const again: Again = new Map(as === "succeeded" && (!element || isTerminal(whole.status)) ? readers.map((each) => [each, "whole"]) : []);
  const type = as === "succeeded" ? "marked-succeeded" : "marked-failed";
  draft.act({ type, by, ordinal, note });
  const ended = isRunTerminal(draft.fields.status);
  reopenRun(draft, at);
  if (element) reopenElement(draft, taskRun);
  else {
    reopenTask(draft, index);
    if (as === "succeeded" && taskRun.expanded !== undefined) draft.set(index, { outputs: givenBy(draft, index) });
  }
  draft.set(ordinal, { status: "blocked", decision: { type, by, at, note }, startedAt: taskRun.startedAt ?? at });
  const message = `Marked as failed${by === undefined ? "" : ` by ${by}`}${note === undefined ? "." : `: ${note}`}`;
  draft.note(ordinal, { error: as === "failed" ? { name: "MarkedFailed", message, frames: [] } : null });
  endTaskRun(draft, ordinal, as, as === "failed" ? "marked-failed" : undefined, at);
  if (ended) {
    for (const each of endedHandlers(draft)) if (each !== index && plan.late[index] !== true) again.set(each, "whole");
  }
  prepare(draft, again, false);
  release(draft, again, at);
}

/** What has its value may be at work on it. */
function isAtWork(taskRun: TaskRunState): boolean {
  return isBusy(taskRun) || taskRun.status === "waiting";
}

/** It ends anew, and with it the fan-out, if that had ended. */
function reopenElement(draft: Draft, { task, status, queuedAt }: TaskRunState): void {
  const { counters } = draft.base.plan;
  if (isTerminal(status)) {
    draft.addCount(counters.live(task), 1);
    // Its end takes it off those let through, as it did before.
    if (queuedAt !== undefined) draft.addCount(counters.admitted(task), 1);
  }
  if (!isTerminal(draft.must(task).status)) return;
  reopenTask(draft, task);
  draft.set(task, { status: "running", reason: undefined, finishedAt: undefined, outputs: undefined });
  draft.note(task, { error: null });
}

/** What a fan-out has, although some of its elements failed. */
function givenBy(draft: Draft, group: number): Record<string, OutputRef> {
  const given = [...elementsOf(draft, group)].map((ordinal) => draft.must(ordinal)).filter(({ status }) => hasSucceeded(status));
  return Object.fromEntries(
    draft.base.plan.tasks[group]!.outputs.map((name) => [
      name,
      { list: given.flatMap((element) => (element.outputs?.[name] as ValueRef | undefined) ?? []) },
    ]),
  );
}
