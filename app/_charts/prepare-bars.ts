/** Decides what the bars of one headline value show: order, ends, the best one. bar-chart.tsx draws. */
import { linearTicks, niceStep, type Domain, type Tick } from "./axis";
import { isBetter, type Direction } from "./metric-direction";
import type { ChartRun } from "./prepare-lines";
import { runColour } from "./run-colour";

export interface BarModel {
  readonly name: string;
  readonly bars: readonly Bar[];
  /** Runs that gave no such number. */
  readonly missing: readonly ChartRun[];
  readonly domain: Domain;
  readonly ticks: readonly Tick[];
}

export interface Bar {
  readonly runId: string;
  readonly label: string;
  readonly value: number;
  readonly best: boolean;
  readonly colour: number;
}

export interface RunValue {
  readonly run: ChartRun;
  readonly value: number | undefined;
}

export function prepareBars(name: string, values: readonly RunValue[], direction: Direction | undefined): BarModel {
  const given = values.flatMap(({ run, value }) => (isNumber(value) ? [{ run, value }] : []));
  const best = bestOf(given, direction);
  const numbers = given.map(({ value }) => value);
  const least = Math.min(0, ...numbers);
  const most = Math.max(0, ...numbers);
  const step = niceStep(most - least || 1, 4);
  const domain: Domain = [Math.floor(least / step) * step, Math.ceil(most / step) * step || step];
  return {
    name,
    bars: given.map(({ run, value }) => ({
      runId: run.id,
      label: `#${run.number}`,
      value,
      best: best !== undefined && value === best,
      colour: runColour(run.number),
    })),
    missing: values.filter(({ value }) => !isNumber(value)).map(({ run }) => run),
    domain,
    ticks: linearTicks(domain, 4),
  };
}

/** The best value; undefined when nobody knows what is better, or all are the same. */
export function bestOf(values: readonly { readonly value: number | undefined }[], direction: Direction | undefined): number | undefined {
  if (direction === undefined) return undefined;
  const numbers = values.flatMap(({ value }) => (isNumber(value) ? [value] : []));
  if (new Set(numbers).size < 2) return undefined;
  return numbers.reduce((best, value) => (isBetter(value, best, direction) ? value : best));
}

function isNumber(value: number | undefined | null): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
