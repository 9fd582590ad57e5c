/** Points of one metric of one task run, thinned to min/max buckets so that no spike is hidden. */
export interface SeriesView {
  readonly runId: string;
  readonly taskRunId: string;
  readonly taskKey: string;
  readonly mapIndex: number | undefined;
  readonly name: string;
  readonly count: number;
  /**
   * Ascending by step. For a bucket of several points: its min and max beside the last value. NaN and ±Infinity as strings,
   * as points of their own beside those asked for.
   */
  readonly points: readonly SeriesPoint[];
}

export interface SeriesPoint {
  readonly step: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly value: JsonNumber;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** All series of one name in a run, a fan-out's elements together. min, max and mean are of finite points: "NaN" without any. */
export interface MetricSummary {
  readonly runId: string;
  readonly name: string;
  readonly count: number;
  readonly last: JsonNumber;
  readonly min: JsonNumber;
  readonly max: JsonNumber;
  readonly mean: JsonNumber;
}

export type JsonNumber = number | "NaN" | "Infinity" | "-Infinity";
