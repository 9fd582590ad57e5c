"use client";
import dynamic from "next/dynamic";
import { Skeleton } from "../_ui/notice";
import styles from "./displays.module.css";
import { HeatmapDisplay } from "./heatmap-display";
import type { ChartDescription } from "./prepare-chart";

// The chart library comes with the first chart that needs it; its place is held meanwhile.
const ChartDisplay = dynamic(() => import("./chart-display").then((module) => module.ChartDisplay), {
  ssr: false,
  loading: () => <Skeleton height={300} />,
});

/** A chart under its title. */
export function ChartFigure({ chart }: { readonly chart: ChartDescription }) {
  return (
    <figure className={styles.figure}>
      {chart.title !== undefined && <figcaption className={styles.caption}>{chart.title}</figcaption>}
      {chart.mark === "heatmap" ? <HeatmapDisplay chart={chart} /> : <ChartDisplay chart={chart} mark={chart.mark} />}
    </figure>
  );
}
