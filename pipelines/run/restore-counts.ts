/** The counters of a run, computed from its task runs: after a reload, and in tests against the kept ones. */
import { isTerminal, type TaskRunState } from "./run-state";
import type { RunPlan } from "./run-plan";

export function restoreCounts(plan: RunPlan, taskRuns: readonly TaskRunState[]): Int32Array {
  const counts = plan.initialCounts();
  const { counters } = plan;
  plan.tasks.forEach((_, index) => {
    const { status, expanded } = taskRuns[index]!;
    if (expanded !== undefined) {
      counts[counters.first(index)] = expanded === 0 ? 0 : firstElement(taskRuns, index);
      counts[counters.cursor(index)] = expanded;
    }
    if (!isTerminal(status)) return;
    counts[plan.late[index] ? counters.openLate : counters.open]!--;
    if (status === "failed" && !plan.late[index]) counts[counters.failed]!++;
    for (const reader of plan.downstream[index]!) counts[counters.pending(reader)]!--;
  });
  for (let ordinal = plan.tasks.length; ordinal < taskRuns.length; ordinal++) {
    const { task, status, mapIndex, queuedAt } = taskRuns[ordinal]!;
    if (isTerminal(status)) continue;
    counts[counters.live(task)]!++;
    if (queuedAt !== undefined) counts[counters.admitted(task)]!++;
    if (status === "blocked") counts[counters.cursor(task)] = Math.min(counts[counters.cursor(task)]!, mapIndex!);
  }
  return counts;
}

function firstElement(taskRuns: readonly TaskRunState[], group: number): number {
  // The newest stretch counts: an earlier one is of before the group was cleared.
  for (let ordinal = taskRuns.length - 1; ordinal >= 0; ordinal--) {
    const taskRun = taskRuns[ordinal]!;
    if (taskRun.task === group && taskRun.mapIndex === 0) return ordinal;
  }
  return taskRuns.length;
}
