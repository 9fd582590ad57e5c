/**
 * Decides everything a line chart shows: which points, which band, which marks on the edge, which ticks, which
 * renderer. line-chart.tsx and its two painters only draw it. No point is ever dropped for being strange: a spike
 * inside a thinned bucket stays in the band, NaN and ±Infinity become marks on the edge.
 */
import type { SeriesView } from "../_trpc/outputs";
import { linearDomain, linearTicks, logDomain, logTicks, xTicks, type Domain, type Tick, type XKind } from "./axis";
import { meanOfElements } from "./mean-of-elements";
import { runStyles, styleOf, type LineStyle } from "./run-colour";
import { smooth, type Smoothing } from "./smooth";

export interface LineChoices {
  readonly x: XKind;
  readonly smoothing: Smoothing;
  readonly logY: boolean;
  /** Elements of a fan-out: a thin line each, or one line of their mean with the range behind. */
  readonly fan: "each" | "mean";
  /** Run or line ids whose lines are not drawn. */
  readonly hidden: ReadonlySet<string>;
  /** Zoom on the x axis, in its units. */
  readonly range?: Domain | undefined;
}

export interface ChartRun {
  readonly id: string;
  readonly number: number;
}

export interface LineModel {
  readonly lines: readonly Line[];
  /** All lines with whether they are hidden: what the legend lists. */
  readonly legend: readonly LegendEntry[];
  readonly xKind: XKind;
  readonly logY: boolean;
  readonly x: Domain;
  readonly y: Domain;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly pointCount: number;
  /** SVG is crisp and simple while there is little; canvas where SVG would stutter. */
  readonly renderer: "svg" | "canvas";
}

export interface Line {
  readonly id: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly label: string;
  readonly style: LineStyle;
  readonly thin: boolean;
  readonly x: readonly number[];
  /** What the strong line draws: smoothed when a smoothing is chosen. Null where there is no number to draw. */
  readonly y: readonly (number | null)[];
  /** The line before smoothing, for the faint line behind; undefined without smoothing. */
  readonly raw: readonly (number | null)[] | undefined;
  /** Lowest and highest value of each thinned bucket; undefined when no point was thinned. */
  readonly band: { readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[] } | undefined;
  readonly marks: readonly EdgeMark[];
}

/** A value that has no place on the axis, drawn at the edge where it happened. */
export interface EdgeMark {
  readonly x: number;
  readonly edge: "top" | "bottom";
  readonly value: "NaN" | "Infinity" | "-Infinity" | "not above 0";
}

export interface LegendEntry {
  readonly id: string;
  readonly label: string;
  readonly style: LineStyle;
  readonly hidden: boolean;
  readonly last: number | undefined;
}

/** Beyond this many points SVG stutters (measured: 5 × 500 points 266 ms in SVG, 54 ms on canvas). */
export const svgPointLimit = 5000;
const svgLineLimit = 24;

export function prepareLines(series: readonly SeriesView[], runs: readonly ChartRun[], choices: LineChoices): LineModel {
  const numbers = new Map(runs.map((run) => [run.id, run.number]));
  const known = series.filter((one) => numbers.has(one.runId));
  const shown = choices.fan === "mean" ? meanOfElements(known) : known;
  const single = new Set(known.map((one) => one.runId)).size === 1 && shown.length > 1;
  const styles = runStyles(runs.map((run) => run.number));
  const tasksDiffer = new Set(shown.map((one) => one.taskKey)).size > 1;
  const elementsOf = countBy(shown, (one) => `${one.runId} ${one.taskKey}`);

  const all = shown.map((one, index) => {
    const runNumber = numbers.get(one.runId)!;
    const element = one.mapIndex === undefined ? "" : `[${one.mapIndex}]`;
    const task = tasksDiffer || element ? `${one.taskKey}${element}` : "";
    return {
      ...drawOne(one, choices),
      id: `${one.runId}/${one.taskKey}${element}`,
      runId: one.runId,
      runNumber,
      label: single ? `${one.taskKey}${element}` : [`#${runNumber}`, task].filter(Boolean).join(" "),
      // One run alone has no other to be told from: its lines are told apart instead.
      style: single ? styleOf(index) : styles.get(runNumber)!,
      thin: (elementsOf.get(`${one.runId} ${one.taskKey}`) ?? 1) > 3,
    };
  });
  const isHidden = (line: { id: string; runId: string }) => choices.hidden.has(line.runId) || choices.hidden.has(line.id);
  const lines = all.filter((line) => !isHidden(line));
  const x = choices.range ?? domainOfX(lines);
  const y = domainOfY(lines, x, choices.logY);
  const pointCount = lines.reduce((sum, line) => sum + line.x.length, 0);
  return {
    lines,
    legend: all.map((line) => ({
      id: line.id,
      label: line.label,
      style: line.style,
      hidden: isHidden(line),
      last: lastNumber(line.raw ?? line.y),
    })),
    xKind: choices.x,
    logY: choices.logY,
    x,
    y,
    xTicks: xTicks(choices.x, x, 6),
    yTicks: choices.logY ? logTicks(y, 5) : linearTicks(y, 5),
    pointCount,
    renderer: pointCount > svgPointLimit || lines.length > svgLineLimit ? "canvas" : "svg",
  };
}

function drawOne(series: SeriesView, choices: LineChoices): Pick<Line, "x" | "y" | "raw" | "band" | "marks"> {
  const start = series.points[0]?.time ?? 0;
  const x: number[] = [];
  const values: (number | null)[] = [];
  const low: (number | null)[] = [];
  const high: (number | null)[] = [];
  const marks: EdgeMark[] = [];
  let thinned = false;
  for (const point of inOrder(series, choices.x)) {
    const at = choices.x === "step" ? point.step : choices.x === "wall" ? point.time : point.time - start;
    if (typeof point.value === "string") {
      marks.push({ x: at, edge: point.value === "Infinity" ? "top" : "bottom", value: point.value });
    } else if (choices.logY && point.value <= 0) {
      marks.push({ x: at, edge: "bottom", value: "not above 0" });
    }
    const value = drawable(point.value, choices.logY);
    const least = drawable(point.min ?? point.value, choices.logY);
    const most = drawable(point.max ?? point.value, choices.logY);
    if (point.min !== undefined && point.max !== undefined && point.min !== point.max) thinned = true;
    const last = x.length - 1;
    if (last >= 0 && x[last] === at) {
      // Several points at one x: the last one is the line, all of them are the band.
      if (values[last] !== value) thinned = true;
      low[last] = lesser(low[last]!, least);
      high[last] = greater(high[last]!, most);
      values[last] = value;
      continue;
    }
    x.push(at);
    values.push(value);
    // On a log axis a bucket that reaches to zero or below still has a visible upper part.
    low.push(least ?? value ?? most);
    high.push(most);
  }
  const smoothed = choices.smoothing.type !== "none" && x.length > 2;
  return {
    x,
    y: smoothed ? smooth(x, values, choices.smoothing) : values,
    raw: smoothed ? values : undefined,
    band: thinned ? { low, high } : undefined,
    marks,
  };
}

/** Steps are sorted by the server; wall time may run backwards between two hosts or after a repeated step. */
function inOrder(series: SeriesView, x: XKind) {
  if (x === "step") return series.points;
  return [...series.points].sort((a, b) => a.time - b.time);
}

function drawable(value: SeriesView["points"][number]["value"], logY: boolean): number | null {
  return typeof value === "number" && Number.isFinite(value) && (!logY || value > 0) ? value : null;
}

const lesser = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.min(a, b));
const greater = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b));

function domainOfX(lines: readonly Line[]): Domain {
  let low = Infinity;
  let high = -Infinity;
  for (const line of lines) {
    if (line.x.length === 0) continue;
    low = Math.min(low, line.x[0]!);
    high = Math.max(high, line.x[line.x.length - 1]!);
  }
  return low === high ? [low - 1, high + 1] : low < high ? [low, high] : [0, 1];
}

/** Over all that is drawn inside the x domain: line, faint line and band. */
function domainOfY(lines: readonly Line[], [from, to]: Domain, logY: boolean): Domain {
  let low = Infinity;
  let high = -Infinity;
  for (const line of lines) {
    for (const column of [line.y, line.raw, line.band?.low, line.band?.high]) {
      column?.forEach((value, i) => {
        if (value === null || line.x[i]! < from || line.x[i]! > to) return;
        if (value < low) low = value;
        if (value > high) high = value;
      });
    }
  }
  return logY ? logDomain(low, high) : linearDomain(low, high);
}

function lastNumber(values: readonly (number | null)[]): number | undefined {
  for (let i = values.length - 1; i >= 0; i--) if (values[i] !== null) return values[i]!;
  return undefined;
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
