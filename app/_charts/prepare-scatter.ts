/** Decides a scatter of one parameter against one number: places, ticks, trend. scatter-chart.tsx draws. */
import type { Json } from "@/pipelines/compile/dag";
import { linearDomain, linearTicks, logDomain, logTicks, type Domain, type Tick } from "./axis";
import type { ChartRun } from "./prepare-lines";
import { runColour } from "./run-colour";

export interface ScatterModel {
  readonly dots: readonly Dot[];
  readonly x: Domain;
  readonly y: Domain;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly logX: boolean;
  readonly trend: Trend | undefined;
  /** Runs left out for want of a number. */
  readonly missing: number;
}

export interface Dot {
  readonly runId: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
  /** The parameter's value as written. */
  readonly parameter: string;
  readonly colour: number;
}

export interface Trend {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** Pearson's correlation of the places shown. */
  readonly correlation: number;
}

export interface ScatterInput {
  readonly run: ChartRun;
  readonly parameter: Json | undefined;
  readonly value: number | undefined;
}

export function prepareScatter(inputs: readonly ScatterInput[]): ScatterModel {
  const usable = inputs.filter(
    (input): input is ScatterInput & { parameter: Json; value: number } =>
      input.parameter !== undefined && typeof input.value === "number" && Number.isFinite(input.value),
  );
  const numeric = usable.length > 0 && usable.every(({ parameter }) => typeof parameter === "number");
  const numbers = numeric ? usable.map(({ parameter }) => parameter as number) : [];
  // A learning rate is searched by factors: more than two decades, all above zero, stand on a log axis.
  const logX = numeric && Math.min(...numbers) > 0 && Math.max(...numbers) / Math.min(...numbers) >= 100;
  const words = numeric ? [] : [...new Set(usable.map(({ parameter }) => written(parameter)))].sort();
  const seen = new Map<string, number>();
  const place = (word: string) => {
    // Dots of one word stand beside one another, so that equal values do not hide each other.
    const nth = seen.get(word) ?? 0;
    seen.set(word, nth + 1);
    const all = usable.filter(({ parameter }) => written(parameter) === word).length;
    return words.indexOf(word) + (nth - (all - 1) / 2) * Math.min(0.12, 0.6 / all);
  };
  const dots = usable.map(({ run, parameter, value }): Dot => ({
    runId: run.id,
    label: `#${run.number}`,
    x: numeric ? (parameter as number) : place(written(parameter)),
    y: value,
    parameter: written(parameter),
    colour: runColour(run.number),
  }));
  const x: Domain = !numeric
    ? [-0.5, Math.max(0.5, words.length - 0.5)]
    : logX
      ? logDomain(Math.min(...numbers), Math.max(...numbers))
      : linearDomain(Math.min(...numbers), Math.max(...numbers));
  const y = linearDomain(Math.min(...dots.map((dot) => dot.y)), Math.max(...dots.map((dot) => dot.y)), 0.1);
  return {
    dots,
    x,
    y,
    xTicks: numeric ? (logX ? logTicks(x, 5) : linearTicks(x, 5)) : words.map((label, value) => ({ value, label })),
    yTicks: linearTicks(y, 5),
    logX,
    trend: numeric ? findTrend(dots, logX) : undefined,
    missing: inputs.length - usable.length,
  };
}

/** Least squares through the dots as they stand on the page (so on a log axis through the logarithms). */
function findTrend(dots: readonly Dot[], logX: boolean): Trend | undefined {
  const place = (x: number) => (logX ? Math.log(x) : x);
  if (new Set(dots.map((dot) => dot.x)).size < 2 || dots.length < 3) return undefined;
  const xs = dots.map((dot) => place(dot.x));
  const ys = dots.map((dot) => dot.y);
  const meanX = mean(xs);
  const meanY = mean(ys);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  xs.forEach((x, i) => {
    xy += (x - meanX) * (ys[i]! - meanY);
    xx += (x - meanX) ** 2;
    yy += (ys[i]! - meanY) ** 2;
  });
  const slope = xy / xx;
  const at = (x: number) => meanY + slope * (place(x) - meanX);
  const least = Math.min(...dots.map((dot) => dot.x));
  const most = Math.max(...dots.map((dot) => dot.x));
  return { from: [least, at(least)], to: [most, at(most)], correlation: yy === 0 ? 0 : xy / Math.sqrt(xx * yy) };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function written(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
