import type { Draft } from "./draft";

/** A task run has all it waited for: a stored result is looked for first, where one may be used. */
export function makeReady(draft: Draft, ordinal: number, at: number): void {
  const taskRun = draft.must(ordinal);
  const {
    notebooks,
    options: { cache, on },
  } = draft.base.plan.tasks[taskRun.task]!;
  draft.set(ordinal, { status: "queued", queuedAt: at });
  // A handler answers to how this run went: an earlier answer is none.
  if (draft.base.spec.cache === "use" && cache !== "off" && on === undefined && notebooks === undefined) {
    draft.actions.push({ type: "lookup-cache", ordinal });
    return;
  }
  draft.set(ordinal, { cacheKey: "" });
  draft.note(ordinal, { why: { type: notebooks === undefined ? "cache-off" : "calls" } });
  draft.actions.push({ type: "enqueue", ordinal });
}
