/** Sorting, filtering and statistics of rows that are in the page already: as runner/table does for large ones. Pure. */
import type { TableColumnStatistics, TableFilter, TableSort } from "@/pipelines/protocol/table";
import { compareCells } from "../_displays/compare-cells";
import type { HeldTable } from "./table-reader";

export function sortLocal(table: HeldTable, places: readonly number[], sort: readonly TableSort[]): readonly number[] {
  if (sort.length === 0) return places;
  return places.toSorted((a, b) => {
    for (const { column, down } of sort) {
      const [x, y] = [table.rows[a]![column], table.rows[b]![column]];
      const isMissing = isAbsent(x) || isAbsent(y);
      const order = compareCells(x, y);
      if (order !== 0) return down && !isMissing ? -order : order;
    }
    return 0;
  });
}

export function filterLocal(table: HeldTable, places: readonly number[], filters: readonly TableFilter[]): readonly number[] {
  if (filters.length === 0) return places;
  const tests = filters.map((filter) => testOf(filter, table.columns[filter.column]?.type === "date"));
  return places.filter((place) => filters.every(({ column }, index) => tests[index]!(table.rows[place]![column])));
}

function testOf({ op, value, to = "" }: TableFilter, isDate: boolean): (cell: unknown) => boolean {
  const numberOf = (text: unknown) => (isDate && Number.isNaN(Number(text)) ? Date.parse(String(text)) : Number(text));
  const compared = (test: (order: number) => boolean, with_: string) => (cell: unknown) => {
    if (isAbsent(cell)) return false;
    if (typeof cell === "number" || isDate) return test(numberOf(cell) - numberOf(with_));
    return test(textOf(cell) < with_ ? -1 : textOf(cell) > with_ ? 1 : 0);
  };
  switch (op) {
    case "missing":
      return isAbsent;
    case "present":
      return (cell) => !isAbsent(cell);
    case "contains":
      return (cell) => !isAbsent(cell) && textOf(cell).toLowerCase().includes(value.toLowerCase());
    case "equals":
    case "not-equals": {
      const same = (cell: unknown) => !isAbsent(cell) && (typeof cell === "number" ? cell === Number(value) : textOf(cell) === value);
      return op === "equals" ? same : (cell) => !same(cell);
    }
    case "above":
      return compared((order) => order > 0, value);
    case "at-least":
      return compared((order) => order >= 0, value);
    case "below":
      return compared((order) => order < 0, value);
    case "at-most":
      return compared((order) => order <= 0, value);
    case "between": {
      const [above, below] = [compared((order) => order >= 0, value), compared((order) => order <= 0, to)];
      return (cell) => above(cell) && below(cell);
    }
  }
}

const bins = 20;

export function statisticsLocal(table: HeldTable, places: readonly number[], column: number): TableColumnStatistics {
  const type = table.columns[column]?.type;
  const cells = places.map((place) => table.rows[place]![column]).filter((cell) => !isAbsent(cell));
  const base = { column, count: places.length, missing: places.length - cells.length };
  if (type === "number" || type === "date") {
    const numbers = cells.map((cell) => (type === "date" ? Date.parse(String(cell)) : Number(cell))).filter(Number.isFinite);
    if (numbers.length === 0) return { ...base, distinct: 0 };
    numbers.sort((a, b) => a - b);
    const [min, max] = [numbers[0]!, numbers.at(-1)!];
    const middle = numbers.length >> 1;
    const median = numbers.length % 2 === 1 ? numbers[middle]! : (numbers[middle - 1]! + numbers[middle]!) / 2;
    const histogram = new Array<number>(bins).fill(0);
    for (const number of numbers) histogram[max > min ? Math.min(bins - 1, Math.floor(((number - min) / (max - min)) * bins)) : 0]!++;
    return {
      ...base,
      distinct: new Set(numbers).size,
      min,
      max,
      mean: numbers.reduce((a, b) => a + b, 0) / numbers.length,
      median,
      histogram,
    };
  }
  const counts = new Map<string, number>();
  for (const cell of cells) counts.set(textOf(cell), (counts.get(textOf(cell)) ?? 0) + 1);
  const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 8);
  return { ...base, distinct: counts.size, top };
}

function isAbsent(cell: unknown): boolean {
  return cell === null || cell === undefined;
}

function textOf(cell: unknown): string {
  return typeof cell === "string" ? cell : (JSON.stringify(cell) ?? "");
}
