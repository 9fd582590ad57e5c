/** The elements of a fan-out as one line: their mean at every step, their range as its band. */
import type { SeriesView } from "../_trpc/outputs";

type SeriesPoint = SeriesView["points"][number];

export function meanOfElements(series: readonly SeriesView[]): SeriesView[] {
  const groups = new Map<string, SeriesView[]>();
  for (const one of series) {
    const key = one.mapIndex === undefined ? `${one.taskRunId} ${one.name}` : `${one.runId} ${one.taskKey} ${one.name}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => (group.length === 1 ? asWhole(group[0]!) : mean(group)));
}

function mean(group: readonly SeriesView[]): SeriesView {
  const steps = [...new Set(group.flatMap((one) => one.points.map((point) => point.step)))].sort((a, b) => a - b);
  const cursors = group.map((one) => ({ points: one.points, at: 0 }));
  const points = steps.flatMap((step): SeriesPoint[] => {
    let sum = 0;
    let count = 0;
    let min = Infinity;
    let max = -Infinity;
    let time = 0;
    for (const cursor of cursors) {
      while (cursor.at + 1 < cursor.points.length && cursor.points[cursor.at + 1]!.step <= step) cursor.at++;
      const here = cursor.points[cursor.at];
      const next = cursor.points[cursor.at + 1];
      // An element counts between its first and its last step; between two of its points by a straight line.
      if (!here || here.step > step || (!next && here.step < step)) continue;
      const share = next && here.step < step ? (step - here.step) / (next.step - here.step) : 0;
      const value = between(here.value, next?.value, share);
      if (value === undefined) continue;
      sum += value;
      count++;
      min = Math.min(min, share === 0 ? (here.min ?? value) : value);
      max = Math.max(max, share === 0 ? (here.max ?? value) : value);
      time = Math.max(time, here.time + (next ? share * (next.time - here.time) : 0));
    }
    return count === 0 ? [] : [{ step, time, value: sum / count, min, max }];
  });
  return { ...asWhole(group[0]!), count: group.reduce((sum, one) => sum + one.count, 0), points };
}

function asWhole({ mapIndex: _, ...series }: SeriesView): SeriesView {
  return series;
}

function between(a: SeriesPoint["value"], b: SeriesPoint["value"] | undefined, share: number): number | undefined {
  if (typeof a !== "number") return undefined;
  if (share === 0 || b === undefined) return a;
  return typeof b === "number" ? a + share * (b - a) : undefined;
}
