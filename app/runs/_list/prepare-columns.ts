/** Decides which headline values and parameters get a column in the list of runs. */
import type { Json } from "@/pipelines/compile/dag";

interface Row {
  readonly params: Readonly<Record<string, Json>>;
  readonly headline: readonly { readonly name: string }[];
}

export interface ExtraColumns {
  readonly metrics: readonly string[];
  readonly params: readonly string[];
}

export const extraColumnWidth = 112;

/** Headline names by how many rows have them; parameters whose values differ. As many as fit into `room` pixels. */
export function prepareColumns(rows: readonly Row[], room: number): ExtraColumns {
  const fit = Math.max(0, Math.floor(room / extraColumnWidth));
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const { name } of row.headline) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const metrics = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const params = varyingParams(rows);
  // Both are wanted; results come first, a third of the room is kept for parameters.
  const forMetrics = Math.min(metrics.length, 4, Math.max(fit - Math.min(params.length, Math.floor(fit / 3)), 0));
  return { metrics: metrics.slice(0, forMetrics), params: params.slice(0, Math.min(4, fit - forMetrics)) };
}

/** In the order they first appear. A parameter that only some runs have differs. */
export function varyingParams(rows: readonly Pick<Row, "params">[]): string[] {
  const values = new Map<string, Set<string>>();
  for (const row of rows) {
    for (const name of Object.keys(row.params)) if (!values.has(name)) values.set(name, new Set());
  }
  for (const row of rows) {
    for (const [name, seen] of values) seen.add(name in row.params ? JSON.stringify(row.params[name]) : "");
  }
  return [...values].filter(([, seen]) => seen.size > 1).map(([name]) => name);
}

export function paramText(value: Json | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
