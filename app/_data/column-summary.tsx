"use client";
/** What a column holds, small: a histogram or its most frequent texts. */
import type { TableColumnStatistics, TableColumnType } from "@/pipelines/protocol/table";
import { formatNumber } from "../_ui/format-number";
import { shownText } from "./cell-text";
import styles from "./data-grid.module.css";

export function Histogram({ bars, label }: { readonly bars: readonly number[]; readonly label: string }) {
  const most = Math.max(1, ...bars);
  return (
    <svg className={styles.histogram} viewBox={`0 0 ${bars.length * 5} 24`} preserveAspectRatio="none" role="img" aria-label={label}>
      {bars.map((count, index) => {
        const height = count === 0 ? 0 : Math.max(1, (count / most) * 24);
        return <rect key={index} x={index * 5} y={24 - height} width={4} height={height} />;
      })}
    </svg>
  );
}

export function ColumnSummary({
  name,
  type,
  statistics,
}: {
  readonly name: string;
  readonly type: TableColumnType;
  readonly statistics: TableColumnStatistics;
}) {
  const { histogram, top, count } = statistics;
  return (
    <div className={styles.summary}>
      {histogram ? (
        <Histogram bars={histogram} label={`How the values of ${name} are spread`} />
      ) : (
        <ul className={styles.top}>
          {(top ?? []).slice(0, 2).map(([text, times]) => (
            <li key={text} title={`${text}: ${formatNumber(times)}`}>
              <span style={{ width: `${(times / Math.max(1, count)) * 100}%` }} />
              {text === "" ? "(empty)" : text}
            </li>
          ))}
        </ul>
      )}
      <small>{figures(type, statistics)}</small>
    </div>
  );
}

function figures(type: TableColumnType, { min, max, distinct, missing }: TableColumnStatistics): string {
  const range = min !== undefined && max !== undefined ? `${value(type, min)} – ${value(type, max)}` : `${formatNumber(distinct)} distinct`;
  return missing > 0 ? `${range} · ${formatNumber(missing)} missing` : range;
}

export function value(type: TableColumnType, number: number): string {
  return type === "date" ? shownText(new Date(number).toISOString(), "date") : formatNumber(number, 4);
}
