import type { Diagnostic } from "@/pipelines/compile/dag";
import type { Cell } from "@/pipelines/notebook/notebook";

/** Where a cell first declares a name, found by its text alone: good enough to put a mark there. */
export function placeOfName(cell: Cell, cellKey: string, name: string): Diagnostic["place"] | undefined {
  const escaped = name.replace(/[$]/g, "\\$&");
  const found =
    new RegExp(`\\b(?:const|let|var|using)\\s+(?:[^=;]*?[\\s,{[:])?(${escaped})(?![\\p{ID_Continue}$])`, "u").exec(cell.source) ??
    new RegExp(`(?<![\\p{ID_Continue}$.])(${escaped})(?![\\p{ID_Continue}$])`, "u").exec(cell.source);
  if (!found) return undefined;
  const before = cell.source.slice(0, found.index + found[0].length - name.length);
  const line = before.split("\n").length;
  const column = before.length - before.lastIndexOf("\n");
  return { cell: cell.id, cellKey, in: "source", line, column, endLine: line, endColumn: column + name.length };
}
