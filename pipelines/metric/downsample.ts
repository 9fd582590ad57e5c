/**
 * Thins the points of a series for a chart and hides no spike: a bucket of several points gives its last finite one with
 * the least and the greatest beside it, and its last one that is not finite. The server does the same in SQL
 * (`metric_points` in prisma/migrations), and a test holds the two together. Neighbour: summarise.ts.
 */

export interface MetricPoint {
  readonly step: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** NaN and the infinities are values too. */
  readonly value: number;
}

export interface Bucket extends MetricPoint {
  /** Undefined when the bucket has one finite point. */
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** Points in order of arrival; the result ascends by step. As many as there are when they are no more than `buckets`. */
export function downsample(points: readonly MetricPoint[], buckets: number): Bucket[] {
  const ordered = points.map((point, seq) => ({ ...point, seq })).sort((a, b) => a.step - b.step || a.seq - b.seq);
  if (ordered.length <= buckets) return ordered.map(({ step, time, value }) => ({ step, time, value, min: undefined, max: undefined }));
  const low = ordered[0]!.step;
  const high = ordered.at(-1)!.step;
  // Steps that no chart has a scale for all go into one.
  const scaled = Math.abs(low) <= 1e100 && Math.abs(high) <= 1e100 && high - low >= 1e-100;
  const bucketOf = (step: number) => (!scaled ? 0 : Math.min(buckets - 1, Math.floor(((step - low) / (high - low)) * buckets)));
  const result: Bucket[] = [];
  for (let start = 0; start < ordered.length;) {
    const bucket = bucketOf(ordered[start]!.step);
    let end = start;
    while (end < ordered.length && bucketOf(ordered[end]!.step) === bucket) end++;
    result.push(...summariseBucket(ordered.slice(start, end)));
    start = end;
  }
  return result;
}

function summariseBucket(points: readonly (MetricPoint & { readonly seq: number })[]): Bucket[] {
  const finite = points.filter(({ value }) => Number.isFinite(value));
  const other = points.findLast(({ value }) => !Number.isFinite(value));
  const result: (Bucket & { readonly seq: number })[] = [];
  const last = finite.at(-1);
  if (last) {
    let min = Infinity;
    let max = -Infinity;
    for (const { value } of finite) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
    result.push({ ...last, min: finite.length > 1 ? min : undefined, max: finite.length > 1 ? max : undefined });
  }
  if (other) result.push({ ...other, min: undefined, max: undefined });
  return result
    .sort((a, b) => a.step - b.step || a.seq - b.seq)
    .map(({ step, time, value, min, max }) => ({ step, time, value, min, max }));
}
