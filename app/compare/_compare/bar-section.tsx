"use client";
import { useMemo } from "react";
import { BarChart } from "../../_charts/bar-chart";
import charts from "../../_charts/chart.module.css";
import { prepareBars } from "../../_charts/prepare-bars";
import type { RunDetail } from "../../_trpc/outputs";
import styles from "./compare.module.css";
import type { ValueRow } from "./prepare-values";

/** Headline values; where the runs have none, the last values of their first metrics. What is the same everywhere compares nothing. */
function chooseRows(all: readonly ValueRow[]): readonly ValueRow[] {
  const values = all.filter((row) => row.values.length < 2 || new Set(row.values).size > 1);
  const headline = values.filter((row) => row.type === "headline");
  return headline.length > 0 ? headline.slice(0, 8) : values.slice(0, 4);
}

/** What a run is known by, as bars from zero. */
export function BarSection({ runs, values }: { readonly runs: readonly RunDetail[]; readonly values: readonly ValueRow[] }) {
  const models = useMemo(
    () =>
      chooseRows(values).map((row) => ({
        row,
        model: prepareBars(
          row.name,
          runs.map((run, i) => ({ run, value: row.values[i] })),
          row.direction,
        ),
      })),
    [runs, values],
  );
  if (models.length === 0) return null;
  return (
    <section aria-labelledby="headline-values">
      <h2 id="headline-values">Headline values</h2>
      <div className={charts.grid}>
        {models.map(({ row, model }) => (
          <div key={row.name} data-bars={row.name}>
            <BarChart model={model} note={row.direction && <span className={styles.quiet}>{row.direction} is better</span>} />
          </div>
        ))}
      </div>
    </section>
  );
}
