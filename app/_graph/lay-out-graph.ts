/** Where each task stands. Pure; the same graph always gets the same places. */
import { graphlib, layout } from "@dagrejs/dagre";
import type { GraphTask } from "./graph-task";
import { layOutLayers } from "./lay-out-layers";

export type Direction = "down" | "right";
export const nodeHeight = 32;
const margin = 16;
/** Zoom below which cutting a title is the smaller evil. */
const readable = 0.7;

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** What a box needs for its title, and for the count of a fan-out. In steps, so that typing seldom moves it. */
export function wantedWidth(title: string, mapped: boolean, direction: Direction): number {
  const count = !mapped ? 0 : direction === "down" ? 32 : 48;
  return Math.max(88, Math.ceil((title.length * 6.4 + 42 + count) / 8) * 8);
}

const widest = 240;
const narrow = 136;
const largeGraph = 80;
/** Boxes, and for each arrow the layers that it passes: above this, dagre takes seconds. */
const mostForDagre = 400;

/** Boxes as wide as their titles while there is room for that; narrower ones, with cut titles, before all of it gets small. */
export function layOutInRoom(
  tasks: readonly GraphTask[],
  direction: Direction,
  wanted: (task: GraphTask) => number,
  room: number,
): ReadonlyMap<string, Place> {
  for (const limit of tasks.length > largeGraph ? [] : [widest, 176, 152]) {
    const places = layOutGraph(tasks, direction, (task) => Math.min(limit, wanted(task)));
    if (rightEdge(places) * readable <= room - 2 * margin) return places;
  }
  return layOutGraph(tasks, direction, (task) => Math.min(narrow, wanted(task)));
}

function layOutGraph(tasks: readonly GraphTask[], direction: Direction, widthOf: (task: GraphTask) => number): ReadonlyMap<string, Place> {
  const between = direction === "down" ? 12 : 10;
  const layers = direction === "down" ? 32 : 48;
  if (sizeForDagre(tasks) > mostForDagre) {
    const boxes = tasks.map((task) => {
      const width = widthOf(task);
      const [breadth, depth] = direction === "down" ? [width, nodeHeight] : [nodeHeight, width];
      return { key: task.key, breadth, depth, needs: task.needs.map((need) => need.task) };
    });
    const places = layOutLayers(boxes, { between, layers });
    return new Map(
      tasks.map((task) => {
        const { along, across } = places.get(task.key)!;
        return [task.key, { ...(direction === "down" ? { x: along, y: across } : { x: across, y: along }), width: widthOf(task) }];
      }),
    );
  }
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: direction === "down" ? "TB" : "LR", nodesep: between, ranksep: layers });
  graph.setDefaultEdgeLabel(() => ({}));
  const keys = new Set(tasks.map((task) => task.key));
  for (const task of tasks) graph.setNode(task.key, { width: widthOf(task), height: nodeHeight });
  for (const task of tasks) {
    for (const need of task.needs) if (keys.has(need.task)) graph.setEdge(need.task, task.key);
  }
  layout(graph);
  return new Map(
    tasks.map((task) => {
      const node = graph.node(task.key) as { x: number; y: number; width: number };
      return [task.key, { x: node.x - node.width / 2, y: node.y - nodeHeight / 2, width: node.width }];
    }),
  );
}

function sizeForDagre(tasks: readonly GraphTask[]): number {
  const layers = new Map<string, number>();
  let size = tasks.length;
  for (const task of tasks) {
    const above = task.needs.map((need) => layers.get(need.task) ?? 0);
    const layer = 1 + Math.max(0, ...above);
    layers.set(task.key, layer);
    for (const each of above) size += layer - each - 1;
  }
  return size;
}

function rightEdge(places: ReadonlyMap<string, Place>): number {
  let right = 0;
  for (const place of places.values()) right = Math.max(right, place.x + place.width);
  return right;
}

/** Shows all of the graph where that can still be read, from its beginning otherwise; never larger than life. */
export function fitGraph(places: ReadonlyMap<string, Place>, direction: Direction, width: number, height: number) {
  const all = [...places.values()];
  const right = rightEdge(places);
  const bottom = Math.max(...all.map(({ y }) => y)) + nodeHeight;
  const zoom = Math.max(0.7, Math.min(1, (width - 2 * margin) / right, (height - 2 * margin) / bottom));
  return {
    zoom,
    x: Math.max(margin, (width - right * zoom) / 2),
    // An outline begins at the top; a picture stands in the middle.
    y: direction === "down" ? margin : Math.max(margin, (height - bottom * zoom) / 2),
  };
}
