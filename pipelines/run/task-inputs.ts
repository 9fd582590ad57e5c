/** What an attempt reads: the outputs of the tasks it needs, and for an element of a fan-out its own values. */
import type { OutputRef } from "./run";
import { hasSucceeded, type RunState, type TaskRunState } from "./run-state";

export type AttemptMode = "task" | "expand";

export type ReadValue = OutputRef | { readonly absent: true };

export function modeOf(run: RunState, taskRun: TaskRunState): AttemptMode {
  return run.plan.tasks[taskRun.task]!.each !== undefined && taskRun.mapIndex === undefined ? "expand" : "task";
}

export function readInputs(run: RunState, taskRun: TaskRunState): Record<string, ReadValue> {
  const task = run.plan.tasks[taskRun.task]!;
  // An element does not read the list it was taken from, unless its own text does.
  const read = new Set(task.reads[modeOf(run, taskRun)]);
  const inputs: Record<string, ReadValue> = Object.create(null) as Record<string, ReadValue>;
  for (const need of task.needs) {
    const upstream = run.taskRuns[run.plan.indexOf.get(need.task) ?? -1];
    for (const name of need.names) {
      if (!read.has(name)) continue;
      const value = upstream && hasSucceeded(upstream.status) ? upstream.outputs?.[name] : undefined;
      inputs[name] = value ?? { absent: true };
    }
  }
  return Object.assign(inputs, taskRun.elements);
}

/** Hashes of what is read, by name: a list is named by its elements' hashes in order. */
export function inputHash(value: ReadValue): string {
  if ("absent" in value) return "absent";
  return "list" in value ? `[${value.list.map((item) => item.hash).join(",")}]` : value.hash;
}
