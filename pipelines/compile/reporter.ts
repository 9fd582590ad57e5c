/** Collects diagnostics and turns offsets into places. */
import type { HeaderSpans, Span } from "../notebook/header";
import { headerSpans } from "../notebook/header";
import type { Cell } from "../notebook/notebook";
import type { FrontMatterPlace } from "../notebook/front-matter";
import { warningCodes, type Diagnostic, type DiagnosticCode, type Place } from "./dag";

/** A cell as diagnostics point at it. */
export interface Located {
  readonly cell: Cell;
  readonly key: string;
}

export type Related = Diagnostic["related"];

export class Reporter {
  readonly diagnostics: Diagnostic[] = [];
  /** Cells whose program is meaningless: they and what depends on them are left out of the DAG. */
  readonly barred = new Set<Cell>();

  bar({ cell }: Located): void {
    this.barred.add(cell);
  }

  isBarred({ cell }: Located): boolean {
    return this.barred.has(cell);
  }

  /** Says again what was found before about a cell that has not changed. */
  repeat(earlier: Reporter): void {
    for (const one of earlier.diagnostics) this.diagnostics.push(one);
    for (const one of earlier.barred) this.barred.add(one);
  }

  report(code: DiagnosticCode, place: Place, message: string, related: Related = []): void {
    const severity = (warningCodes as readonly string[]).includes(code) ? "warning" : "error";
    this.diagnostics.push({ code, severity, message, place, related });
  }
}

export function placeInSource({ cell, key }: Located, range: Span): Place {
  const start = lineAndColumn(cell.source, range.start);
  const end = lineAndColumn(cell.source, Math.max(range.end, range.start));
  return {
    cell: cell.id,
    cellKey: key,
    in: "source",
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}

export function placeInHeader({ cell, key }: Located, pick: (spans: HeaderSpans) => Span | undefined): Place {
  const spans = headerSpans(cell);
  const { start, end } = pick(spans) ?? spans.line;
  return { cell: cell.id, cellKey: key, in: "header", line: 1, column: start + 1, endLine: 1, endColumn: end + 1 };
}

/** The place of one option's value, or of the option with its key. */
export function placeOfOption(located: Located, name: string, part: "value" | "whole" = "value"): Place {
  const index = located.cell.options.findIndex((option) => option.key === name);
  return placeInHeader(located, (spans) => (part === "whole" ? wholeOption(spans, index) : spans.options[index]?.value));
}

export function wholeOption({ options }: HeaderSpans, index: number): Span | undefined {
  const option = options[index];
  return option && { start: option.key.start, end: Math.max(option.key.end, option.value.end) };
}

export function placeInFrontMatter(place: FrontMatterPlace): Place {
  return { cell: "", cellKey: "", in: "front-matter", ...place };
}

function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: offset - before.lastIndexOf("\n") };
}
