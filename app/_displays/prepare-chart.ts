/** Rows of a chart display → what the drawing needs. Decides everything; chart-display.tsx draws. */
import type { Display } from "@/pipelines/protocol/display";

export type ChartDescription = Extract<Display, { type: "chart" }>;
type Value = string | number | null;

export interface PreparedChart {
  readonly xIsNumber: boolean;
  /** Names of the series, in order of first appearance, with their colours. */
  readonly series: readonly { readonly name: string; readonly colour: string }[];
  /** One row for each x, with one field for each series: `x`, `s0`, `s1`, … Sorted when x is a number. */
  readonly rows: readonly Readonly<Record<string, Value>>[];
}

export function prepareChart(chart: ChartDescription): PreparedChart {
  const names = new Map<string, number>();
  const byX = new Map<Value, Record<string, Value>>();
  const xs = chart.rows.map((row) => toX(row[chart.x.field], chart.x.scale));
  const xIsNumber = chart.x.scale !== "category" && xs.length > 0 && xs.every((x) => typeof x === "number");
  const rows: Record<string, Value>[] = [];
  chart.rows.forEach((row, index) => {
    const name = chart.series === undefined ? (chart.y.title ?? chart.y.field) : String(row[chart.series] ?? "–");
    if (!names.has(name)) names.set(name, names.size);
    const key = `s${names.get(name)}`;
    const x = xIsNumber ? (xs[index] ?? null) : String(row[chart.x.field] ?? "–");
    // A scatter may have many points at one x; the others have one value for each x and series.
    let into = chart.mark === "scatter" ? undefined : byX.get(x);
    if (!into) {
      into = { x };
      rows.push(into);
      byX.set(x, into);
    }
    into[key] = toNumber(row[chart.y.field]);
  });
  if (xIsNumber) rows.sort((a, b) => Number(a["x"]) - Number(b["x"]));
  return {
    xIsNumber,
    series: [...names.keys()].map((name, index) => ({ name, colour: `var(--series-${(index % 10) + 1})` })),
    rows,
  };
}

export interface PreparedHeatmap {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  /** `cells[row][column]`: the value, and where it stands between the smallest and the largest (0 to 1). */
  readonly cells: readonly (readonly ({ readonly value: number; readonly share: number } | undefined)[])[];
}

export function prepareHeatmap(chart: ChartDescription): PreparedHeatmap {
  const columns = [...new Set(chart.rows.map((row) => String(row[chart.x.field])))];
  const rows = [...new Set(chart.rows.map((row) => String(row[chart.y.field])))];
  const values = new Map(
    chart.rows.map((row) => [`${String(row[chart.y.field])}\u0000${String(row[chart.x.field])}`, toNumber(row[chart.value ?? "value"])]),
  );
  const known = [...values.values()].filter((value) => value !== null);
  const least = Math.min(...known);
  const span = Math.max(...known) - least;
  return {
    columns,
    rows,
    cells: rows.map((row) =>
      columns.map((column) => {
        const value = values.get(`${row}\u0000${column}`);
        return value === undefined || value === null ? undefined : { value, share: span > 0 ? (value - least) / span : 0.5 };
      }),
    ),
  };
}

function toNumber(value: unknown): number | null {
  const number = typeof value === "boolean" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

function toX(value: unknown, scale: ChartDescription["x"]["scale"]): Value {
  if (scale === "time" && typeof value === "string") {
    const time = Date.parse(value);
    return Number.isNaN(time) ? value : time;
  }
  return typeof value === "number" || typeof value === "string" ? value : null;
}
