/**
 * What has ended and is wanted again: retried (what failed) or cleared (this and all downstream, fresh). The same run goes on,
 * also one that had ended. Refused while it is being stopped, while its handlers run, and while something concerned is queued
 * or running. Neighbours: transition.ts, mark.ts (decided by hand), settle.ts (what follows).
 */
import { startClock } from "./begin";
import type { Draft } from "./draft";
import { admitElements, elementsOf } from "./fan-out";
import type { Reason } from "./run";
import { isRunTerminal, isTerminal, newTaskRun, type TaskRunState } from "./run-state";
import { releaseTask } from "./settle";

/** Tasks to run again; for a fan-out that keeps its elements, those of them that do. */
export type Again = Map<number, readonly number[] | "whole">;

const becauseOfOthers: ReadonlySet<Reason | undefined> = new Set(["upstream-failed", "fail-fast", "cancelled"]);

/** What failed, was cancelled or never started because of that; or one such task with what it held up. */
export function retry(draft: Draft, ordinal: number | undefined, by: string | undefined, at: number): void {
  const { plan } = draft.base;
  if (!mayChange(draft)) return;
  const again: Again = new Map();
  const add = (index: number) => {
    const failed = failedElements(draft, index);
    again.set(index, failed.length > 0 ? failed : "whole");
  };
  if (ordinal === undefined) {
    plan.tasks.forEach((_, index) => {
      if (wantsRetry(draft.must(index))) add(index);
    });
  } else {
    const taskRun = draft.taskRun(ordinal);
    if (!taskRun || !wantsRetry(taskRun)) return;
    // A fan-out that was marked succeeded has readers already.
    const whole = draft.must(taskRun.task);
    if (!wantsRetry(whole) && whole.status !== "running") return;
    if (taskRun.mapIndex === undefined) add(ordinal);
    else again.set(taskRun.task, [ordinal]);
    for (const index of spread(draft, taskRun.task, wantsRetry)) add(index);
  }
  if (again.size === 0) return;
  draft.act({ type: "retried", by, ordinal });
  askAgain(draft, again, false, at);
}

export function clear(draft: Draft, ordinal: number, by: string | undefined, at: number): void {
  const first = draft.taskRun(ordinal);
  if (!first || !mayChange(draft) || first.reason === "not-targeted" || first.reason === "cleared") return;
  const tasks = [first.task, ...spread(draft, first.task, ({ reason }) => reason !== "not-targeted")];
  if (tasks.some((index) => isBusy(draft.must(index)))) return;
  const again: Again = new Map(tasks.map((index) => [index, "whole"]));
  if (first.mapIndex !== undefined) again.set(first.task, [ordinal]);
  draft.act({ type: "cleared", by, ordinal });
  askAgain(draft, again, true, at);
}

function askAgain(draft: Draft, again: Again, fresh: boolean, at: number): void {
  if (isRunTerminal(draft.fields.status)) {
    for (const index of endedHandlers(draft)) if (!again.has(index)) again.set(index, "whole");
  }
  reopenRun(draft, at);
  prepare(draft, again, fresh);
  release(draft, again, at);
}

/** Not while it is being stopped, nor while its handlers tell how it went. */
export function mayChange(draft: Draft): boolean {
  const { status, reason } = draft.fields;
  const open = draft.count(draft.base.plan.counters.open);
  // One that was set aside may have ended with tasks that have not.
  return isRunTerminal(status) ? open === 0 : reason === undefined && open > 0;
}

export function wantsRetry({ status, reason }: TaskRunState): boolean {
  return status === "failed" || status === "cancelled" || (status === "skipped" && becauseOfOthers.has(reason));
}

export function isBusy({ status }: TaskRunState): boolean {
  return status === "queued" || status === "running";
}

function failedElements(draft: Draft, group: number): readonly number[] {
  return [...elementsOf(draft, group)].filter((ordinal) => {
    const { status, reason } = draft.must(ordinal);
    return status === "failed" || status === "cancelled" || becauseOfOthers.has(reason);
  });
}

/** Handlers that told how an ended run went: they tell it again. */
export function endedHandlers(draft: Draft): readonly number[] {
  const { plan } = draft.base;
  return plan.tasks.flatMap((_, index) => {
    const { status, reason } = draft.must(index);
    return plan.late[index] === true && isTerminal(status) && reason !== "not-targeted" ? [index] : [];
  });
}

/** Tasks downstream, as far as an unbroken line of fitting ones goes. */
export function spread(draft: Draft, from: number, fits: (taskRun: TaskRunState) => boolean): readonly number[] {
  const { downstream } = draft.base.plan;
  const found = new Set<number>();
  const stack = [from];
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    for (const reader of downstream[index]!) {
      if (found.has(reader) || !fits(draft.must(reader))) continue;
      found.add(reader);
      stack.push(reader);
    }
  }
  return [...found].sort((a, b) => a - b);
}

export function reopenRun(draft: Draft, at: number): void {
  if (!isRunTerminal(draft.fields.status)) return;
  draft.setFields({ status: "running", reason: undefined, message: undefined, finishedAt: undefined });
  startClock(draft, at);
}

/** It counts as not ended from now on. */
export function reopenTask(draft: Draft, index: number): void {
  const { plan } = draft.base;
  const { counters } = plan;
  const { status } = draft.must(index);
  if (!isTerminal(status)) return;
  if (status === "failed" && !plan.late[index]) draft.addCount(counters.failed, -1);
  draft.addCount(plan.late[index] ? counters.openLate : counters.open, 1);
  for (const reader of plan.downstream[index]!) draft.addCount(counters.pending(reader), 1);
}

export function prepare(draft: Draft, again: Again, fresh: boolean): void {
  const { counters } = draft.base.plan;
  for (const [index, elements] of again) {
    reopenTask(draft, index);
    if (elements === "whole") {
      forgetElements(draft, index);
      reset(draft, index, fresh);
      continue;
    }
    const { status } = draft.must(index);
    if (isTerminal(status)) {
      draft.set(index, { status: "running", reason: undefined, decision: undefined, finishedAt: undefined, outputs: undefined });
      draft.note(index, { error: null });
    }
    for (const ordinal of elements) {
      reset(draft, ordinal, fresh);
      draft.addCount(counters.live(index), 1);
    }
    draft.setCount(counters.cursor(index), 0);
  }
}

export function release(draft: Draft, again: Again, at: number): void {
  for (const index of again.keys()) {
    if (draft.must(index).expanded !== undefined) admitElements(draft, index, at);
    else releaseTask(draft, index, at);
  }
}

/** The fan-out is made anew: its elements stay in the record, as cleared. */
function forgetElements(draft: Draft, group: number): void {
  const { counters } = draft.base.plan;
  if (draft.must(group).expanded === undefined) return;
  for (const ordinal of elementsOf(draft, group)) draft.set(ordinal, { status: "skipped", reason: "cleared" });
  for (const place of [counters.first(group), counters.live(group), counters.admitted(group), counters.cursor(group)])
    draft.setCount(place, 0);
}

/** As before it began, but for its attempts, which count on. */
function reset(draft: Draft, ordinal: number, fresh: boolean): void {
  const { task, mapIndex, elements, attempt, current } = draft.must(ordinal);
  draft.set(ordinal, { ...newTaskRun(ordinal, task, mapIndex, elements, fresh), attempt, current });
  draft.note(ordinal, { displays: [], error: null });
}
