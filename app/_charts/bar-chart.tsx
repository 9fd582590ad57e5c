"use client";
/** One headline value of several runs as bars from zero. */
import dynamic from "next/dynamic";
import type { ReactNode } from "react";
import { formatNumber } from "../_ui/format-number";
import { ChartFrame } from "./chart-frame";
import styles from "./chart.module.css";
import type { BarModel } from "./prepare-bars";
import { useWidth } from "./use-width";

const Svg = dynamic(() => import("./bar-chart-svg").then((module) => module.BarChartSvg), { ssr: false });

export function BarChart({ model, note, actions }: { readonly model: BarModel; readonly note?: ReactNode; readonly actions?: ReactNode }) {
  const [ref, width] = useWidth();
  return (
    <ChartFrame title={model.name} note={note} actions={actions}>
      <div ref={ref} className={styles.picture} style={{ minHeight: model.bars.length * 26 + 28 }}>
        {width > 0 && model.bars.length > 0 && <Svg model={model} width={width} />}
      </div>
      <ul className="sr-only" aria-label={model.name}>
        {model.bars.map((bar) => (
          <li key={bar.runId}>{`${bar.label}: ${formatNumber(bar.value)}${bar.best ? ", best" : ""}`}</li>
        ))}
      </ul>
      {model.missing.length > 0 && <p className={styles.quiet}>Not given by {model.missing.map((run) => `#${run.number}`).join(", ")}.</p>}
    </ChartFrame>
  );
}
