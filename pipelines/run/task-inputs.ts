/** What an attempt reads: the outputs of the tasks it needs, and for an element of a fan-out its own values. */
import type { Task } from "../compile/dag";
import type { OutputRef } from "./run";
import { hasSucceeded, type RunState, type TaskRunState } from "./run-state";

export type AttemptMode = "task" | "expand";

export type ReadValue = OutputRef | { readonly absent: true };

export function modeOf(run: RunState, taskRun: TaskRunState): AttemptMode {
  return run.plan.tasks[taskRun.task]!.each !== undefined && taskRun.mapIndex === undefined ? "expand" : "task";
}

export function readInputs(run: RunState, taskRun: TaskRunState): Record<string, ReadValue> {
  const task = run.plan.tasks[taskRun.task]!;
  const inputs: Record<string, ReadValue> = Object.create(null) as Record<string, ReadValue>;
  for (const need of task.needs) {
    const upstream = run.taskRuns[run.plan.indexOf.get(need.task) ?? -1];
    for (const name of need.names) {
      // An element does not read the list it was taken from, unless its own text does.
      if (taskRun.mapIndex !== undefined && !mentions(task, name)) continue;
      const value = upstream && hasSucceeded(upstream.status) ? upstream.outputs?.[name] : undefined;
      inputs[name] = value ?? { absent: true };
    }
  }
  return Object.assign(inputs, taskRun.elements);
}

/** May say yes too often (a word in a comment), never no wrongly. */
function mentions(task: Task, name: string): boolean {
  let names = mentioned.get(task);
  if (!names) mentioned.set(task, (names = new Map()));
  let known = names.get(name);
  if (known === undefined) {
    const word = new RegExp(`(?<![\\p{ID_Continue}$])${name.replace(/\$/g, "\\$")}(?![\\p{ID_Continue}$])`, "u");
    names.set(name, (known = word.test(task.program.text) || word.test(task.when ?? "")));
  }
  return known;
}

const mentioned = new WeakMap<Task, Map<string, boolean>>();

/** Hashes of what is read, by name: a list is named by its elements' hashes in order. */
export function inputHash(value: ReadValue): string {
  if ("absent" in value) return "absent";
  return "list" in value ? `[${value.list.map((item) => item.hash).join(",")}]` : value.hash;
}
