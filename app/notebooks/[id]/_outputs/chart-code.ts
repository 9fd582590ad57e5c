/** The chart builder's choices ⇄ the code of a cell. What the builder did not write it does not touch. Pure. */
import type { Aggregation } from "@/pipelines/protocol/table";

export const marks = ["bar", "line", "scatter", "area"] as const;
export type Mark = (typeof marks)[number];

export interface ChartChoices {
  readonly rows: string;
  readonly mark: Mark;
  readonly x: string;
  /** Of no meaning where rows are counted. */
  readonly y: string;
  readonly aggregation: Aggregation;
  readonly series: string | undefined;
  readonly title: string;
}

const importLine = 'import { chart } from "heddle";';

export function writeChart({ rows, mark, x, y, aggregation, series, title }: ChartChoices): string {
  const parts: (readonly [string, string])[] = [
    ["mark", JSON.stringify(mark)],
    ["rows", rows],
    ["x", JSON.stringify(x)],
    ["y", JSON.stringify(aggregation === "count" ? "count" : y)],
  ];
  if (aggregation !== "none") parts.push(["aggregate", JSON.stringify(aggregation)]);
  if (series !== undefined) parts.push(["series", JSON.stringify(series)]);
  if (title.trim() !== "") parts.push(["title", JSON.stringify(title.trim())]);
  return `${importLine}\nchart({\n${parts.map(([key, value]) => `  ${key}: ${value},\n`).join("")}});`;
}

const property = /\s*([A-Za-z]+)\s*:\s*("(?:[^"\\]|\\.)*"|[\p{ID_Start}_$][\p{ID_Continue}$]*)\s*(,|$)/uy;
const aggregations: readonly string[] = ["count", "sum", "mean", "median", "min", "max"];

/** The choices that a cell's code shows; undefined when it is other code. */
export function readChart(source: string): ChartChoices | undefined {
  const call = /^\s*import\s*\{\s*chart\s*\}\s*from\s*["']heddle["'];?\s*chart\(\s*\{([^]*)\}\s*\)\s*;?\s*$/.exec(source);
  if (!call) return undefined;
  const found = new Map<string, string>();
  const body = call[1]!.trimEnd();
  let at = 0;
  while (at < body.length) {
    property.lastIndex = at;
    const one = property.exec(body);
    if (!one || found.has(one[1]!)) return undefined;
    found.set(one[1]!, one[2]!);
    at = property.lastIndex;
  }
  const text = (key: string): string | undefined => {
    const raw = found.get(key);
    found.delete(key);
    try {
      return raw?.startsWith('"') ? (JSON.parse(raw) as string) : undefined;
    } catch {
      return undefined;
    }
  };
  const rows = found.get("rows");
  found.delete("rows");
  const [mark, x, y, aggregate, series, title] = ["mark", "x", "y", "aggregate", "series", "title"].map(text);
  const isKnown = marks.some((one) => one === mark) && (aggregate === undefined || aggregations.includes(aggregate));
  if (!isKnown || rows === undefined || rows.startsWith('"') || x === undefined || y === undefined || found.size > 0) return undefined;
  return { rows, mark: mark as Mark, x, y, aggregation: (aggregate ?? "none") as Aggregation, series, title: title ?? "" };
}
