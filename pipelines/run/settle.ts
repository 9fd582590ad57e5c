/** What the end of one task run means for the others: readers, groups, handlers, the run. */
import type { Draft } from "./draft";
import { endTaskRun } from "./end-task-run";
import { elementEnded, elementsOf, releaseElements } from "./fan-out";
import { makeReady } from "./make-ready";
import { reasonSentence } from "./reason-sentences";
import type { Decision } from "./run";
import { hasSucceeded, isRunTerminal, isTerminal, type RunFields } from "./run-state";

/** Follows the consequences until there are no more. A list, not recursion: a chain may have 10,000 links. */
export function settleAll(draft: Draft, at: number, first: boolean): void {
  const { plan } = draft.base;
  const { counters } = plan;
  let touched = first;
  for (;;) {
    const ordinal = draft.settled.pop();
    if (ordinal === undefined) {
      if (!touched) return;
      touched = false;
      releaseHandlers(draft, at);
      if (draft.settled.length > 0) continue;
      endRun(draft, at);
      return;
    }
    touched = true;
    const taskRun = draft.must(ordinal);
    if (taskRun.mapIndex !== undefined) {
      if (taskRun.status === "failed") failFast(draft, taskRun.task, at);
      elementEnded(draft, ordinal, at);
      continue;
    }
    const index = taskRun.task;
    draft.addCount(plan.late[index] ? counters.openLate : counters.open, -1);
    if (taskRun.status === "failed" && !plan.late[index]) draft.addCount(counters.failed, 1);
    for (const reader of plan.downstream[index]!) draft.addCount(counters.pending(reader), -1);
    for (const reader of plan.downstream[index]!) releaseTask(draft, reader, at);
    if (taskRun.status === "failed") failFast(draft, index, at);
  }
}

/** Decides about a blocked task as soon as what it waits for allows. */
export function releaseTask(draft: Draft, index: number, at: number): void {
  const { plan } = draft.base;
  const { status: now, expanded } = draft.must(index);
  const pending = draft.count(plan.counters.pending(index));
  // Tried again after what it reads was tried again too: its elements waited for that.
  if (now === "running" && expanded !== undefined && pending === 0) return releaseElements(draft, index, at);
  if (now !== "blocked") return;
  const task = plan.tasks[index]!;
  const handler = task.options.on !== undefined;
  // A handler reads what there is; only other late tasks count for its join.
  const upstream = handler ? plan.upstream[index]!.filter((need) => plan.late[need]) : plan.upstream[index]!;
  const outcomes = pending > 0 && task.options.join !== "all" ? [] : upstream.map((need) => draft.must(need));
  const failed = outcomes.some(
    ({ status, reason }) => status === "failed" || status === "cancelled" || reason === "upstream-failed" || reason === "fail-fast",
  );
  if (pending > 0) {
    if (!handler && task.options.join === "all" && failed) endTaskRun(draft, index, "skipped", "upstream-failed", at);
    return;
  }
  if (handler) {
    if (draft.count(plan.counters.open) > 0) return;
    const outcome = outcomeOf(draft);
    if (task.options.on !== "exit" && task.options.on !== outcome) {
      return endTaskRun(draft, index, "skipped", "handler-not-needed", at);
    }
  }
  const succeeded = outcomes.filter(({ status }) => hasSucceeded(status)).length;
  switch (task.options.join) {
    case "all":
      if (succeeded === outcomes.length) return makeReady(draft, index, at);
      return endTaskRun(draft, index, "skipped", failed ? "upstream-failed" : "upstream-skipped", at);
    case "any":
      if (succeeded > 0 || outcomes.length === 0) return makeReady(draft, index, at);
      return endTaskRun(draft, index, "skipped", failed ? "upstream-failed" : "upstream-skipped", at);
    case "done":
      return makeReady(draft, index, at);
    case "failed":
      if (outcomes.some(({ status }) => status === "failed")) return makeReady(draft, index, at);
      return endTaskRun(draft, index, "skipped", "join-unmet", at);
  }
}

/** What `on` asks. A run that was stopped has neither succeeded nor failed. */
function outcomeOf(draft: Draft): "success" | "failure" | "stopped" {
  const { plan } = draft.base;
  const { reason } = draft.fields;
  if (reason === "run-timeout") return "failure";
  if (reason === "cancelled") return "stopped";
  if (draft.count(plan.counters.failed) > 0) return "failure";
  return plan.tasks.some((_, index) => !plan.late[index] && draft.must(index).status === "cancelled") ? "stopped" : "success";
}

function releaseHandlers(draft: Draft, at: number): void {
  const { plan } = draft.base;
  if (draft.count(plan.counters.open) > 0) return;
  for (const handler of plan.handlers) releaseTask(draft, handler, at);
}

/** The notebook asks to stop at the first failure: what has not started never does, what runs is stopped. */
function failFast(draft: Draft, task: number, at: number): void {
  const { plan } = draft.base;
  if (!draft.base.spec.dag.failFast || plan.late[task] || draft.fields.reason !== undefined) return;
  draft.setFields({ reason: "fail-fast" });
  for (let ordinal = draft.nextOrdinal - 1; ordinal >= 0; ordinal--) {
    const taskRun = draft.must(ordinal);
    if (plan.late[taskRun.task] || isTerminal(taskRun.status)) continue;
    if (taskRun.status === "running") {
      if (taskRun.expanded === undefined) draft.actions.push({ type: "stop", ordinal, attempt: taskRun.attempt, reason: "cancelled" });
    } else endTaskRun(draft, ordinal, "skipped", "fail-fast", at);
  }
}

function endRun(draft: Draft, at: number): void {
  const { plan, spec } = draft.base;
  if (isRunTerminal(draft.fields.status)) return;
  if (draft.count(plan.counters.open) > 0 || draft.count(plan.counters.openLate) > 0) return;
  const startedAt = draft.fields.startedAt ?? at;
  const { reason: stopped, message } = draft.fields;
  if (stopped === "cancelled" || stopped === "run-timeout") {
    const status = stopped === "cancelled" ? "cancelled" : "failed";
    return finish(draft, { status, reason: stopped, message }, startedAt, at);
  }
  const index = plan.tasks.findIndex((_, task) => draft.must(task).status === "failed");
  if (index < 0) {
    const left = plan.tasks.some((_, task) => draft.must(task).status === "cancelled");
    // One task of a stopped run was asked for again, and the others were not.
    if (left) return finish(draft, { status: "cancelled", reason: "cancelled", message: reasonSentence("cancelled") }, startedAt, at);
    return finish(draft, { status: "succeeded", reason: undefined, message: undefined }, startedAt, at);
  }
  const { reason = "internal", decision } = draft.must(index);
  const elements = [...elementsOf(draft, index)].filter((ordinal) => draft.must(ordinal).status === "failed");
  const where =
    elements.length > 0
      ? ` at ${elements.length === 1 ? "element" : `${elements.length} elements, first`} ${draft.must(elements[0]!).mapIndex}`
      : "";
  const title = spec.dag.tasks[index]!.title || spec.dag.tasks[index]!.key;
  const only = elements.length === 1 ? draft.must(elements[0]!) : undefined;
  const decided = decision ?? only?.decision;
  const told =
    decided?.by === undefined
      ? `“${title}” failed${where}. ${reasonSentence(reason)}`
      : decisionSentence(only ? `${title} [${only.mapIndex}]` : title, decided);
  finish(draft, { status: "failed", reason, message: told }, startedAt, at);
}

function finish(draft: Draft, outcome: Pick<RunFields, "status" | "reason" | "message">, startedAt: number, at: number): void {
  draft.setFields({ ...outcome, startedAt, finishedAt: at, halt: undefined, paused: undefined, deadline: undefined });
  draft.actions.push({ type: "run-ended", status: outcome.status });
}

function decisionSentence(title: string, { type, by, note }: Decision): string {
  const did = type === "rejected" ? "was rejected" : "was marked as failed";
  return `“${title}” ${did} by ${by}${note === undefined ? "." : `: ${note}`}`;
}
