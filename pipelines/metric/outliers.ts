/** Which of several durations are out of the ordinary: by the median and the median distance from it, which no outlier moves. */
export interface Outliers {
  readonly median: number;
  /** More than this is out of the ordinary; undefined where there are too few values to say so. */
  readonly limit: number | undefined;
  /** Positions of values above the limit. */
  readonly slow: readonly number[];
}

const fewest = 5;
/** 3.5 standard deviations, were the values normal (Iglewicz and Hoaglin's rule). */
const deviations = 3.5;
const madToDeviation = 1.4826;
/** Values that hardly differ make no outlier of one that differs a little more. */
const leastShare = 0.1;
const leastMs = 50;

export function findSlow(values: readonly number[]): Outliers {
  const middle = median(values);
  if (values.length < fewest) return { median: middle, limit: undefined, slow: [] };
  const mad = median(values.map((value) => Math.abs(value - middle)));
  const limit = middle + deviations * Math.max(madToDeviation * mad, leastShare * middle, leastMs / deviations);
  return { median: middle, limit, slow: values.flatMap((value, position) => (value > limit ? [position] : [])) };
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
