import type { Draft } from "./draft";

/** The run's first task begins: its clock starts. */
export function begin(draft: Draft, at: number): void {
  if (draft.fields.status !== "queued") return;
  draft.setFields({ status: "running", startedAt: at });
  startClock(draft, at);
}

/** From now on it has as long as it may take. */
export function startClock(draft: Draft, at: number): void {
  const { timeout } = draft.base.spec;
  if (timeout === undefined) return;
  draft.setFields({ deadline: at + timeout });
  draft.actions.push({ type: "wake-run", at: at + timeout });
}
