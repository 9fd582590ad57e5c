/**
 * Cells that run nothing but wait: for a person ([approval]) or for a time ([wait]). They hold no attempt and no worker; the
 * moment they are due rests with the task run. Neighbours: make-ready.ts (lets them wait), transition.ts (answers, due).
 */
import type { Task } from "../compile/dag";
import { foreverMs } from "../compile/parse-options";
import { waitEnd } from "../compile/wait-end";
import { begin } from "./begin";
import type { Draft } from "./draft";
import { endTaskRun } from "./end-task-run";
import type { RunCommand } from "./run-event";

export function isHeld({ kind }: Pick<Task, "kind">): boolean {
  return kind === "approval" || kind === "wait";
}

export function hold(draft: Draft, ordinal: number, at: number): void {
  const taskRun = draft.must(ordinal);
  const { kind, settings, options } = draft.base.plan.tasks[taskRun.task]!;
  const due = kind === "wait" ? waitEnd(settings, at) : options.timeout >= foreverMs ? undefined : at + options.timeout;
  begin(draft, at);
  draft.set(ordinal, { status: "waiting", startedAt: taskRun.startedAt ?? at, notBefore: due, cacheKey: "" });
  draft.note(ordinal, { why: { type: "waits" } });
  if (due !== undefined) draft.actions.push({ type: "wake", ordinal, at: due });
}

/** Its time has come: a wait is over, an approval has waited too long. */
export function heldIsDue(draft: Draft, ordinal: number, at: number): void {
  const { task } = draft.must(ordinal);
  if (draft.base.plan.tasks[task]!.kind === "wait") return endTaskRun(draft, ordinal, "succeeded", undefined, at);
  draft.note(ordinal, { error: { name: "TimeoutError", message: "Nobody answered in time.", frames: [] } });
  endTaskRun(draft, ordinal, "failed", "timeout", at);
}

export function answer(draft: Draft, event: Extract<RunCommand, { type: "answered" }>, at: number): void {
  const { ordinal, approved, outputs, by, note } = event;
  const taskRun = draft.taskRun(ordinal);
  if (taskRun?.status !== "waiting" || draft.base.plan.tasks[taskRun.task]!.kind !== "approval") return;
  const type = approved ? "approved" : "rejected";
  draft.set(ordinal, { decision: { type, by, at, note }, ...(approved && { outputs }) });
  draft.act({ type, by, ordinal, note });
  if (approved) return endTaskRun(draft, ordinal, "succeeded", undefined, at);
  const message = `${by ?? "Somebody"} rejected it${note === undefined ? "." : `: ${note}`}`;
  draft.note(ordinal, { error: { name: "Rejected", message, frames: [] } });
  endTaskRun(draft, ordinal, "failed", "rejected", at);
}
