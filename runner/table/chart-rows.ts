/** Points of a chart out of a table: grouped by x (and by a series) and brought to one number, or as they are and thinned. */
import type { Aggregation, TableCell, TableChart } from "@/pipelines/protocol/table";
import { cell } from "../values/preview";
import type { ColumnTable, TableColumn } from "./column-table";

const mostPoints = 5000;
const mostSeries = 20;

export interface ChartWish {
  readonly x: string;
  readonly y: string;
  readonly series?: string | undefined;
  readonly aggregation: Aggregation;
}

export class BadWish extends Error {}

export function chartRows(table: ColumnTable, { x, y, series, aggregation }: ChartWish): TableChart {
  const find = (name: string): TableColumn => {
    const column = table.columns.find((each) => each.name === name);
    if (!column) throw new BadWish(`The table has no column “${name}”.`);
    return column;
  };
  const [xs, ys] = [find(x), aggregation === "count" ? undefined : find(y)];
  const colours = series === undefined ? undefined : find(series);
  if (ys && ys.type !== "number" && ys.type !== "boolean" && aggregation !== "none")
    throw new BadWish(`“${y}” holds no numbers: count it instead.`);
  if (aggregation === "none") {
    const stride = Math.max(1, Math.ceil(table.rowCount / mostPoints));
    const rows: Record<string, TableCell>[] = [];
    for (let row = 0; row < table.rowCount; row += stride) {
      rows.push({ [x]: cell(xs.get(row)), [y]: cell(ys!.get(row)), ...(series !== undefined && { [series]: cell(colours!.get(row)) }) });
    }
    return { type: "chart", rows, points: table.rowCount };
  }
  const groups = new Map<string, { x: TableCell; series: TableCell; values: number[] }>();
  const names = new Set<string>();
  for (let row = 0; row < table.rowCount; row++) {
    if (xs.isMissing(row)) continue;
    const value = ys ? (ys.isMissing(row) ? undefined : Number(ys.numbers?.[row] ?? ys.get(row))) : 1;
    if (value === undefined || value !== value) continue;
    const name = colours ? String(colours.get(row) ?? "–") : "";
    if (!names.has(name)) {
      if (names.size >= mostSeries) continue;
      names.add(name);
    }
    const xKey = xs.numbers ? String(xs.numbers[row]) : String(xs.get(row));
    const key = `${xKey}\u0000${name}`;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { x: cell(xs.get(row)), series: name, values: [] }));
    group.values.push(value);
  }
  const all = [...groups.values()].sort((a, b) => order(a.x, b.x));
  const stride = Math.max(1, Math.ceil(all.length / mostPoints));
  const field = aggregation === "count" ? "count" : y;
  const rows = all
    .filter((_, index) => index % stride === 0)
    .map((group) => ({
      [x]: group.x,
      ...(series !== undefined && { [series]: group.series }),
      [field]: reduce(group.values, aggregation),
    }));
  return { type: "chart", rows, points: all.length };
}

function reduce(values: readonly number[], aggregation: Exclude<Aggregation, "none">): number {
  const sum = () => values.reduce((a, b) => a + b, 0);
  switch (aggregation) {
    case "count":
      return values.length;
    case "sum":
      return sum();
    case "mean":
      return sum() / values.length;
    case "min":
      return values.reduce((a, b) => Math.min(a, b));
    case "max":
      return values.reduce((a, b) => Math.max(a, b));
    case "median": {
      const sorted = values.toSorted((a, b) => a - b);
      const middle = sorted.length >> 1;
      return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
    }
  }
}

function order(a: TableCell, b: TableCell): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a) < String(b) ? -1 : Number(String(a) > String(b));
}
