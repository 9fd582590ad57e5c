/** What cells showed in a run, as the exporters take it: by cell key. Neighbours: to-ipynb.ts, to-html.ts, to-markdown.ts. */
import type { Display } from "../protocol/display";

export interface CellOutputs {
  readonly displays: readonly Display[];
  readonly error?: { readonly name: string; readonly message: string } | undefined;
}

export type Outputs = ReadonlyMap<string, CellOutputs>;

export const noOutputs: Outputs = new Map();

/** What a display says where only text is read. */
export function displayText(display: Display): string {
  switch (display.type) {
    case "text":
    case "markdown":
      return display.text;
    case "tree":
      return JSON.stringify(display.value, undefined, 2);
    case "table":
      return [
        display.columns.map(({ name }) => name).join("\t"),
        ...display.rows.map((row) => row.map(cellText).join("\t")),
        ...(display.rows.length < display.rowCount ? [`… ${display.rowCount - display.rows.length} more rows`] : []),
      ].join("\n");
    case "html":
      return "(HTML)";
    case "image":
      return `(${display.mediaType})`;
    case "chart":
      return `(${display.mark} chart: ${display.title ?? `${display.y.title ?? display.y.field} by ${display.x.title ?? display.x.field}`})`;
  }
}

export function cellText(value: unknown): string {
  return value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}
