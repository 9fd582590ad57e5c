import type { Changes, RunState } from "./run-state";

/** Folds what a transition decided into the state it was decided on. */
export function applyChanges(run: RunState, changes: Changes): void {
  if (changes.fields) run.fields = changes.fields;
  // New ordinals come in ascending order, so that the array never has holes.
  for (const [ordinal, taskRun] of changes.taskRuns) run.taskRuns[ordinal] = taskRun;
  for (const [place, value] of changes.counts) run.counts[place] = value;
}

/** Joins later changes of one run to earlier ones that are not saved yet. */
export function mergeChanges(into: Changes, later: Changes): void {
  if (later.fields) into.fields = later.fields;
  for (const [ordinal, taskRun] of later.taskRuns) into.taskRuns.set(ordinal, taskRun);
  for (const [ordinal, notes] of later.notes) into.notes.set(ordinal, { ...into.notes.get(ordinal), ...notes });
  for (const [key, attempt] of later.attempts) into.attempts.set(key, attempt);
  for (const [place, value] of later.counts) into.counts.set(place, value);
  into.acts.push(...later.acts);
}
