/** A list of numbers inside a preview as a line to look at; undefined where there is none. */
import type { Display } from "@/pipelines/protocol/display";

type Chart = Extract<Display, { type: "chart" }>;

export function preparePlot(name: string, display: Display): Chart | undefined {
  const numbers = findNumbers(display);
  if (!numbers || numbers.length < 2) return undefined;
  return {
    type: "chart",
    mark: "line",
    x: { field: "index", title: "Index" },
    y: { field: "value", title: name },
    rows: numbers.map((value, index) => ({ index, value })),
  };
}

function findNumbers(display: Display): readonly number[] | undefined {
  if (display.type === "tree" && Array.isArray(display.value)) return allNumbers(display.value);
  if (display.type === "table") {
    const numeric = display.columns.flatMap((column, i) => (column.type === "number" ? [i] : []));
    if (display.columns.length > 2 || numeric.length === 0) return undefined;
    return allNumbers(display.rows.map((row) => row[numeric.at(-1)!] ?? null));
  }
  return undefined;
}

function allNumbers(values: readonly unknown[]): readonly number[] | undefined {
  return values.every((value): value is number => typeof value === "number") ? values : undefined;
}
