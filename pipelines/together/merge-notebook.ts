/**
 * Brings what was changed in a copy of a notebook into the shared document, whatever became of that meanwhile: what was
 * typed before the document was there, and texts that were saved from elsewhere. Neighbours: shared-notebook.ts (the
 * document), ../notebook/merge-text.ts (texts), match-cells.ts (who is who).
 */
import type * as Y from "yjs";
import { mergeText } from "../notebook/merge-text";
import type { Cell, Notebook, NotebookEdit } from "../notebook/notebook";
import { editShared, readShared, readSharedCell } from "./shared-notebook";

/** Does to the document what made `mine` of `base`. Cells are the same where their ids are. */
export function mergeIntoShared(doc: Y.Doc, base: Notebook, mine: Notebook, origin?: unknown): void {
  if (base === mine) return;
  doc.transact(() => {
    const edit = (...edits: readonly NotebookEdit[]) => editShared(doc, edits, origin);
    if (mine.frontMatter !== base.frontMatter) {
      const theirs = readShared(doc).frontMatter;
      edit({
        type: "set-front-matter",
        frontMatter:
          mine.frontMatter === undefined || theirs === undefined || base.frontMatter === undefined
            ? mine.frontMatter
            : mergeText(base.frontMatter, mine.frontMatter, theirs),
      });
    }
    const before = new Map(base.cells.map((cell) => [cell.id, cell]));
    const after = new Set(mine.cells.map(({ id }) => id));
    for (const { id } of base.cells) if (!after.has(id)) edit({ type: "delete-cell", id });
    const moved = movedCells(base.cells, mine.cells);
    mine.cells.forEach((cell, index) => {
      const was = before.get(cell.id);
      if (was && isSame(was, cell) && !moved.has(cell.id)) return;
      // Somebody deleted it meanwhile; what I wrote in it brings it back.
      const there = readSharedCell(doc, cell.id);
      if (was && !there && was.source === cell.source) return;
      const to = () =>
        indexAfter(
          readShared(doc).cells.filter(({ id }) => id !== cell.id),
          mine.cells.slice(0, index),
        );
      if (!there) return edit({ type: "insert-cell", index: to(), cell });
      if (moved.has(cell.id)) edit({ type: "move-cell", id: cell.id, index: to() });
      const from = was ?? there;
      if (cell.title !== from.title) edit({ type: "set-title", id: cell.id, title: cell.title });
      if (cell.kind !== from.kind) edit({ type: "set-kind", id: cell.id, kind: cell.kind });
      if (JSON.stringify(cell.options) !== JSON.stringify(from.options)) edit({ type: "set-options", id: cell.id, options: cell.options });
      if (cell.source !== from.source) edit({ type: "set-source", id: cell.id, source: mergeText(from.source, cell.source, there.source) });
    });
  }, origin);
}

function isSame(a: Cell, b: Cell): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Behind the nearest cell above that is there; at the beginning when none is. */
function indexAfter(theirs: readonly Cell[], above: readonly Cell[]): number {
  const place = new Map(theirs.map(({ id }, index) => [id, index]));
  for (let at = above.length - 1; at >= 0; at--) {
    const index = place.get(above[at]!.id);
    if (index !== undefined) return index + 1;
  }
  return 0;
}

/** The fewest cells that have to be moved to come from one order to the other: all but the longest row that kept its order. */
function movedCells(base: readonly Cell[], mine: readonly Cell[]): ReadonlySet<string> {
  const place = new Map(base.map(({ id }, index) => [id, index]));
  const row = mine.flatMap(({ id }) => (place.has(id) ? [{ id, at: place.get(id)! }] : []));
  /** The row that ends lowest, for each length. */
  const ends: number[] = [];
  const previous = new Array<number>(row.length);
  row.forEach(({ at }, index) => {
    let length = 0;
    let high = ends.length;
    while (length < high) {
      const middle = (length + high) >> 1;
      if (row[ends[middle]!]!.at < at) length = middle + 1;
      else high = middle;
    }
    previous[index] = length > 0 ? ends[length - 1]! : -1;
    ends[length] = index;
  });
  const stays = new Set<string>();
  for (let at = ends.at(-1) ?? -1; at >= 0; at = previous[at]!) stays.add(row[at]!.id);
  return new Set(row.map(({ id }) => id).filter((id) => !stays.has(id)));
}
