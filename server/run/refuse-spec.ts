import { isHeld } from "@/pipelines/run/held";
import type { RunState } from "@/pipelines/run/run-state";
import { programOf } from "./programs";

/** Why a run cannot be started as it is, in one sentence; undefined: it can. Also makes the programs, so that no attempt has to. */
export function refuseSpec(run: RunState): string | undefined {
  for (const [index, task] of run.plan.tasks.entries()) {
    if (!run.plan.targeted[index]) continue;
    if (isHeld(task)) {
      if (task.when !== undefined) programOf(task, "task");
      continue;
    }
    try {
      programOf(task, "task");
      if (task.each) programOf(task, "expand");
    } catch (error) {
      return `The cell “${task.title}” cannot be made into a program: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return undefined;
}
