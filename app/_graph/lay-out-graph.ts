/** Where each task stands. Pure; the same graph always gets the same places. */
import { graphlib, layout } from "@dagrejs/dagre";
import type { GraphTask } from "./graph-task";

export type Direction = "down" | "right";
export const nodeHeight = 32;

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Wide enough for its title, and for the count of a fan-out; very long titles are cut. In steps, so that typing seldom moves it. */
export function nodeWidth(title: string, mapped: boolean): number {
  const text = title.length * 6.9 + 42 + (mapped ? 48 : 0);
  return Math.min(240, Math.max(96, Math.ceil(text / 8) * 8));
}

export function layOutGraph(tasks: readonly GraphTask[], direction: Direction, widthOf: (task: GraphTask) => number): ReadonlyMap<string, Place> {
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: direction === "down" ? "TB" : "LR", nodesep: direction === "down" ? 12 : 10, ranksep: direction === "down" ? 32 : 48 });
  graph.setDefaultEdgeLabel(() => ({}));
  const keys = new Set(tasks.map((task) => task.key));
  for (const task of tasks) graph.setNode(task.key, { width: widthOf(task), height: nodeHeight });
  for (const task of tasks) {
    for (const need of task.needs) if (keys.has(need.task)) graph.setEdge(need.task, task.key);
  }
  layout(graph);
  return new Map(tasks.map((task) => {
    const node = graph.node(task.key) as { x: number; y: number; width: number };
    return [task.key, { x: node.x - node.width / 2, y: node.y - nodeHeight / 2, width: node.width }];
  }));
}

/** Shows all of the graph where that can still be read, from its beginning otherwise; never larger than life. */
export function fitGraph(places: ReadonlyMap<string, Place>, direction: Direction, width: number, height: number) {
  const margin = 16;
  const all = [...places.values()];
  const right = Math.max(...all.map((place) => place.x + place.width));
  const bottom = Math.max(...all.map(({ y }) => y)) + nodeHeight;
  const zoom = Math.max(0.7, Math.min(1, (width - 2 * margin) / right, (height - 2 * margin) / bottom));
  return {
    zoom,
    x: Math.max(margin, (width - right * zoom) / 2),
    // An outline begins at the top; a picture stands in the middle.
    y: direction === "down" ? margin : Math.max(margin, (height - bottom * zoom) / 2),
  };
}
