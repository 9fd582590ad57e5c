/** What runs by itself after a change: what is out of date and all that reads it, as far as nobody has to be asked. Pure. */
import type { Diagnostic, Task } from "@/pipelines/compile/dag";

type TaskShape = Pick<Task, "key" | "cell" | "kind" | "needs">;

/** `tasks` in topological order. Empty while an error stands in the way. */
export function reactiveTargets(
  tasks: readonly TaskShape[],
  stale: ReadonlySet<string>,
  diagnostics: readonly Diagnostic[],
  disabled: ReadonlySet<string>,
): readonly string[] {
  if (stale.size === 0) return [];
  const wanted = new Set<string>();
  /** Behind an approval or a wait: a change of text must not ask people, nor wait. */
  const held = new Set<string>();
  for (const task of tasks) {
    const upstream = task.needs.map((need) => need.task);
    if (task.kind === "approval" || task.kind === "wait" || upstream.some((key) => held.has(key))) held.add(task.key);
    else if (stale.has(task.key) || upstream.some((key) => wanted.has(key))) wanted.add(task.key);
  }
  const needed = new Set(wanted);
  for (const task of tasks.toReversed()) if (needed.has(task.key)) for (const need of task.needs) needed.add(need.task);
  const cells = new Map(tasks.map((task) => [task.cell, task.key]));
  const isInTheWay = ({ severity, place }: Diagnostic) => {
    if (severity !== "error" || disabled.has(place.cell)) return false;
    const key = cells.get(place.cell);
    // In a cell of definitions, or one that cannot be read: who knows whom it concerns.
    return key === undefined || needed.has(key);
  };
  return diagnostics.some(isInTheWay) ? [] : [...wanted];
}
