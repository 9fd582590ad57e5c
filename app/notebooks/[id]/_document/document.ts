/**
 * The document one edits: a fold of NotebookEdits (pipelines/notebook/apply-edit.ts), with the structural ones kept so
 * that they can be taken back. Pure; use-document.ts holds it for the page.
 */
import { applyEdit, invertEdit } from "@/pipelines/notebook/apply-edit";
import type { Notebook, NotebookEdit } from "@/pipelines/notebook/notebook";

export interface EditorDocument {
  readonly notebook: Notebook;
  /** Each entry takes one step back; the newest is last. */
  readonly undo: readonly (readonly NotebookEdit[])[];
  readonly redo: readonly (readonly NotebookEdit[])[];
  /** Counts everything that is to be saved. */
  readonly version: number;
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
  /** What the server has: nothing to save, nothing to take back. */
  | { readonly type: "load"; readonly notebook: Notebook };

export function openDocument(notebook: Notebook): EditorDocument {
  return { notebook, undo: [], redo: [], version: 0 };
}

export function reduceDocument(document: EditorDocument, action: DocumentAction): EditorDocument {
  switch (action.type) {
    case "edit": {
      const { notebook, inverse } = applyAll(document.notebook, action.edits);
      if (notebook === document.notebook) return document;
      // Typing is taken back by the editor of the cell itself.
      const structural =
        action.isStep === true || action.edits.some((edit) => edit.type !== "set-source" && edit.type !== "set-front-matter");
      return {
        notebook,
        undo: structural ? [...document.undo.slice(-99), inverse] : document.undo,
        redo: structural ? [] : document.redo,
        version: document.version + 1,
      };
    }
    case "undo": {
      const step = document.undo.at(-1);
      if (!step) return document;
      const { notebook, inverse } = applyAll(document.notebook, step);
      return { notebook, undo: document.undo.slice(0, -1), redo: [...document.redo, inverse], version: document.version + 1 };
    }
    case "redo": {
      const step = document.redo.at(-1);
      if (!step) return document;
      const { notebook, inverse } = applyAll(document.notebook, step);
      return { notebook, undo: [...document.undo, inverse], redo: document.redo.slice(0, -1), version: document.version + 1 };
    }
    case "load":
      return { ...openDocument(action.notebook), version: document.version };
    default:
      return action satisfies never;
  }
}

function applyAll(notebook: Notebook, edits: readonly NotebookEdit[]): { notebook: Notebook; inverse: NotebookEdit[] } {
  const inverse: NotebookEdit[] = [];
  for (const edit of edits) {
    const back = invertEdit(notebook, edit);
    if (back) inverse.unshift(back);
    notebook = applyEdit(notebook, edit);
  }
  return { notebook, inverse };
}
