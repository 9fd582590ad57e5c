/** Which results no longer say what the notebook says now. Pure. */
import type { Json, Task } from "@/pipelines/compile/dag";
import type { CellView } from "./cell-view";

/**
 * A result is out of date when its task's program or a parameter it reads has changed since, when something it read is
 * out of date, or when something it read was computed anew in a later run that left it out. `tasks` is in topological order.
 */
export function findStale(
  tasks: readonly Pick<Task, "key" | "fingerprint" | "params" | "needs">[],
  views: ReadonlyMap<string, CellView>,
  params: Readonly<Record<string, Json>>,
): ReadonlySet<string> {
  const stale = new Set<string>();
  for (const task of tasks) {
    const view = views.get(task.key);
    if (!view || view.fresh || !isResult(view)) continue;
    const changed = view.fingerprint !== task.fingerprint || task.params.some((name) => !isSame(view.params[name], params[name]));
    const upstream = task.needs.some((need) => {
      const read = views.get(need.task);
      return stale.has(need.task) || (read !== undefined && read.status === "succeeded" && read.runNumber > view.runNumber);
    });
    if (changed || upstream) stale.add(task.key);
  }
  return stale;
}

function isResult(view: CellView): boolean {
  return view.status === "succeeded" || view.status === "cached" || view.status === "failed";
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
