/**
 * The document one edits: a fold of NotebookEdits (pipelines/notebook/apply-edit.ts), with the structural ones kept so
 * that they can be taken back. Each person takes back their own steps: what others wrote since stays. Pure;
 * document-store.ts holds it for the page and brings it together with what others write.
 */
import { applyEdit, invertEdit } from "@/pipelines/notebook/apply-edit";
import { mergeText } from "@/pipelines/notebook/merge-text";
import type { Cell, Notebook, NotebookEdit } from "@/pipelines/notebook/notebook";

/** What was done together, each part with what takes it back. */
type Step = readonly { readonly done: NotebookEdit; readonly back: NotebookEdit }[];

export interface EditorDocument {
  readonly notebook: Notebook;
  /** The newest is last. */
  readonly undo: readonly Step[];
  readonly redo: readonly Step[];
}

export type DocumentAction =
  /** One step of a person: all of it is done, and taken back, together. */
  | {
      readonly type: "edit";
      readonly edits: readonly NotebookEdit[];
      /** Can be taken back as one, though it only changes texts. */
      readonly isStep?: boolean;
    }
  | { readonly type: "undo" }
  | { readonly type: "redo" }
  /** What the shared document reads as now, with what others wrote. */
  | { readonly type: "arrive"; readonly notebook: Notebook };

export function openDocument(notebook: Notebook): EditorDocument {
  return { notebook, undo: [], redo: [] };
}

export function reduceDocument(document: EditorDocument, action: DocumentAction): EditorDocument {
  switch (action.type) {
    case "edit": {
      const { notebook, step } = applyAll(document.notebook, action.edits);
      if (notebook === document.notebook) return document;
      // Typing is taken back by the editor of the cell itself.
      const structural =
        action.isStep === true || action.edits.some((edit) => edit.type !== "set-source" && edit.type !== "set-front-matter");
      return structural ? { notebook, undo: [...document.undo.slice(-99), step], redo: [] } : { ...document, notebook };
    }
    case "undo": {
      const last = document.undo.at(-1);
      if (!last) return document;
      const { notebook, step } = takeBack(document.notebook, last);
      return { notebook, undo: document.undo.slice(0, -1), redo: [...document.redo, step] };
    }
    case "redo": {
      const last = document.redo.at(-1);
      if (!last) return document;
      const { notebook, step } = takeBack(document.notebook, last);
      return { notebook, undo: [...document.undo, step], redo: document.redo.slice(0, -1) };
    }
    case "arrive":
      return action.notebook === document.notebook ? document : { ...document, notebook: action.notebook };
    default:
      return action satisfies never;
  }
}

function applyAll(notebook: Notebook, edits: readonly NotebookEdit[]): { notebook: Notebook; step: Step } {
  const step: { done: NotebookEdit; back: NotebookEdit }[] = [];
  for (const edit of edits) {
    const back = changesNothing(notebook, edit) ? undefined : invertEdit(notebook, edit);
    if (!back) continue;
    step.push({ done: edit, back });
    notebook = applyEdit(notebook, edit);
  }
  return { notebook, step };
}

function takeBack(notebook: Notebook, step: Step): { notebook: Notebook; step: Step } {
  const taken: { done: NotebookEdit; back: NotebookEdit }[] = [];
  for (const { done, back } of [...step].reverse()) {
    const edit = beside(notebook, done, back);
    const { notebook: after, step: made } = applyAll(notebook, edit ? [edit] : []);
    notebook = after;
    taken.push(...made);
  }
  return { notebook, step: taken };
}

/** Of taking back what is still mine: a word that somebody changed since stays theirs, and so do letters in a text. */
function beside(notebook: Notebook, done: NotebookEdit, back: NotebookEdit): NotebookEdit | undefined {
  if (back.type === "set-front-matter" && done.type === "set-front-matter") {
    const now = notebook.frontMatter;
    if (now === done.frontMatter) return back;
    if (now === undefined || done.frontMatter === undefined || back.frontMatter === undefined) return undefined;
    return { ...back, frontMatter: mergeText(done.frontMatter, back.frontMatter, now) };
  }
  const cell = "id" in back ? notebook.cells.find(({ id }) => id === back.id) : undefined;
  if (back.type === "set-source" && done.type === "set-source")
    return cell && { ...back, source: mergeText(done.source, back.source, cell.source) };
  if (back.type === "set-title" || back.type === "set-kind" || back.type === "set-options")
    return cell && changesNothing(notebook, done) ? back : undefined;
  return back;
}

function changesNothing({ cells, frontMatter }: Notebook, edit: NotebookEdit): boolean {
  if (edit.type === "set-front-matter") return edit.frontMatter === frontMatter;
  if (edit.type === "insert-cell") return false;
  const at = cells.findIndex(({ id }) => id === edit.id);
  const cell = cells[at];
  return cell === undefined || isSo(cell, at, edit);
}

function isSo(cell: Cell, at: number, edit: Exclude<NotebookEdit, { type: "set-front-matter" | "insert-cell" }>): boolean {
  switch (edit.type) {
    case "delete-cell":
      return false;
    case "move-cell":
      return at === edit.index;
    case "set-source":
      return cell.source === edit.source;
    case "set-title":
      return cell.title === edit.title.trim();
    case "set-kind":
      return cell.kind === edit.kind;
    case "set-options":
      return JSON.stringify(cell.options) === JSON.stringify(edit.options);
    default:
      return edit satisfies never;
  }
}
