"use client";
/** What something used over time, small: draws what prepare-usage.ts decides. */
import { prepareUsage, type UsageSeries } from "./prepare-usage";
import styles from "./usage-chart.module.css";

export interface UsageChartProps extends UsageSeries {
  /** "CPU": what a screen reader says first. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly limit?: number | undefined;
  readonly format: (value: number) => string;
  readonly look: "cpu" | "memory";
}

export function UsageChart({ name, at, values, from, to, limit, format, look }: UsageChartProps) {
  const model = prepareUsage({ at, values }, from, to, limit);
  if (!model) return <span className={styles.none}>No sample yet</span>;
  const words = `${name}: at most ${format(model.peak)}${limit === undefined ? "" : ` of ${format(limit)}`}`;
  return (
    <div className={styles.chart} data-usage={look}>
      <svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label={words} className={styles[look]}>
        <title>{words}</title>
        <path d={model.area} className={styles.area} />
        <path d={model.line} className={styles.line} vectorEffect="non-scaling-stroke" />
        {model.limitY !== undefined && (
          <line x1={0} x2={1000} y1={model.limitY} y2={model.limitY} className={styles.limit} vectorEffect="non-scaling-stroke" />
        )}
      </svg>
      <span className={styles.words} aria-hidden>
        peak {format(model.peak)}
        {limit !== undefined && ` of ${format(limit)}`}
      </span>
    </div>
  );
}
