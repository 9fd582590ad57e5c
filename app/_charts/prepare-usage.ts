/** Decides the picture of what something used over time: an area, the top of its scale, and its limit as a line. */
export interface UsageSeries {
  /** Milliseconds since the epoch. */
  readonly at: readonly number[];
  readonly values: readonly (number | null | undefined)[];
}

export interface UsageModel {
  /** SVG paths in a field of 1000 × 100, y downwards. */
  readonly line: string;
  readonly area: string;
  readonly top: number;
  /** How far down the limit stands, 0 to 100; undefined when there is none. */
  readonly limitY: number | undefined;
  readonly peak: number;
  readonly last: number | undefined;
}

/** From `from` to `to`; the scale reaches to the limit when that is not too far above what was used. */
export function prepareUsage({ at, values }: UsageSeries, from: number, to: number, limit: number | undefined): UsageModel | undefined {
  const points = at.flatMap((time, n) => {
    const value = values[n];
    return value === null || value === undefined || !Number.isFinite(value) ? [] : [{ time, value }];
  });
  if (points.length === 0) return undefined;
  const peak = Math.max(...points.map(({ value }) => value));
  const span = Math.max(1, to - from);
  const fits = limit !== undefined && limit <= peak * 8;
  const top = Math.max(peak * 1.1, fits ? limit * 1.05 : 0) || 1;
  const spot = ({ time, value }: { time: number; value: number }) => {
    const x = Math.min(1000, Math.max(0, ((time - from) / span) * 1000));
    return `${Math.round(x * 10) / 10} ${Math.round((1 - value / top) * 1000) / 10}`;
  };
  const first = points[0]!;
  const last = points.at(-1)!;
  const line =
    points.length === 1 ? `M${spot({ ...first, time: first.time - span / 100 })}L${spot(first)}` : `M${points.map(spot).join("L")}`;
  const area = `${line}L${spot({ ...last, value: 0 })}L${spot({ ...first, value: 0 })}Z`;
  return { line, area, top, limitY: fits ? (1 - limit / top) * 100 : undefined, peak, last: last.value };
}
