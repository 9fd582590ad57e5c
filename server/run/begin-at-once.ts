import type { RunAction } from "@/pipelines/run/run-state";
import type { Admission } from "./admission";
import type { LiveRun } from "./live-run";

/**
 * Claims what a new run wants to start, as far as nobody stands before it: it is saved with the run itself, and goes to work
 * one commit earlier. Returns what is left to do once that is saved.
 */
export function beginAtOnce(run: LiveRun, actions: readonly RunAction[], admission: Admission, at: number): RunAction[] {
  return actions.flatMap((action) => {
    if (action.type !== "enqueue" || !admission.takeAtOnce(run, action.ordinal)) return [action];
    return run.fold({ type: "claimed", ordinal: action.ordinal, at }).actions;
  });
}
