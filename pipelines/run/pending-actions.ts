/** A run read back from the database: what it waits for, said again. Actions may be repeated, so nothing is lost or doubled. */
import { isRunTerminal, isTerminal, type RunAction, type RunState } from "./run-state";

export function pendingActions(run: RunState): RunAction[] {
  if (isRunTerminal(run.fields.status)) return [];
  const actions: RunAction[] = [];
  const { reason } = run.fields;
  for (const { ordinal, task, status, notBefore, cacheKey, attempt, expanded } of run.taskRuns) {
    if (isTerminal(status)) continue;
    const stopping = reason === "cancelled" || (reason === "fail-fast" && !run.plan.late[task]);
    if (status === "running" && expanded === undefined && stopping) {
      actions.push({ type: "stop", ordinal, attempt, reason: "cancelled" });
    }
    if (status !== "queued") continue;
    if (notBefore !== undefined) actions.push({ type: "wake", ordinal, at: notBefore });
    else actions.push(cacheKey === undefined ? { type: "lookup-cache", ordinal } : { type: "enqueue", ordinal });
  }
  return actions;
}
