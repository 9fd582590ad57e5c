/** Tells metrics that are curves from metrics that are numbers: one point has no line, so it gets no chart. */
import type { SeriesView } from "../_trpc/outputs";
import { runStyles, styleOf, type LineStyle } from "./run-colour";
import type { ChartRun } from "./prepare-lines";

export interface Tile {
  readonly name: string;
  readonly bars: readonly TileBar[];
}

export interface TileBar {
  readonly id: string;
  readonly label: string;
  readonly style: LineStyle;
  /** Undefined when it is no finite number; `text` says what it is. */
  readonly value: number | undefined;
  readonly text: string | undefined;
  /** Share of the largest, 0 to 1. */
  readonly share: number;
}

/** `except`: numbers that stand elsewhere on the page already. */
export function prepareTiles(
  series: readonly SeriesView[],
  runs: readonly ChartRun[],
  except: ReadonlySet<string>,
): { readonly curves: readonly SeriesView[]; readonly tiles: readonly Tile[] } {
  const groups = new Map<string, SeriesView[]>();
  for (const one of series) groups.set(one.name, [...(groups.get(one.name) ?? []), one]);
  const singles = [...groups].filter(([, group]) => group.every((one) => one.count === 1 && one.points.length === 1));
  const isSingle = new Set(singles.map(([name]) => name));
  const curves = series.filter((one) => !isSingle.has(one.name));
  const others = singles.filter(([name, group]) => !(except.has(name) && group.every((one) => one.mapIndex === undefined)));
  const tiles = (curves.length === 0 && others.length === 0 ? singles : others)
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([name, group]) => ({ name, bars: barsOf(group, runs) }));
  return { curves, tiles };
}

function barsOf(group: readonly SeriesView[], runs: readonly ChartRun[]): TileBar[] {
  const numbers = new Map(runs.map((run) => [run.id, run.number]));
  const styles = runStyles(runs.map((run) => run.number));
  const known = group.filter((one) => numbers.has(one.runId));
  const largest = Math.max(...known.map((one) => Math.abs(Number(one.points[0]!.value))).filter(Number.isFinite), 0);
  return known.map((one, index) => {
    const number = numbers.get(one.runId)!;
    const { value } = one.points[0]!;
    const element = one.mapIndex === undefined ? "" : `[${one.mapIndex}]`;
    const finite = typeof value === "number" ? value : undefined;
    return {
      id: `${one.runId}/${one.taskRunId}`,
      label: runs.length === 1 ? `${one.taskKey}${element}` : `#${number}${element}`,
      style: runs.length === 1 ? styleOf(index) : styles.get(number)!,
      value: finite,
      text: finite === undefined ? String(value) : undefined,
      share: finite === undefined || largest === 0 ? 0 : Math.abs(finite) / largest,
    };
  });
}
