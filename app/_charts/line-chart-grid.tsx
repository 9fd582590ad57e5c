"use client";
/** All metrics of some runs, a chart for each name, sharing every choice. Used by the run page and by Compare. */
import { useMemo } from "react";
import type { SeriesView } from "../_trpc/outputs";
import { readChoices, writeChoices } from "./chart-choices";
import { ChartToolbar } from "./chart-toolbar";
import styles from "./chart.module.css";
import { LineChart, lineChartHeight } from "./line-chart";
import { prepareLines, type ChartRun, type LineChoices } from "./prepare-lines";
import { classNames } from "../_ui/class-names";
import { prepareTiles } from "./prepare-tiles";
import { useAddress } from "./use-address";
import { ValueTiles } from "./value-tiles";

const none: ReadonlySet<string> = new Set();

export function LineChartGrid({
  series: all,
  runs,
  loading,
  legend,
  alsoHidden,
  live = false,
  except = none,
}: {
  readonly series: readonly SeriesView[];
  readonly runs: readonly ChartRun[];
  readonly loading: boolean;
  readonly legend: "shown" | "elsewhere";
  /** Run ids hidden by a list beside the charts. */
  readonly alsoHidden?: ReadonlySet<string>;
  /** More points may come: what has one point so far may become a curve. */
  readonly live?: boolean;
  /** Names of numbers that stand elsewhere on the page already. */
  readonly except?: ReadonlySet<string>;
}) {
  const address = useAddress();
  const { curves: series, tiles } = useMemo(
    () => (live ? { curves: all, tiles: [] } : prepareTiles(all, runs, except)),
    [all, runs, except, live],
  );
  // Very many elements are a tangle; then the mean comes first.
  const crowded = series.filter((one) => one.mapIndex !== undefined).length > 60;
  const own = useMemo(() => readChoices(address.get, crowded ? "mean" : "each"), [address.get, crowded]);
  const choices = useMemo<LineChoices>(() => ({ ...own, hidden: new Set([...own.hidden, ...(alsoHidden ?? [])]) }), [own, alsoHidden]);
  const wide = address.get("wide");
  const names = useMemo(
    () => [...new Set(series.map((one) => one.name))].sort((a, b) => a.localeCompare(b, "en", { numeric: true })),
    [series],
  );
  const models = useMemo(
    () =>
      names.map((name) => ({
        name,
        model: prepareLines(
          series.filter((one) => one.name === name),
          runs,
          choices,
        ),
      })),
    [names, series, runs, choices],
  );
  const toggle = (id: string) => {
    const hidden = new Set(own.hidden);
    if (!hidden.delete(id)) hidden.add(id);
    address.set(writeChoices({ hidden }));
  };
  return (
    <>
      <ValueTiles tiles={tiles} />
      {(series.length > 0 || loading) && (
        <ChartToolbar
          choices={choices}
          fans={series.some((one) => one.mapIndex !== undefined)}
          onChange={(change) => address.set(writeChoices(change))}
        />
      )}
      <div className={styles.grid} data-charts>
        {loading &&
          names.length === 0 &&
          [0, 1].map((i) => <div key={i} className={styles.loading} style={{ height: lineChartHeight + 44 }} />)}
        {models.map(({ name, model }) => (
          <div key={name} className={classNames(wide === name && styles.wide)} data-chart={name}>
            <LineChart
              title={name}
              model={model}
              legend={legend}
              wide={wide === name}
              onWiden={() => address.set({ wide: wide === name ? undefined : name })}
              onToggle={toggle}
              onZoom={(range) => address.set(writeChoices({ range }))}
              zoomed={own.range !== undefined}
            />
          </div>
        ))}
      </div>
    </>
  );
}
