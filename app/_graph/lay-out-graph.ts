/** Where each task stands, and how its arrows go around the others. Pure; the same graph always gets the same places. */
import { graphlib, layout } from "@dagrejs/dagre";
import type { Lane } from "./edge-path";
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

export interface Layout {
  readonly places: ReadonlyMap<string, Place>;
  /** By `edgeId`: where an arrow leaves its rank, passes others and comes into the last. */
  readonly lanes: ReadonlyMap<string, readonly Lane[]>;
}

export function edgeId(from: string, to: string): string {
  return `${from}→${to}`;
}

/** What a box needs for its title, and for the count of a fan-out. In steps, so that typing seldom moves it. */
export function wantedWidth(title: string, mapped: boolean, direction: Direction): number {
  const count = !mapped ? 0 : direction === "down" ? 32 : 48;
  return Math.max(88, Math.ceil((title.length * 6.8 + 42 + count) / 8) * 8);
}

const widest = 240;
const narrow = 136;
const largeGraph = 80;
/** Boxes, and for each arrow the layers that it passes: above this, dagre takes seconds. */
const mostForDagre = 400;

/** Boxes as wide as their titles while there is room for that; narrower ones, with cut titles, before all of it gets small. */
export function layOutInRoom(tasks: readonly GraphTask[], direction: Direction, wanted: (task: GraphTask) => number, room: number): Layout {
  const space = room - 2 * margin;
  const parts = findParts(tasks);
  const layOut = (limit: number) =>
    packParts(
      parts.map((part) => layOutGraph(part, direction, (task) => Math.min(limit, wanted(task)))),
      direction,
      space,
    );
  for (const limit of tasks.length > largeGraph ? [] : [widest, 176, 152]) {
    const made = layOut(limit);
    if (rightEdge(made.places) * readable <= space) return made;
  }
  return layOut(narrow);
}

/** Tasks that are tied together, directly or through others; the larger parts first, for they say more. */
function findParts(tasks: readonly GraphTask[]): readonly (readonly GraphTask[])[] {
  const leaders = new Map(tasks.map(({ key }) => [key, key]));
  const leaderOf = (key: string): string => {
    let at = key;
    while (leaders.get(at) !== at) at = leaders.get(at)!;
    leaders.set(key, at);
    return at;
  };
  for (const task of tasks) for (const need of task.needs) if (leaders.has(need.task)) leaders.set(leaderOf(need.task), leaderOf(task.key));
  const parts = new Map<string, GraphTask[]>();
  for (const task of tasks) {
    const leader = leaderOf(task.key);
    const part = parts.get(leader);
    if (part) part.push(task);
    else parts.set(leader, [task]);
  }
  return [...parts.values()].sort((a, b) => b.length - a.length);
}

/** Parts beside one another as far as there is room, then in a row below; where arrows go right, each below the other. */
function packParts(parts: readonly Layout[], direction: Direction, space: number): Layout {
  const places = new Map<string, Place>();
  const lanes = new Map<string, readonly Lane[]>();
  const gap = direction === "down" ? 12 : 10;
  let [x, y, rowEnd] = [0, 0, 0];
  for (const part of parts) {
    const { left, top, right, bottom } = extentOf(part);
    const [width, height] = [right - left, bottom - top];
    const wraps = direction === "right" || x + width > space;
    if (x > 0 && wraps) [x, y] = [0, rowEnd + (direction === "down" ? 32 : gap)];
    const [dx, dy] = [x - left, y - top];
    const move = (point: { x: number; y: number }) => ({ x: point.x + dx, y: point.y + dy });
    for (const [key, place] of part.places) places.set(key, { ...place, ...move(place) });
    for (const [id, each] of part.lanes)
      lanes.set(
        id,
        each.map(({ from, to }) => ({ from: move(from), to: move(to) })),
      );
    x += width + gap;
    rowEnd = Math.max(rowEnd, y + height);
  }
  return { places, lanes };
}

function layOutGraph(tasks: readonly GraphTask[], direction: Direction, widthOf: (task: GraphTask) => number): Layout {
  const between = direction === "down" ? 12 : 10;
  const layers = direction === "down" ? 32 : 48;
  if (sizeForDagre(tasks) > mostForDagre) {
    const boxes = tasks.map((task) => {
      const width = widthOf(task);
      const [breadth, depth] = direction === "down" ? [width, nodeHeight] : [nodeHeight, width];
      return { key: task.key, breadth, depth, needs: task.needs.map((need) => need.task) };
    });
    const spots = layOutLayers(boxes, { between, layers });
    const places = new Map(
      tasks.map((task) => {
        const { along, across } = spots.get(task.key)!;
        return [task.key, { ...(direction === "down" ? { x: along, y: across } : { x: across, y: along }), width: widthOf(task) }] as const;
      }),
    );
    return { places, lanes: new Map() };
  }
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: direction === "down" ? "TB" : "LR", nodesep: between, ranksep: layers, edgesep: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  const keys = new Set(tasks.map((task) => task.key));
  for (const task of tasks) graph.setNode(task.key, { width: widthOf(task), height: nodeHeight });
  for (const task of tasks) {
    for (const need of task.needs) if (keys.has(need.task)) graph.setEdge(need.task, task.key);
  }
  layout(graph);
  const nodes = new Map(tasks.map((task) => [task.key, graph.node(task.key) as { x: number; y: number; width: number }]));
  // Half of how far a rank reaches along the direction of the graph: boxes of one rank share their middle.
  const reach = new Map<number, number>();
  for (const { x, y, width } of nodes.values()) {
    const middle = Math.round(direction === "down" ? y : x);
    reach.set(middle, Math.max(reach.get(middle) ?? 0, (direction === "down" ? nodeHeight : width) / 2));
  }
  const lanes = new Map<string, readonly Lane[]>();
  for (const { v, w } of graph.edges()) {
    const { points } = graph.edge(v, w) as { points: { x: number; y: number }[] };
    // Without its ends: every second point stands in a rank, the others between two.
    const passed = points.slice(1, -1).filter((_, index) => index % 2 === 1);
    const lane = ({ x, y }: { x: number; y: number }): Lane => {
      const half = reach.get(Math.round(direction === "down" ? y : x)) ?? 0;
      return direction === "down"
        ? { from: { x, y: y - half }, to: { x, y: y + half } }
        : { from: { x: x - half, y }, to: { x: x + half, y } };
    };
    const [first, last] = [nodes.get(v)!, nodes.get(w)!];
    lanes.set(edgeId(v, w), [
      // Beside a wider box of its rank an arrow keeps straight until it is past it.
      { from: direction === "down" ? lane(first).to : { x: first.x + first.width / 2, y: first.y }, to: lane(first).to },
      ...passed.map(lane),
      { from: lane(last).from, to: direction === "down" ? lane(last).from : { x: last.x - last.width / 2, y: last.y } },
    ]);
  }
  const places = new Map([...nodes].map(([key, { x, y, width }]) => [key, { x: x - width / 2, y: y - nodeHeight / 2, width }] as const));
  return { places, lanes };
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

/** With the arrows that go around the outermost boxes. */
function extentOf({ places, lanes }: Layout): { left: number; top: number; right: number; bottom: number } {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const reach = (x: number, y: number) => {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  };
  for (const { x, y, width } of places.values()) {
    reach(x, y);
    reach(x + width, y + nodeHeight);
  }
  for (const lane of lanes.values()) {
    for (const { from, to } of lane) {
      reach(from.x, from.y);
      reach(to.x, to.y);
    }
  }
  return { left, top, right, bottom };
}

/** Not Math.max(...): ten thousand arguments are too many for some engines. */
function bottomEdge(places: ReadonlyMap<string, Place>): number {
  let bottom = 0;
  for (const { y } of places.values()) bottom = Math.max(bottom, y);
  return bottom + nodeHeight;
}

function rightEdge(places: ReadonlyMap<string, Place>): number {
  let right = 0;
  for (const { x, width } of places.values()) right = Math.max(right, x + width);
  return right;
}

/** Shows all of the graph where that can still be read, from its beginning otherwise; never larger than life. */
export function fitGraph(places: ReadonlyMap<string, Place>, direction: Direction, width: number, height: number) {
  const right = rightEdge(places);
  const bottom = bottomEdge(places);
  const zoom = Math.max(0.7, Math.min(1, (width - 2 * margin) / right, (height - 2 * margin) / bottom));
  return {
    zoom,
    x: Math.max(margin, (width - right * zoom) / 2),
    // An outline begins at the top; a picture stands in the middle.
    y: direction === "down" ? margin : Math.max(margin, (height - bottom * zoom) / 2),
  };
}
