import type { Diagnostic, Task } from "@/pipelines/compile/dag";
import type { GraphState } from "../../../_graph/graph-task";
import type { CellView } from "./cell-view";

/** States of tasks, as the graph beside the cells shows them. */
export function toGraphStates(
  tasks: readonly Task[],
  views: ReadonlyMap<string, CellView>,
  stale: ReadonlySet<string>,
  problems: ReadonlyMap<string, readonly Diagnostic[]> | undefined,
): ReadonlyMap<string, GraphState> {
  return new Map(
    tasks.map((task) => {
      const view = views.get(task.key);
      return [
        task.key,
        {
          state: view?.status,
          stale: stale.has(task.key),
          broken: problems?.get(task.cell)?.some((each) => each.severity === "error") ?? false,
          note: view?.elements && view.elements.total > 0 ? `${view.elements.done}/${view.elements.total}` : undefined,
          mapped: task.each !== undefined,
          calls: task.notebooks === undefined ? undefined : "runs other notebooks",
        },
      ];
    }),
  );
}
