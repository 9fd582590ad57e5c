import type { Draft } from "./draft";
import { endTaskRun } from "./end-task-run";
import { enqueue } from "./enqueue";
import { hold, isHeld } from "./held";
import { hasSucceeded, type TaskRunState } from "./run-state";

/** A task run has all it waited for: a stored result is looked for first, where one may be used. */
export function makeReady(draft: Draft, ordinal: number, at: number): void {
  const taskRun = draft.must(ordinal);
  const task = draft.base.plan.tasks[taskRun.task]!;
  const { notebooks } = task;
  const { cache, on } = task.options;
  const missing = taskRun.mapIndex === undefined ? missingValue(draft, taskRun) : undefined;
  if (missing) {
    const message = `“${missing.title}” was marked succeeded by hand and has no value ${missing.name}. Clear it to compute one.`;
    draft.note(ordinal, { error: { name: "MissingValue", message, frames: [] } });
    return endTaskRun(draft, ordinal, "failed", "missing-value", at);
  }
  if (isHeld(task) && task.when === undefined) {
    draft.set(ordinal, { queuedAt: at });
    return hold(draft, ordinal, at);
  }
  draft.set(ordinal, { status: "queued", queuedAt: at });
  // A handler answers to how this run went: an earlier answer is none.
  if (draft.base.spec.cache === "use" && cache !== "off" && on === undefined && notebooks === undefined && !isHeld(task)) {
    draft.actions.push({ type: "lookup-cache", ordinal });
    return;
  }
  draft.set(ordinal, { cacheKey: "" });
  draft.note(ordinal, { why: { type: notebooks === undefined ? "cache-off" : "calls" } });
  enqueue(draft, ordinal, at);
}

/** A value that it reads, of a task that somebody called succeeded without one. */
function missingValue(draft: Draft, taskRun: TaskRunState): { title: string; name: string } | undefined {
  const { plan } = draft.base;
  for (const need of plan.tasks[taskRun.task]!.needs) {
    const upstream = draft.taskRun(plan.indexOf.get(need.task) ?? -1);
    if (upstream?.decision?.type !== "marked-succeeded" || !hasSucceeded(upstream.status)) continue;
    const name = need.names.find((one) => upstream.outputs?.[one] === undefined);
    const { title, key } = plan.tasks[upstream.task]!;
    if (name !== undefined) return { title: title || key, name };
  }
  return undefined;
}
