"use client";
import { Fragment, useMemo } from "react";
import { formatNumber } from "../_ui/format-number";
import styles from "./displays.module.css";
import { prepareHeatmap, type ChartDescription } from "./prepare-chart";

/** A grid of numbers by colour, each with its number written in it: a confusion matrix, a grid of parameters. */
export function HeatmapDisplay({ chart }: { readonly chart: ChartDescription }) {
  const map = useMemo(() => prepareHeatmap(chart), [chart]);
  return (
    <div
      className={styles.heat}
      role="table"
      aria-label={chart.title ?? "Heat map"}
      style={{ gridTemplateColumns: `max-content repeat(${map.columns.length}, minmax(36px, 88px))` }}
    >
      <span className={styles.heatLabel}>{`${chart.y.title ?? chart.y.field} ↓  ${chart.x.title ?? chart.x.field} →`}</span>
      {map.columns.map((column) => (
        <span key={column} className={styles.heatLabel} style={{ justifyContent: "center" }}>
          {column}
        </span>
      ))}
      {map.rows.map((row, at) => (
        <Fragment key={row}>
          <span className={styles.heatLabel}>{row}</span>
          {map.cells[at]?.map((cell, index) => (
            <span
              key={index}
              className={styles.heatCell}
              title={cell && `${row} × ${map.columns[index]}: ${cell.value}`}
              style={
                cell
                  ? {
                      background: `color-mix(in oklab, var(--accent) ${Math.round(8 + cell.share * 92)}%, var(--surface))`,
                      color: cell.share > 0.5 ? "var(--on-accent)" : "var(--text)",
                    }
                  : { background: "var(--sunken)" }
              }
            >
              {cell && formatNumber(cell.value, 3)}
            </span>
          ))}
        </Fragment>
      ))}
    </div>
  );
}
