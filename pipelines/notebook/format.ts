/** Notebook → text. The inverse of parse.ts: what would read as a marker or a fence is escaped with a backslash. */
import { formatHeader } from "./header";
import type { Cell, Notebook } from "./notebook";
import { commentedKinds } from "./parse";

export function format(notebook: Notebook): string {
  const parts: string[] = [];
  if (notebook.frontMatter !== undefined) {
    const body = toLines(notebook.frontMatter).map((line) => comment(line.replace(/^(\\*(?:%%|---\s*$))/, "\\$1")));
    parts.push(["// ---", ...body, "// ---"].join("\n") + "\n");
  }
  for (const cell of notebook.cells) parts.push([formatHeader(cell), ...formatBody(cell)].join("\n") + "\n");
  return parts.join("\n");
}

function formatBody(cell: Cell): string[] {
  const lines = toLines(cell.source);
  return commentedKinds.has(cell.kind)
    ? lines.map((line) => comment(line.replace(/^(\\*%%)/, "\\$1")))
    : lines.map((line) => line.replace(/^\/\/ (\\*%%)/, "// \\$1"));
}

function toLines(text: string): string[] {
  return text === "" ? [] : text.replace(/\r\n?/g, "\n").split("\n");
}

function comment(line: string): string {
  return line === "" ? "//" : `// ${line}`;
}
