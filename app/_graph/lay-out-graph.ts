/** Where each task stands. Pure; the same graph always gets the same places. */
import { graphlib, layout } from "@dagrejs/dagre";
import type { GraphTask } from "./graph-task";

export type Direction = "down" | "right";
export const nodeSize = { width: 168, height: 36 };

export function layOutGraph(tasks: readonly GraphTask[], direction: Direction): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: direction === "down" ? "TB" : "LR", nodesep: direction === "down" ? 20 : 14, ranksep: direction === "down" ? 36 : 56, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const keys = new Set(tasks.map((task) => task.key));
  for (const task of tasks) graph.setNode(task.key, { ...nodeSize });
  for (const task of tasks) {
    for (const need of task.needs) if (keys.has(need.task)) graph.setEdge(need.task, task.key);
  }
  layout(graph);
  return new Map(tasks.map((task) => {
    const node = graph.node(task.key) as { x: number; y: number };
    return [task.key, { x: node.x - nodeSize.width / 2, y: node.y - nodeSize.height / 2 }];
  }));
}
