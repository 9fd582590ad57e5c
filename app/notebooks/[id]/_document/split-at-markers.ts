import { isMarker } from "@/pipelines/notebook/header";
import type { Cell, NotebookEdit } from "@/pipelines/notebook/notebook";
import { commentedKinds, parse } from "@/pipelines/notebook/parse";

/**
 * A `// %%` line typed (or pasted) into a cell's code begins a cell of its own. Undefined while there is none, or while
 * its line is still being written.
 */
export function splitAtMarkers(cell: Cell, index: number, newId: () => string): readonly NotebookEdit[] | undefined {
  if (commentedKinds.has(cell.kind)) return undefined;
  const lines = cell.source.split("\n");
  const at = lines.findIndex(isMarker);
  if (at < 0 || at === lines.length - 1) return undefined;
  const before = lines.slice(0, at);
  if (before.at(-1) === "") before.pop();
  const cells = parse(`${lines.slice(at).join("\n")}\n`).cells;
  return [
    { type: "set-source", id: cell.id, source: before.join("\n") },
    ...cells.map((each, offset) => ({ type: "insert-cell" as const, index: index + 1 + offset, cell: { ...each, id: newId() } })),
  ];
}
