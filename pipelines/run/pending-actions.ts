/** A run read back from the database: what it waits for, said again. Actions may be repeated, so nothing is lost or doubled. */
import { isRunTerminal, isTerminal, type RunAction, type RunState } from "./run-state";
import { stoppingReason } from "./stopping";

export function pendingActions(run: RunState): RunAction[] {
  if (isRunTerminal(run.fields.status)) return [];
  const actions: RunAction[] = [];
  if (run.fields.deadline !== undefined) actions.push({ type: "wake-run", at: run.fields.deadline });
  for (const { ordinal, task, status, notBefore, queuedUntil, cacheKey, attempt, expanded } of run.taskRuns) {
    if (isTerminal(status)) continue;
    if (status === "running" && expanded === undefined && stoppingReason(run.fields, run.plan.late[task]!) !== undefined) {
      actions.push({ type: "stop", ordinal, attempt, reason: "cancelled" });
    }
    if ((status === "queued" || status === "waiting") && notBefore !== undefined) actions.push({ type: "wake", ordinal, at: notBefore });
    else if (status === "queued") actions.push(cacheKey === undefined ? { type: "lookup-cache", ordinal } : { type: "enqueue", ordinal });
    if (queuedUntil !== undefined) actions.push({ type: "wake", ordinal, at: queuedUntil });
  }
  return actions;
}
