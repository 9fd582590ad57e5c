/** A series in five numbers. Points that are not finite count, and are the last value if they came last; the rest leaves them out. */
import type { MetricPoint } from "./downsample";

export interface SeriesSummary {
  readonly count: number;
  readonly last: number;
  /** NaN when no point is finite. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** Sums of great values stay finite while they are this much smaller; a power of two loses nothing. */
const scale = 2 ** -100;

/** Of at least one point, in order of arrival: the last one is that of the highest step. */
export function summarise(points: readonly MetricPoint[]): SeriesSummary {
  let last = points[0]!;
  let finite = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  for (const point of points) {
    if (point.step >= last.step) last = point;
    if (!Number.isFinite(point.value)) continue;
    finite++;
    sum += point.value * scale;
    min = Math.min(min, point.value);
    max = Math.max(max, point.value);
  }
  return {
    count: points.length,
    last: last.value,
    min: finite ? min : NaN,
    max: finite ? max : NaN,
    mean: finite ? sum / finite / scale : NaN,
  };
}

/** Several series of one name (the elements of a fan-out) as one. */
export function mergeSummaries(summaries: readonly SeriesSummary[]): SeriesSummary {
  const finite = summaries.filter(({ min }) => Number.isFinite(min));
  const weight = finite.reduce((sum, { count }) => sum + count, 0);
  return {
    count: summaries.reduce((sum, { count }) => sum + count, 0),
    last: summaries.at(-1)!.last,
    min: finite.length ? Math.min(...finite.map(({ min }) => min)) : NaN,
    max: finite.length ? Math.max(...finite.map(({ max }) => max)) : NaN,
    mean: weight ? finite.reduce((sum, { mean, count }) => sum + mean * count, 0) / weight : NaN,
  };
}
