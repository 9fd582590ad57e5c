"use client";
/** A parameter against a number, a dot for each run, with the trend when there is one. */
import dynamic from "next/dynamic";
import { useMemo, type ReactNode } from "react";
import { formatNumber } from "../_ui/format-number";
import { ChartFrame } from "./chart-frame";
import styles from "./chart.module.css";
import { useHoveredRun } from "./linked-hover";
import { plotArea } from "./plot-area";
import type { ScatterModel } from "./prepare-scatter";
import { useWidth } from "./use-width";

const Svg = dynamic(() => import("./scatter-chart-svg").then((module) => module.ScatterChartSvg), { ssr: false });
const height = 260;

export function ScatterChart({
  title,
  xTitle,
  yTitle,
  model,
  actions,
}: {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly model: ScatterModel;
  readonly actions?: ReactNode;
}) {
  const [ref, width] = useWidth();
  const area = useMemo(() => plotArea(width, height), [width]);
  const run = useHoveredRun();
  const dot = model.dots.find((one) => one.runId === run);
  return (
    <ChartFrame title={title} actions={actions}>
      <div ref={ref} className={styles.picture} style={{ height }}>
        {model.dots.length === 0 ? (
          <p className={styles.nothing}>No run has both numbers.</p>
        ) : (
          width > 0 && <Svg model={model} area={area} />
        )}
      </div>
      <ul className="sr-only" aria-label={title}>
        {model.dots.map((one) => (
          <li key={one.runId}>{`${one.label}: ${xTitle} ${one.parameter}, ${yTitle} ${formatNumber(one.y)}`}</li>
        ))}
      </ul>
      <p className={styles.quiet}>
        {dot
          ? `${dot.label}: ${xTitle} ${dot.parameter}, ${yTitle} ${formatNumber(dot.y)}`
          : `${model.trend ? `Correlation ${formatNumber(model.trend.correlation, 2)}${model.logX ? " (log scale)" : ""}` : "No trend to draw"}${
              model.missing > 0 ? `; ${model.missing} without both numbers` : ""
            }`}
      </p>
    </ChartFrame>
  );
}
