/** Points of one metric of one task run, thinned to min/max buckets so that no spike is hidden. */
export interface SeriesView {
  readonly runId: string;
  readonly taskRunId: string;
  readonly taskKey: string;
  readonly mapIndex: number | undefined;
  readonly name: string;
  readonly count: number;
  /** Ascending by step. For a bucket of several points: its min and max beside the last value. NaN and ±Infinity as strings. */
  readonly points: readonly SeriesPoint[];
}

export interface SeriesPoint {
  readonly step: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly value: number | "NaN" | "Infinity" | "-Infinity";
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface MetricSummary {
  readonly runId: string;
  readonly name: string;
  readonly count: number;
  readonly last: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}
