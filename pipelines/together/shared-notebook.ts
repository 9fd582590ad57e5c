/**
 * A notebook that several people write at once: a Yjs document that reads as a Notebook. Cells are a map by id, so that none
 * is ever there twice; each has its place as a key of its own (order-key.ts) and its text as a shared text. Only the server
 * seeds one (server/collaborate). Neighbours: merge-notebook.ts (changes that were made elsewhere), messages.ts.
 */
import * as Y from "yjs";
import { diffText } from "../notebook/merge-text";
import type { Cell, CellOption, Notebook, NotebookEdit } from "../notebook/notebook";
import { keyBetween, keysInRow } from "./order-key";

type SharedCell = Y.Map<unknown>;

const cellsOf = (doc: Y.Doc) => doc.getMap<SharedCell>("cells");
const frontOf = (doc: Y.Doc) => doc.getText("frontMatter");
const notebookOf = (doc: Y.Doc) => doc.getMap<unknown>("notebook");

/** Writes a notebook into a new, empty document. */
export function seedShared(doc: Y.Doc, notebook: Notebook): void {
  doc.transact(() => {
    setFrontMatter(doc, notebook.frontMatter);
    const keys = keysInRow(notebook.cells.length);
    notebook.cells.forEach((cell, index) => cellsOf(doc).set(cell.id, newCell(cell, keys[index]!)));
  });
}

/** Cells of `before` that are as they were stay the same objects. */
export function readShared(doc: Y.Doc, before?: Notebook): Notebook {
  const known = new Map(before?.cells.map((cell) => [cell.id, cell]));
  const cells = orderedIds(doc).map((id) => readCell(doc, id, known.get(id)));
  const frontMatter = notebookOf(doc).get("hasFrontMatter") === true ? frontOf(doc).toString() : undefined;
  if (before && before.frontMatter === frontMatter && isSameList(cells, before.cells)) return before;
  return frontMatter === undefined ? { cells } : { frontMatter, cells };
}

export function readSharedCell(doc: Y.Doc, id: string): Cell | undefined {
  return cellsOf(doc).has(id) ? readCell(doc, id, undefined) : undefined;
}

/** The text of one cell, for an editor to write in. */
export function sharedText(doc: Y.Doc, id: string): Y.Text | undefined {
  const text = cellsOf(doc).get(id)?.get("source");
  return text instanceof Y.Text ? text : undefined;
}

/** Which cell's text a change of the document was in. */
export function cellOfText(doc: Y.Doc, text: Y.Text): string | undefined {
  const cell = text.parent;
  if (!(cell instanceof Y.Map) || cell.parent !== cellsOf(doc)) return undefined;
  return cell._item?.parentSub ?? undefined;
}

/** Does what `applyEdit` does (../notebook/apply-edit.ts), to the shared document. */
export function editShared(doc: Y.Doc, edits: readonly NotebookEdit[], origin?: unknown): void {
  doc.transact(() => edits.forEach((edit) => editOnce(doc, edit)), origin);
}

function editOnce(doc: Y.Doc, edit: NotebookEdit): void {
  const cells = cellsOf(doc);
  switch (edit.type) {
    case "set-front-matter":
      return setFrontMatter(doc, edit.frontMatter);
    case "insert-cell":
      if (!cells.has(edit.cell.id)) cells.set(edit.cell.id, newCell(edit.cell, placeAt(doc, edit.index)));
      return;
    case "delete-cell":
      return cells.delete(edit.id);
    case "move-cell": {
      const cell = cells.get(edit.id);
      if (!cell || orderedIds(doc).indexOf(edit.id) === clampIndex(edit.index, cells.size - 1)) return;
      return void cell.set("at", placeAt(doc, edit.index, edit.id));
    }
    case "set-source":
      return setText(sharedText(doc, edit.id), edit.source);
    case "set-title":
      return setWord(cells.get(edit.id), "title", edit.title.trim());
    case "set-kind":
      return setWord(cells.get(edit.id), "kind", edit.kind);
    case "set-options":
      return setWord(cells.get(edit.id), "options", writeOptions(edit.options));
    default:
      return edit satisfies never;
  }
}

export function setText(text: Y.Text | undefined, to: string): void {
  if (!text) return;
  for (const { at, remove, insert } of [...diffText(text.toString(), lineFeeds(to))].reverse()) {
    if (remove > 0) text.delete(at, remove);
    if (insert !== "") text.insert(at, insert);
  }
}

/** In the order of their places; ids decide where two have the same. */
function orderedIds(doc: Y.Doc): readonly string[] {
  const placed = [...cellsOf(doc).entries()].map(([id, cell]) => ({ id, at: placeOf(cell) }));
  return placed.sort((a, b) => (a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? -1 : 1)).map(({ id }) => id);
}

/** A key that puts a cell at an index among the others. */
function placeAt(doc: Y.Doc, index: number, without?: string): string {
  const cells = cellsOf(doc);
  const ids = orderedIds(doc).filter((id) => id !== without);
  const at = clampIndex(index, ids.length);
  const place = (position: number) => (position in ids ? placeOf(cells.get(ids[position]!)!) : undefined);
  const low = place(at - 1);
  // Two who put a cell at one place at once gave it the same key: those behind make room.
  let end = at;
  while (low !== undefined && end < ids.length && place(end)! <= low) end++;
  const high = place(end);
  const key = keyBetween(low, high);
  let last = key;
  for (const id of ids.slice(at, end)) {
    last = keyBetween(last, high);
    cells.get(id)!.set("at", last);
  }
  return key;
}

function clampIndex(index: number, most: number): number {
  return Math.max(0, Math.min(most, Math.trunc(index) || 0));
}

function newCell(cell: Cell, at: string): SharedCell {
  const made: SharedCell = new Y.Map();
  made.set("at", at);
  made.set("kind", cell.kind);
  made.set("title", cell.title);
  made.set("options", writeOptions(cell.options));
  made.set("source", new Y.Text(lineFeeds(cell.source)));
  return made;
}

function readCell(doc: Y.Doc, id: string, before: Cell | undefined): Cell {
  const cell = cellsOf(doc).get(id)!;
  const [kind, title] = [word(cell.get("kind")) || "code", word(cell.get("title"))];
  const options = word(cell.get("options"));
  const source = sharedText(doc, id)?.toString() ?? "";
  if (before && before.kind === kind && before.title === title && before.source === source && writeOptions(before.options) === options)
    return before;
  return { id, kind, title, options: readOptions(options), source };
}

function setFrontMatter(doc: Y.Doc, frontMatter: string | undefined): void {
  const has = frontMatter !== undefined;
  if (notebookOf(doc).get("hasFrontMatter") !== has) notebookOf(doc).set("hasFrontMatter", has);
  setText(frontOf(doc), frontMatter ?? "");
}

function setWord(cell: SharedCell | undefined, name: string, value: string): void {
  if (cell && cell.get(name) !== value) cell.set(name, value);
}

function placeOf(cell: SharedCell): string {
  return word(cell.get("at"));
}

function writeOptions(options: readonly CellOption[]): string {
  return JSON.stringify(options.map(({ key, value }) => (value === undefined ? [key] : [key, value])));
}

/** Whatever a client wrote there, it is options. */
function readOptions(text: string): readonly CellOption[] {
  try {
    return (JSON.parse(text) as unknown[]).flatMap((each) => {
      const [key, value] = Array.isArray(each) ? (each as unknown[]) : [];
      if (typeof key !== "string") return [];
      return typeof value === "string" ? [{ key, value }] : [{ key }];
    });
  } catch {
    return [];
  }
}

function word(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function lineFeeds(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

function isSameList(a: readonly Cell[], b: readonly Cell[]): boolean {
  return a.length === b.length && a.every((cell, index) => cell === b[index]);
}
