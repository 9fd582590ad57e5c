/**
 * The fold of a run: what an event changes, and what is to be done about it once that is saved. Pure and total: an event
 * that comes late, twice or for another attempt changes nothing. Neighbours: settle.ts (what the end of one task means for
 * the others), fan-out.ts (groups and their elements), held.ts (approvals and waits), halt.ts (stop, pause), rerun.ts (again),
 * mark.ts (by hand), enqueue.ts, retry.ts, apply-changes.ts; server/run performs the actions.
 */
import { begin } from "./begin";
import { Draft } from "./draft";
import { endTaskRun } from "./end-task-run";
import { enqueue, waitedTooLong } from "./enqueue";
import { expand } from "./fan-out";
import { cancel, pause, resume, runIsDue } from "./halt";
import { answer, heldIsDue, hold, isHeld } from "./held";
import { mark } from "./mark";
import { clear, retry as retryTasks } from "./rerun";
import { retryAfterFailure, retryAfterLoss } from "./retry";
import type { RunEvent } from "./run-event";
import type { Reason } from "./run";
import { isRunTerminal, type RunState, type TaskRunState, type Transition } from "./run-state";
import { releaseTask, settleAll } from "./settle";
import { stoppingReason } from "./stopping";

export function transition(run: RunState, event: RunEvent): Transition {
  const draft = new Draft(run);
  decide(draft, event);
  settleAll(draft, event.at, event.type === "submitted");
  return draft.finish();
}

function decide(draft: Draft, event: RunEvent): void {
  if (isRunTerminal(draft.fields.status) && !reopens(event)) return;
  switch (event.type) {
    case "submitted":
      return submitted(draft, event.at);
    case "cache-missed": {
      const taskRun = waitingForLookup(draft, event.ordinal);
      if (!taskRun) return;
      draft.set(event.ordinal, { cacheKey: event.key ?? "", keyParts: event.parts });
      draft.note(event.ordinal, { why: event.why });
      return enqueue(draft, event.ordinal, event.at);
    }
    case "cache-hit": {
      const taskRun = waitingForLookup(draft, event.ordinal);
      if (!taskRun) return;
      const { entry } = event;
      draft.set(event.ordinal, { cacheKey: event.key, keyParts: event.parts, cachedFrom: entry.taskRunId });
      draft.note(event.ordinal, { why: { type: "cached" }, displays: entry.displays });
      begin(draft, event.at);
      if (isGroup(draft, taskRun)) {
        draft.set(event.ordinal, { status: "running", startedAt: event.at });
        return expand(draft, event.ordinal, entry.elements ?? {}, event.at);
      }
      draft.set(event.ordinal, { outputs: entry.outputs, startedAt: event.at });
      return endTaskRun(draft, event.ordinal, "cached", undefined, event.at);
    }
    case "claimed": {
      const taskRun = draft.taskRun(event.ordinal);
      if (taskRun?.status !== "queued" || taskRun.notBefore !== undefined || draft.fields.paused) return;
      const attempt = taskRun.attempt + 1;
      draft.set(event.ordinal, { status: "running", attempt, startedAt: taskRun.startedAt ?? event.at, queuedUntil: undefined });
      draft.setAttempt(event.ordinal, { attempt, status: "launching" });
      begin(draft, event.at);
      draft.actions.push({ type: "launch", ordinal: event.ordinal, attempt });
      return;
    }
    case "attempt-launched":
      if (live(draft, event)) draft.setAttempt(event.ordinal, { attempt: event.attempt, handle: event.handle });
      return;
    case "attempt-started":
      if (live(draft, event)?.current?.status === "launching") {
        draft.setAttempt(event.ordinal, { attempt: event.attempt, status: "running", startedAt: event.at });
      }
      return;
    case "attempt-succeeded": {
      const taskRun = live(draft, event);
      if (!taskRun || isGroup(draft, taskRun)) return;
      endAttempt(draft, event, "succeeded", undefined);
      if (isHeld(draft.base.plan.tasks[taskRun.task]!)) {
        // Its `when` was true: only now it waits.
        const stopped = stopping(draft, taskRun);
        if (stopped) return endTaskRun(draft, event.ordinal, "cancelled", stopped, event.at);
        return hold(draft, event.ordinal, event.at);
      }
      if (!event.called) remember(draft, taskRun, event.outputs, event.displays ?? [], undefined);
      draft.set(event.ordinal, { outputs: event.outputs });
      return endTaskRun(draft, event.ordinal, "succeeded", undefined, event.at);
    }
    case "expanded": {
      const taskRun = live(draft, event);
      if (!taskRun || !isGroup(draft, taskRun)) return;
      endAttempt(draft, event, "succeeded", undefined);
      if (!event.called) remember(draft, taskRun, {}, [], event.elements);
      const stopped = stopping(draft, taskRun);
      if (stopped) return endTaskRun(draft, event.ordinal, "cancelled", stopped, event.at);
      return expand(draft, event.ordinal, event.elements, event.at);
    }
    case "attempt-skipped": {
      const taskRun = live(draft, event);
      if (!taskRun) return;
      endAttempt(draft, event, "succeeded", undefined);
      return endTaskRun(draft, event.ordinal, "skipped", "when-false", event.at);
    }
    case "attempt-failed": {
      const taskRun = live(draft, event);
      if (!taskRun) return;
      endAttempt(draft, event, "failed", event.reason);
      const tries = taskRun.tries + 1;
      draft.set(event.ordinal, { tries });
      const delay = stopping(draft, taskRun) ? undefined : retryAfterFailure(optionsOf(draft, taskRun), event.reason, tries, event.random);
      if (delay !== undefined) return retry(draft, event.ordinal, event.at, delay);
      return endTaskRun(draft, event.ordinal, "failed", event.reason, event.at);
    }
    case "lease-expired":
      return lost(draft, { ...event, type: "attempt-lost", reason: "lease-lost", error: undefined });
    case "attempt-lost":
      return lost(draft, event);
    case "attempt-cancelled": {
      const taskRun = live(draft, event);
      if (!taskRun) return;
      endAttempt(draft, event, "cancelled", event.reason);
      return endTaskRun(draft, event.ordinal, "cancelled", stopping(draft, taskRun) ?? "cancelled", event.at);
    }
    case "due": {
      const taskRun = draft.taskRun(event.ordinal);
      if (!taskRun) return;
      if (taskRun.notBefore === undefined) return waitedTooLong(draft, event.ordinal, event.at);
      if (taskRun.notBefore > event.at) return;
      if (taskRun.status === "waiting") return heldIsDue(draft, event.ordinal, event.at);
      if (taskRun.status !== "queued") return;
      draft.set(event.ordinal, { notBefore: undefined });
      return enqueue(draft, event.ordinal, event.at);
    }
    case "run-due":
      return runIsDue(draft, event.at);
    case "cancel-requested":
      return cancel(draft, event.how, event.by, event.at);
    case "pause-requested":
      return pause(draft, event.by, event.at);
    case "resume-requested":
      return resume(draft, event.by, event.at);
    case "retry-requested":
      return retryTasks(draft, event.ordinal, event.by, event.at);
    case "clear-requested":
      return clear(draft, event.ordinal, event.by, event.at);
    case "mark-requested":
      return mark(draft, event, event.at);
    case "answered":
      return answer(draft, event, event.at);
    case "set-aside": {
      draft.setFields({ status: "failed", reason: "internal", message: event.message, finishedAt: event.at });
      draft.actions.push({ type: "run-ended", status: "failed" });
      return;
    }
  }
}

/** What wakes a run that had ended. */
function reopens({ type }: RunEvent): boolean {
  return type === "retry-requested" || type === "clear-requested" || type === "mark-requested";
}

function submitted(draft: Draft, at: number): void {
  const { plan } = draft.base;
  if (draft.base.taskRuns.some((taskRun) => taskRun.status !== "blocked")) return;
  for (let index = 0; index < plan.tasks.length; index++) {
    if (!plan.targeted[index]) endTaskRun(draft, index, "skipped", "not-targeted", at);
  }
  for (let index = 0; index < plan.tasks.length; index++) releaseTask(draft, index, at);
}

/** The running task run whose current attempt the event is about. */
function live(draft: Draft, event: { readonly ordinal: number; readonly attempt: number }): TaskRunState | undefined {
  const taskRun = draft.taskRun(event.ordinal);
  if (taskRun?.status !== "running" || taskRun.attempt !== event.attempt || taskRun.expanded !== undefined) return undefined;
  return taskRun;
}

function waitingForLookup(draft: Draft, ordinal: number): TaskRunState | undefined {
  const taskRun = draft.taskRun(ordinal);
  return taskRun?.status === "queued" && taskRun.cacheKey === undefined ? taskRun : undefined;
}

function isGroup(draft: Draft, taskRun: TaskRunState): boolean {
  return taskRun.mapIndex === undefined && draft.base.plan.tasks[taskRun.task]!.each !== undefined;
}

function optionsOf(draft: Draft, taskRun: TaskRunState) {
  return draft.base.plan.tasks[taskRun.task]!.options;
}

function stopping(draft: Draft, taskRun: TaskRunState) {
  return stoppingReason(draft.fields, draft.base.plan.late[taskRun.task]!);
}

function endAttempt(
  draft: Draft,
  event: Extract<RunEvent, { attempt: number }> & { displays?: unknown; usage?: unknown },
  status: "succeeded" | "failed" | "lost" | "cancelled",
  reason: Reason | undefined,
): void {
  const ended = event as Extract<RunEvent, { type: "attempt-failed" }>;
  const error = "error" in ended ? ended.error : undefined;
  draft.setAttempt(event.ordinal, {
    attempt: event.attempt,
    status,
    reason,
    error,
    finishedAt: event.at,
    ...(ended.usage ? { durationMs: ended.usage.durationMs, cpuMs: ended.usage.cpuMs, peakMemoryBytes: ended.usage.peakMemoryBytes } : {}),
  });
  draft.note(event.ordinal, { displays: ended.displays ?? [], error: error ?? null });
}

function lost(draft: Draft, event: Extract<RunEvent, { type: "attempt-lost" }>): void {
  const taskRun = live(draft, event);
  if (!taskRun) return;
  endAttempt(draft, event, "lost", event.reason);
  const stopped = stopping(draft, taskRun);
  if (stopped) return endTaskRun(draft, event.ordinal, "cancelled", stopped, event.at);
  const count = taskRun.lost + 1;
  draft.set(event.ordinal, { lost: count });
  const delay = retryAfterLoss(count);
  if (delay === undefined) return endTaskRun(draft, event.ordinal, "failed", event.reason, event.at);
  retry(draft, event.ordinal, event.at, delay);
}

function retry(draft: Draft, ordinal: number, at: number, delay: number): void {
  // Asked for already looked up: what was missing before the first attempt is not searched again.
  draft.set(ordinal, { status: "queued", cacheKey: draft.must(ordinal).cacheKey ?? "", notBefore: delay > 0 ? at + delay : undefined });
  if (delay > 0) draft.actions.push({ type: "wake", ordinal, at: at + delay });
  else enqueue(draft, ordinal, at);
}

function remember(
  draft: Draft,
  taskRun: TaskRunState,
  outputs: Extract<RunEvent, { type: "attempt-succeeded" }>["outputs"],
  displays: NonNullable<Extract<RunEvent, { type: "attempt-succeeded" }>["displays"]>,
  elements: Extract<RunEvent, { type: "expanded" }>["elements"] | undefined,
): void {
  const { cache } = optionsOf(draft, taskRun);
  if (!taskRun.cacheKey || !taskRun.keyParts || cache === "off") return;
  draft.actions.push({
    type: "remember",
    ordinal: taskRun.ordinal,
    key: taskRun.cacheKey,
    parts: taskRun.keyParts,
    outputs,
    displays,
    elements,
    lifetime: typeof cache === "number" ? cache : undefined,
  });
}
