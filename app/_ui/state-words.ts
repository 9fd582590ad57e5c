/** What each state is called, on every page. */
import type { AttemptStatus, RunStatus, TaskRunStatus } from "@/pipelines/run/run";

export type State = RunStatus | TaskRunStatus | AttemptStatus;

export const stateWords: Record<State, string> = {
  blocked: "Waits for others",
  queued: "Queued",
  launching: "Starting",
  running: "Running",
  waiting: "Waiting",
  succeeded: "Succeeded",
  cached: "Reused from cache",
  failed: "Failed",
  lost: "Lost",
  skipped: "Skipped",
  cancelled: "Cancelled",
};

/** The token of tokens.css that a state is drawn in. */
export const stateColours: Record<State, string> = {
  blocked: "var(--blocked)",
  queued: "var(--queued)",
  launching: "var(--running)",
  running: "var(--running)",
  waiting: "var(--waiting)",
  succeeded: "var(--succeeded)",
  cached: "var(--cached)",
  failed: "var(--failed)",
  lost: "var(--failed)",
  skipped: "var(--skipped)",
  cancelled: "var(--cancelled)",
};

/** Whether something is still going to happen. */
export function isLive(state: State): boolean {
  return state === "blocked" || state === "queued" || state === "launching" || state === "running" || state === "waiting";
}
