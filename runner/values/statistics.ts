/** Statistics of one column, for previews: one pass for the range, one for the bins. */
import type { ColumnStatistics } from "@/pipelines/protocol/preview";

const bins = 20;

export function numberStatistics(length: number, at: (index: number) => unknown): ColumnStatistics {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let count = 0;
  for (let index = 0; index < length; index++) {
    const value = Number(at(index) ?? NaN);
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  if (count === 0) return { scanned: length, missing: length };
  const histogram = new Array<number>(bins).fill(0);
  const scale = max > min ? bins / (max - min) : 0;
  for (let index = 0; index < length; index++) {
    const value = Number(at(index) ?? NaN);
    if (Number.isFinite(value)) histogram[Math.min(bins - 1, Math.floor((value - min) * scale))]!++;
  }
  return { scanned: length, missing: length - count, min, max, mean: sum / count, histogram };
}

export function textStatistics(length: number, at: (index: number) => unknown): ColumnStatistics {
  const counts = new Map<string, number>();
  let missing = 0;
  for (let index = 0; index < length; index++) {
    const value = at(index);
    if (value === null || value === undefined) missing++;
    else {
      const text = String(value).slice(0, 100);
      const before = counts.get(text);
      // Beyond this many the exact number of distinct values says nothing more.
      if (before !== undefined || counts.size < 10_000) counts.set(text, (before ?? 0) + 1);
    }
  }
  const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 5);
  return { scanned: length, missing, distinct: counts.size, top };
}
