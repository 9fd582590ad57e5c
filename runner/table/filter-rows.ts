/** The rows of a table that pass all filters, in the table's order. */
import type { TableFilter } from "@/pipelines/protocol/table";
import type { ColumnTable, TableColumn } from "./column-table";
import { toText, type Rows } from "./sort-rows";

type Test = (row: number) => boolean;

export class BadFilter extends Error {}

export function filterRows(table: ColumnTable, filters: readonly TableFilter[]): Rows {
  const tests = filters.map((filter) => testOf(table.columns[filter.column], filter));
  const rows = new Uint32Array(table.rowCount);
  let count = 0;
  for (let row = 0; row < table.rowCount; row++) {
    if (tests.every((test) => test(row))) rows[count++] = row;
  }
  return rows.slice(0, count);
}

function testOf(column: TableColumn | undefined, filter: TableFilter): Test {
  if (!column) throw new BadFilter(`The table has no column ${filter.column}.`);
  const { op } = filter;
  if (op === "missing") return (row) => column.isMissing(row);
  if (op === "present") return (row) => !column.isMissing(row);
  if (op === "contains" || op === "equals" || op === "not-equals") {
    const isNumber = column.type === "number" && op !== "contains" && filter.value.trim() !== "" && !Number.isNaN(Number(filter.value));
    const same = isNumber ? numberTest(column, (value) => value === Number(filter.value)) : textTest(column, textMatcher(filter));
    return op === "not-equals" ? (row) => !same(row) : same;
  }
  const bound = (text: string): number => {
    const value = column.type === "date" && Number.isNaN(Number(text)) ? Date.parse(text) : Number(text);
    if (text.trim() === "" || Number.isNaN(value)) throw new BadFilter(`“${text}” is no ${column.type === "date" ? "date" : "number"}.`);
    return value;
  };
  if (!column.numbers) {
    const [low, high] = [filter.value, filter.to ?? ""];
    return textTest(column, (text) =>
      op === "above"
        ? text > low
        : op === "at-least"
          ? text >= low
          : op === "below"
            ? text < low
            : op === "at-most"
              ? text <= low
              : text >= low && text <= high,
    );
  }
  const low = bound(filter.value);
  switch (op) {
    case "above":
      return numberTest(column, (value) => value > low);
    case "at-least":
      return numberTest(column, (value) => value >= low);
    case "below":
      return numberTest(column, (value) => value < low);
    case "at-most":
      return numberTest(column, (value) => value <= low);
    case "between": {
      const high = bound(filter.to ?? "");
      return numberTest(column, (value) => value >= low && value <= high);
    }
  }
}

function textMatcher({ op, value }: TableFilter): (text: string) => boolean {
  if (op !== "contains") return (text) => text === value;
  const wanted = value.toLowerCase();
  return (text) => text.toLowerCase().includes(wanted);
}

function numberTest(column: TableColumn, test: (value: number) => boolean): Test {
  const { numbers } = column;
  return (row) => !column.isMissing(row) && test(numbers ? numbers[row]! : Number(column.get(row)));
}

function textTest(column: TableColumn, test: (text: string) => boolean): Test {
  if (column.dictionary) {
    const { texts, indexes } = column.dictionary;
    const passes = texts.map(test);
    return (row) => !column.isMissing(row) && passes[indexes[row]!]!;
  }
  return (row) => {
    const text = toText(column.get(row));
    return text !== undefined && test(text);
  };
}
