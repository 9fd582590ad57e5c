/** What changing the structure of a notebook means as NotebookEdits. Pure: use-editor-actions.ts performs them. */
import { commentedKinds } from "@/pipelines/notebook/parse";
import type { Cell, CellOption, NotebookEdit } from "@/pipelines/notebook/notebook";

/** The text from `offset` on becomes a cell of its own; blank lines at the cut go. */
export function splitCell(cell: Cell, index: number, offset: number, newId: string): readonly NotebookEdit[] {
  const before = cell.source.slice(0, offset).replace(/\s*\n[ \t]*$|[ \t]+$/, "");
  const after = cell.source.slice(offset).replace(/^(?:[ \t]*\n)+/, "");
  return [
    { type: "set-source", id: cell.id, source: before },
    { type: "insert-cell", index: index + 1, cell: { id: newId, kind: cell.kind, title: "", options: [], source: after } },
  ];
}

/** Cells below each other become the first of them; or the reason why they cannot. */
export function mergeCells(cells: readonly Cell[]): readonly NotebookEdit[] | string {
  const [first, ...others] = cells;
  if (!first || others.length === 0) return "There is no cell below to merge with.";
  const odd = others.find((cell) => cell.kind !== first.kind);
  if (odd) return `Cells of different kinds (${first.kind} and ${odd.kind}) do not merge: make them the same kind first.`;
  const source = cells
    .map((cell) => cell.source)
    .filter((text) => text.trim() !== "")
    .join("\n\n");
  const title = cells.find((cell) => cell.title !== "")?.title ?? "";
  const options: CellOption[] = [];
  for (const cell of cells) for (const option of cell.options) if (!options.some(({ key }) => key === option.key)) options.push(option);
  return [
    { type: "set-source", id: first.id, source },
    ...(title === first.title ? [] : [{ type: "set-title" as const, id: first.id, title }]),
    ...(options.length === first.options.length ? [] : [{ type: "set-options" as const, id: first.id, options }]),
    ...others.map((cell) => ({ type: "delete-cell" as const, id: cell.id })),
  ];
}

/** A block of cells goes past its neighbour: it is the neighbour that moves. */
export function moveCells(cells: readonly Cell[], ids: readonly string[], offset: -1 | 1): readonly NotebookEdit[] {
  const places = ids.map((id) => cells.findIndex((cell) => cell.id === id)).filter((at) => at >= 0);
  const [first, last] = [Math.min(...places), Math.max(...places)];
  const neighbour = offset < 0 ? cells[first - 1] : cells[last + 1];
  if (!neighbour) return [];
  return [{ type: "move-cell", id: neighbour.id, index: offset < 0 ? last : first }];
}

/** Cells go, in their order, to where `index` is now. */
export function moveCellsTo(cells: readonly Cell[], ids: readonly string[], index: number): readonly NotebookEdit[] {
  const moving = cells.filter((cell) => ids.includes(cell.id));
  const order = [
    ...cells.slice(0, index).filter((cell) => !moving.includes(cell)),
    ...moving,
    ...cells.slice(index).filter((cell) => !moving.includes(cell)),
  ];
  if (order.every((cell, at) => cell === cells[at])) return [];
  const at = order.indexOf(moving[0]!);
  // Taken from where they are one after the other: those from above make room as they go.
  const now = [...cells];
  return moving.map((cell, nth): NotebookEdit => {
    now.splice(now.indexOf(cell), 1);
    const before = order[at + nth - 1];
    const to = before === undefined ? 0 : now.indexOf(before) + 1;
    now.splice(to, 0, cell);
    return { type: "move-cell", id: cell.id, index: to };
  });
}

export function insertCells(
  cells: readonly Cell[],
  index: number,
  newId: () => string,
): readonly (NotebookEdit & { type: "insert-cell" })[] {
  return cells.map((cell, at) => ({ type: "insert-cell", index: index + at, cell: { ...cell, id: newId() } }));
}

/** A text cell whose first line is a heading; a heading of that level stays text without one. */
export function toHeading(cell: Cell, level: number): readonly NotebookEdit[] {
  const lines = cell.source.split("\n");
  const at = Math.max(
    0,
    lines.findIndex((line) => line.trim() !== ""),
  );
  const mark = "#".repeat(level);
  const words = lines[at]!.replace(/^ {0,3}#{1,6}(?:[ \t]+|$)/, "");
  const line = cell.kind === "markdown" && new RegExp(`^ {0,3}${mark}(?:[ \\t]|$)`).test(lines[at]!) ? words : `${mark} ${words}`;
  return [
    ...(cell.kind === "markdown" ? [] : [{ type: "set-kind" as const, id: cell.id, kind: "markdown" }]),
    ...(cell.kind !== "markdown" && cell.options.length > 0 ? [{ type: "set-options" as const, id: cell.id, options: [] }] : []),
    { type: "set-source", id: cell.id, source: lines.with(at, line).join("\n") },
  ];
}

export function isDisabled(cell: Pick<Cell, "options">): boolean {
  return cell.options.some(({ key, value }) => key === "disabled" && value === "on");
}

/** `disabled=on` in the header, or none. Text and parameters do not run anyway. */
export function setDisabled(cell: Cell, disabled: boolean): readonly NotebookEdit[] {
  if (cell.kind === "markdown" || cell.kind === "params" || isDisabled(cell) === disabled) return [];
  const others = cell.options.filter(({ key }) => key !== "disabled");
  return [{ type: "set-options", id: cell.id, options: disabled ? [...others, { key: "disabled", value: "on" }] : others }];
}

/** Whether the text of such a cell is TypeScript. */
export function isCode(cell: Pick<Cell, "kind">): boolean {
  return !commentedKinds.has(cell.kind) && cell.kind !== "wait";
}
