"use client";
/**
 * What the parts of the editor ask of the whole: one object that never changes, so that a cell is drawn again only when
 * its own things change. Made in notebook-editor.tsx.
 */
import { createContext, use } from "react";
import type { EditorView } from "@codemirror/view";
import type { Cell, NotebookEdit } from "@/pipelines/notebook/notebook";
import type { RunRequest } from "./_runs/use-run-control";

export interface CellHandle {
  readonly element: HTMLElement;
  /** Mounts the editor when it is not there yet. */
  edit(at?: "start" | "end"): void;
  reveal(line: number, column: number): void;
  /** Its text can be marked afterwards; the focus stays where it is. */
  mount?(): void;
}

export interface LogTarget {
  readonly taskKey: string;
  readonly title: string;
}

/** Why somebody may not do a thing here; undefined: they may. */
export interface Rights {
  readonly edit: string | undefined;
  readonly run: string | undefined;
}

export interface EditorActions {
  readonly rights: Rights;
  /** An editor that was mounted: its text is kept in step with others from now on, until the answer is called. */
  readonly attach: (id: string, view: EditorView) => () => void;
  /** Texts of editors come from the shared document, and not by React. */
  readonly isBound: () => boolean;
  readonly edit: (...edits: NotebookEdit[]) => void;
  /** All of it is taken back together, texts too. */
  readonly step: (edits: readonly NotebookEdit[]) => void;
  readonly setSource: (cell: Cell, source: string) => void;
  /** Adds a cell and begins to edit it. */
  readonly insert: (index: number, kind: string, source?: string) => void;
  /** Adds a cell that is written already, behind `after` or at the end, and shows it. */
  readonly insertWritten: (cell: Omit<Cell, "id">, after?: string) => void;
  readonly duplicate: (id: string) => void;
  readonly remove: (ids: readonly string[]) => void;
  /** Cells below each other go past their neighbour. */
  readonly move: (ids: readonly string[], offset: -1 | 1) => void;
  readonly moveTo: (ids: readonly string[], index: number) => void;
  readonly paste: (cells: readonly Cell[], index: number) => void;
  readonly merge: (ids: readonly string[]) => void;
  /** At the cursor. */
  readonly split: (id: string) => void;
  readonly toggleDisabled: (ids: readonly string[]) => void;
  readonly format: (ids: readonly string[]) => void;
  /** Around what is selected in the text of a cell. */
  readonly surround: (id: string, mark: string, end: string) => void;
  /** Asks the text editor of a cell for what it does at this stroke (_keys/strokes.ts). */
  readonly pressInText: (id: string, stroke: string) => void;
  readonly toggleFold: (ids: readonly string[]) => void;
  /** The focus has come to a cell. */
  readonly select: (id: string) => void;
  /** This cell and no other. */
  readonly selectOnly: (id: string) => void;
  /** All from the one that was taken to this one. */
  readonly extendTo: (id: string) => void;
  readonly chooseAll: () => void;
  /** Those that a cell is moved with: itself, or the row that it belongs to. */
  readonly rowOf: (id: string) => readonly string[];
  /** Puts the focus on the cell as a whole (command mode). */
  readonly command: (id: string) => void;
  /** Begins to edit the cell's text. */
  readonly focusEditor: (id: string) => void;
  readonly focusNeighbour: (id: string, offset: -1 | 1) => boolean;
  readonly runCell: (id: string, then?: "stay" | "next" | "insert") => void;
  /** Those that have been taken. */
  readonly runChosen: (then: "stay" | "next" | "insert") => void;
  readonly runCells: (ids: readonly string[]) => void;
  readonly runWithReaders: (ids: readonly string[]) => void;
  readonly runStale: () => void;
  readonly run: (request: RunRequest) => void;
  readonly stop: () => void;
  readonly say: (text: string) => void;
  /** What was done can be taken back from there. */
  readonly sayWithUndo: (text: string) => void;
  readonly openLogs: (target: LogTarget) => void;
  readonly jump: (cellId: string, line?: number, column?: number) => void;
  /** For frames and diagnostics that name a cell of the text as it ran: by key where the id is gone. */
  readonly jumpToKey: (cellKey: string, line?: number, column?: number) => void;
  readonly register: (id: string, handle: CellHandle | undefined) => void;
  readonly names: (exceptCell: string) => readonly { readonly name: string; readonly detail: string }[];
}

export const EditorContext = createContext<EditorActions | undefined>(undefined);

export function useEditor(): EditorActions {
  const actions = use(EditorContext);
  if (!actions) throw new Error("This part belongs inside the notebook editor.");
  return actions;
}
