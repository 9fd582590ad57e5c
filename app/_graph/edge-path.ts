/** The line of an arrow as an SVG path: curves between ranks, straight where it passes a rank between boxes. */
import type { Direction } from "./lay-out-graph";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where an arrow passes a rank that it does not stop at: straight from one side of it to the other. */
export interface Lane {
  readonly from: Point;
  readonly to: Point;
}

export function edgePath(source: Point, target: Point, lanes: readonly Lane[], direction: Direction): string {
  let path = `M${source.x},${source.y}`;
  let at = source;
  for (const lane of lanes) {
    path += `${curve(at, lane.from, direction)}L${lane.to.x},${lane.to.y}`;
    at = lane.to;
  }
  return path + curve(at, target, direction);
}

/** Leaves and arrives along the direction of the graph, so that all of its bend stands between two ranks. */
function curve(from: Point, to: Point, direction: Direction): string {
  const [a, b] = controls(from, to, direction);
  return `C${a.x},${a.y} ${b.x},${b.y} ${to.x},${to.y}`;
}

function controls(from: Point, to: Point, direction: Direction): readonly [Point, Point] {
  const x = (from.x + to.x) / 2;
  const y = (from.y + to.y) / 2;
  return direction === "down"
    ? [
        { x: from.x, y },
        { x: to.x, y },
      ]
    : [
        { x, y: from.y },
        { x, y: to.y },
      ];
}

/** Points along the path, to find out what it crosses. */
export function pointsAlong(source: Point, target: Point, lanes: readonly Lane[], direction: Direction, steps = 24): Point[] {
  const stops = [source, ...lanes.flatMap(({ from, to }) => [from, to]), target];
  const points: Point[] = [];
  for (let i = 0; i + 1 < stops.length; i += 2) {
    const [from, to] = [stops[i]!, stops[i + 1]!];
    const [a, b] = controls(from, to, direction);
    for (let step = 0; step <= steps; step++) {
      const t = step / steps;
      const at = (axis: "x" | "y") =>
        (1 - t) ** 3 * from[axis] + 3 * (1 - t) ** 2 * t * a[axis] + 3 * (1 - t) * t ** 2 * b[axis] + t ** 3 * to[axis];
      points.push({ x: at("x"), y: at("y") });
    }
  }
  return points;
}
