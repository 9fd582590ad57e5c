/** A mapped task: its group (mapIndex undefined) is expanded into elements and ends with the last of them. */
import type { Draft } from "./draft";
import { endTaskRun } from "./end-task-run";
import { makeReady } from "./make-ready";
import type { OutputRef, ValueRef } from "./run";
import { hasSucceeded, isTerminal, newTaskRun } from "./run-state";

/** Beyond this a fan-out is refused rather than made. */
const mostElements = 100_000;

/** One element per member of the cross product; the last variable varies fastest. */
export function expand(draft: Draft, group: number, lists: Readonly<Record<string, readonly ValueRef[]>>, at: number): void {
  const { plan } = draft.base;
  const variables = plan.tasks[group]!.each ?? [];
  const sizes = variables.map(({ name }) => lists[name]?.length ?? 0);
  const size = sizes.reduce((product, count) => product * count, 1);
  if (size > mostElements) {
    draft.note(group, {
      error: { name: "RangeError", message: `The fan-out has ${size} elements; at most ${mostElements} are allowed.`, frames: [] },
    });
    return endTaskRun(draft, group, "failed", "quota", at);
  }
  const first = draft.nextOrdinal;
  const { counters } = plan;
  const { fresh } = draft.set(group, { expanded: size });
  draft.setCount(counters.first(group), size === 0 ? 0 : first);
  draft.setCount(counters.live(group), size);
  draft.setCount(counters.admitted(group), 0);
  draft.setCount(counters.cursor(group), 0);
  for (let index = 0; index < size; index++) {
    const elements: Record<string, ValueRef> = {};
    let rest = index;
    for (let v = variables.length - 1; v >= 0; v--) {
      const list = lists[variables[v]!.name]!;
      elements[variables[v]!.name] = list[rest % list.length]!;
      rest = Math.floor(rest / list.length);
    }
    draft.add(newTaskRun(first + index, group, index, elements, fresh));
  }
  if (size === 0) return finishGroup(draft, group, at);
  admitElements(draft, group, at);
}

export function* elementsOf(draft: Draft, group: number): Generator<number> {
  const first = draft.count(draft.base.plan.counters.first(group));
  const { expanded = 0 } = draft.must(group);
  for (let index = 0; index < expanded; index++) yield first + index;
}

/** Lets elements through in order, as many at once as `concurrency` allows. */
export function admitElements(draft: Draft, group: number, at: number): void {
  const { counters, tasks } = draft.base.plan;
  // Tried again together with what it reads: none begins before that has ended.
  const limit = draft.count(counters.pending(group)) > 0 ? 0 : (tasks[group]!.options.concurrency ?? Infinity);
  const { expanded = 0, status } = draft.must(group);
  if (isTerminal(status)) return;
  const first = draft.count(counters.first(group));
  let cursor = draft.count(counters.cursor(group));
  let admitted = draft.count(counters.admitted(group));
  for (; cursor < expanded; cursor++) {
    if (draft.must(first + cursor).status !== "blocked") continue;
    if (admitted >= limit) break;
    makeReady(draft, first + cursor, at);
    admitted++;
  }
  draft.setCount(counters.cursor(group), cursor);
  draft.setCount(counters.admitted(group), admitted);
}

/** After a retry: lets the elements through that wait, or ends them where what they read was not given this time. */
export function releaseElements(draft: Draft, group: number, at: number): void {
  const { tasks, upstream } = draft.base.plan;
  const given = upstream[group]!.every((need) => hasSucceeded(draft.must(need).status));
  if (given || tasks[group]!.options.join !== "all") return admitElements(draft, group, at);
  for (const ordinal of elementsOf(draft, group)) {
    if (draft.must(ordinal).status === "blocked") endTaskRun(draft, ordinal, "skipped", "upstream-failed", at);
  }
}

export function elementEnded(draft: Draft, ordinal: number, at: number): void {
  const { counters } = draft.base.plan;
  const taskRun = draft.must(ordinal);
  const group = taskRun.task;
  // One that was held back when it ended never counted as let through.
  if (taskRun.queuedAt !== undefined) draft.addCount(counters.admitted(group), -1);
  admitElements(draft, group, at);
  if (draft.addCount(counters.live(group), -1) === 0) finishGroup(draft, group, at);
}

function finishGroup(draft: Draft, group: number, at: number): void {
  const elements = [...elementsOf(draft, group)].map((ordinal) => draft.must(ordinal));
  const failed = elements.find(({ status }) => status === "failed");
  if (failed) return endTaskRun(draft, group, "failed", failed.reason, at);
  const stopped = elements.find(({ status, reason }) => status === "cancelled" || reason === "fail-fast");
  if (stopped) return endTaskRun(draft, group, "cancelled", stopped.reason, at);
  if (elements.some(({ reason }) => reason === "upstream-failed")) return endTaskRun(draft, group, "skipped", "upstream-failed", at);
  const given = elements.filter(({ status }) => hasSucceeded(status));
  const outputs: Record<string, OutputRef> = {};
  for (const name of draft.base.plan.tasks[group]!.outputs) {
    outputs[name] = { list: given.flatMap((element) => (element.outputs?.[name] as ValueRef | undefined) ?? []) };
  }
  draft.set(group, { outputs });
  const cached = draft.must(group).cachedFrom !== undefined && elements.length > 0 && elements.every(({ status }) => status === "cached");
  endTaskRun(draft, group, cached ? "cached" : "succeeded", undefined, at);
}
