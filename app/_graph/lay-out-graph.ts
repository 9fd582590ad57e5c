/** Where each task stands. Pure; the same graph always gets the same places. */
import { graphlib, layout } from "@dagrejs/dagre";
import type { GraphTask } from "./graph-task";

export type Direction = "down" | "right";
export const nodeSize = { width: 136, height: 32 };

export function layOutGraph(tasks: readonly GraphTask[], direction: Direction): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: direction === "down" ? "TB" : "LR", nodesep: direction === "down" ? 12 : 10, ranksep: direction === "down" ? 32 : 48 });
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

/** Shows all of the graph where that can still be read, from its beginning otherwise; never larger than life. */
export function fitGraph(places: ReadonlyMap<string, { readonly x: number; readonly y: number }>, width: number, height: number) {
  const margin = 16;
  const all = [...places.values()];
  const right = Math.max(...all.map(({ x }) => x)) + nodeSize.width;
  const bottom = Math.max(...all.map(({ y }) => y)) + nodeSize.height;
  const zoom = Math.max(0.7, Math.min(1, (width - 2 * margin) / right, (height - 2 * margin) / bottom));
  return { zoom, x: Math.max(margin, (width - right * zoom) / 2), y: margin };
}
