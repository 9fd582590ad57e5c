/** The only way a notebook changes. `applyEdit` is total: an edit that names no cell changes nothing. */
import type { Cell, Notebook, NotebookEdit } from "./notebook";

export function applyEdit(notebook: Notebook, edit: NotebookEdit): Notebook {
  switch (edit.type) {
    case "set-front-matter": {
      const { frontMatter: _, ...rest } = notebook;
      return edit.frontMatter === undefined ? rest : { frontMatter: edit.frontMatter, ...rest };
    }
    case "insert-cell": {
      if (find(notebook, edit.cell.id)) return notebook;
      return { ...notebook, cells: insertAt(notebook.cells, edit.index, edit.cell) };
    }
    case "delete-cell":
      return find(notebook, edit.id) ? { ...notebook, cells: without(notebook, edit.id) } : notebook;
    case "move-cell": {
      const cell = find(notebook, edit.id);
      return cell ? { ...notebook, cells: insertAt(without(notebook, edit.id), edit.index, cell) } : notebook;
    }
    case "set-source":
      return change(notebook, edit.id, (cell) => ({ ...cell, source: edit.source }));
    case "set-title":
      return change(notebook, edit.id, (cell) => ({ ...cell, title: edit.title.trim() }));
    case "set-kind":
      return change(notebook, edit.id, (cell) => ({ ...cell, kind: edit.kind }));
    case "set-options":
      return change(notebook, edit.id, (cell) => ({ ...cell, options: edit.options }));
    default:
      return edit satisfies never;
  }
}

/** The edit that takes `edit` back when applied after it; undefined when `edit` changes nothing in `notebook`. */
export function invertEdit(notebook: Notebook, edit: NotebookEdit): NotebookEdit | undefined {
  if (edit.type === "set-front-matter") return { type: "set-front-matter", frontMatter: notebook.frontMatter };
  if (edit.type === "insert-cell") {
    return find(notebook, edit.cell.id) ? undefined : { type: "delete-cell", id: edit.cell.id };
  }
  const index = notebook.cells.findIndex((cell) => cell.id === edit.id);
  const cell = notebook.cells[index];
  if (!cell) return undefined;
  switch (edit.type) {
    case "delete-cell":
      return { type: "insert-cell", index, cell };
    case "move-cell":
      return { type: "move-cell", id: cell.id, index };
    case "set-source":
      return { type: "set-source", id: cell.id, source: cell.source };
    case "set-title":
      return { type: "set-title", id: cell.id, title: cell.title };
    case "set-kind":
      return { type: "set-kind", id: cell.id, kind: cell.kind };
    case "set-options":
      return { type: "set-options", id: cell.id, options: cell.options };
    default:
      return edit satisfies never;
  }
}

function find(notebook: Notebook, id: string): Cell | undefined {
  return notebook.cells.find((cell) => cell.id === id);
}

function without(notebook: Notebook, id: string): readonly Cell[] {
  return notebook.cells.filter((cell) => cell.id !== id);
}

function change(notebook: Notebook, id: string, update: (cell: Cell) => Cell): Notebook {
  if (!find(notebook, id)) return notebook;
  return { ...notebook, cells: notebook.cells.map((cell) => (cell.id === id ? update(cell) : cell)) };
}

function insertAt(cells: readonly Cell[], index: number, cell: Cell): readonly Cell[] {
  const at = Math.max(0, Math.min(cells.length, Math.trunc(index) || 0));
  return [...cells.slice(0, at), cell, ...cells.slice(at)];
}
