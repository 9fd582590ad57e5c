"use client";
import { classNames } from "../_ui/class-names";
import { formatDuration } from "../_ui/format-duration";
import { formatNumber } from "../_ui/format-number";
import { formatExact } from "../_ui/format-time";
import styles from "./chart.module.css";
import { LineSample } from "./line-sample";
import type { LineModel } from "./prepare-lines";
import type { Reading } from "./read-lines";

/** More lines than this do not fit beside the pointer; the highest and the hovered one are shown, the rest counted. */
const most = 12;

export function HoverCard({
  model,
  readings,
  x,
  at,
  width,
  runId,
}: {
  readonly model: LineModel;
  readonly readings: readonly Reading[];
  readonly x: number;
  /** Where the crosshair stands, in pixels. */
  readonly at: number;
  readonly width: number;
  readonly runId: string | undefined;
}) {
  const shown = [...readings].sort((a, b) => Number(b.line.runId === runId) - Number(a.line.runId === runId)).slice(0, most);
  const ordered = readings.filter((reading) => shown.includes(reading));
  return (
    <div className={styles.card} style={at > width / 2 ? { right: width - at + 12 } : { left: at + 12 }}>
      <div className={styles.cardX}>{xText(model, readings[0]?.x ?? x)}</div>
      {ordered.map((reading) => (
        <div key={reading.line.id} className={classNames(styles.cardRow, runId === reading.line.runId && styles.cardRowOn)}>
          <LineSample style={reading.line.style} />
          <span className={styles.cardLabel}>{reading.line.label}</span>
          <span className={styles.cardValue}>{valueText(reading)}</span>
          {reading.low !== null && reading.low !== undefined && reading.low !== reading.high && (
            <span className={styles.cardBand}>
              {formatNumber(reading.low)} to {formatNumber(reading.high ?? reading.low)}
            </span>
          )}
        </div>
      ))}
      {readings.length > most && <div className={styles.cardMore}>and {readings.length - most} more</div>}
    </div>
  );
}

function valueText(reading: Reading): string {
  if (reading.mark && reading.y === null) return markWords[reading.mark.value];
  if (reading.y === null) return "–";
  const smoothed = reading.raw !== undefined && reading.raw !== null;
  return smoothed ? `${formatNumber(reading.y)} (${formatNumber(reading.raw!)})` : formatNumber(reading.y);
}

export const markWords = { NaN: "NaN", Infinity: "∞", "-Infinity": "−∞", "not above 0": "0 or less" } as const;

export function xText(model: Pick<LineModel, "xKind">, x: number): string {
  switch (model.xKind) {
    case "step":
      return `Step ${formatNumber(x)}`;
    case "relative":
      return `After ${formatDuration(x)}`;
    case "wall":
      return formatExact(new Date(x));
  }
}

/** The card in words, for those who hear it. */
export function readingText(model: LineModel, readings: readonly Reading[], x: number | undefined): string {
  if (x === undefined || readings.length === 0) return "";
  return `${xText(model, readings[0]!.x)}: ${readings.map((reading) => `${reading.line.label} ${valueText(reading)}`).join(", ")}`;
}
