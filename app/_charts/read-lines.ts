/** What the hover says: the value of every line nearest to an x. Neighbours: prepare-lines.ts, hover-layer.tsx. */
import type { EdgeMark, Line, LineModel } from "./prepare-lines";

export interface Reading {
  readonly line: Line;
  /** Where the nearest point of this line stands. */
  readonly x: number;
  readonly y: number | null;
  readonly raw: number | null | undefined;
  readonly low: number | null | undefined;
  readonly high: number | null | undefined;
  readonly mark: EdgeMark | undefined;
}

/** Highest value first, so that the list stands in the order of the lines. */
export function readLines(model: LineModel, x: number): Reading[] {
  // A line that ended long before x has nothing to say there.
  const reach = (model.x[1] - model.x[0]) * 0.02;
  return model.lines
    .flatMap((line): Reading[] => {
      const i = nearest(line.x, x);
      const at = line.x[i];
      if (at === undefined) return [];
      const spacing = Math.max(Math.abs((line.x[i + 1] ?? at) - at), Math.abs(at - (line.x[i - 1] ?? at)));
      if (Math.abs(at - x) > Math.max(reach, spacing)) return [];
      return [
        {
          line,
          x: at,
          y: line.y[i] ?? null,
          raw: line.raw?.[i],
          low: line.band?.low[i],
          high: line.band?.high[i],
          mark: line.marks.find((mark) => mark.x === at),
        },
      ];
    })
    .sort((a, b) => (b.y ?? -Infinity) - (a.y ?? -Infinity));
}

/** Index of the value nearest to `x` in an ascending list; -1 when it is empty. */
export function nearest(xs: readonly number[], x: number): number {
  let low = 0;
  let high = xs.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && x - xs[low - 1]! <= xs[low]! - x ? low - 1 : Math.min(low, xs.length - 1);
}

/** The next x that any line has, to move by keyboard. */
export function stepX(model: LineModel, x: number | undefined, direction: 1 | -1): number | undefined {
  let best: number | undefined;
  for (const line of model.lines) {
    for (const candidate of line.x) {
      if (candidate < model.x[0] || candidate > model.x[1]) continue;
      if (x !== undefined && (candidate - x) * direction <= 0) continue;
      if (best === undefined || (best - candidate) * direction > 0) best = candidate;
    }
  }
  return best ?? x;
}
