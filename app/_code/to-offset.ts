import type { Text } from "@codemirror/state";

/** 1-based line and column → offset, kept inside the document. */
export function toOffset(document: Text, line: number, column: number): number {
  const at = document.line(Math.max(1, Math.min(line, document.lines)));
  return Math.min(at.from + Math.max(0, column - 1), at.to);
}
