"use client";
/** Which cells have been taken: one, or a row of them from where it was begun (Shift) to where one is now. */
import { useMemo, useState, type Dispatch, type SetStateAction } from "react";
import type { Cell } from "@/pipelines/notebook/notebook";

export interface Selection {
  /** Where one is. */
  readonly selected: string | undefined;
  /** All of them in their order, `selected` among them. */
  readonly chosen: readonly Cell[];
  /** Ids of a row of several; empty while there is only one. */
  readonly row: ReadonlySet<string>;
  /** The focus has come to a cell: a row that it belongs to stays. */
  readonly select: (id: string) => void;
  readonly selectOnly: (id: string) => void;
  readonly extendTo: (id: string) => void;
  readonly chooseAll: () => void;
}

const noRow: ReadonlySet<string> = new Set();

export interface SelectionState {
  readonly selected: string | undefined;
  readonly anchor: string | undefined;
}

const nothing: SelectionState = { selected: undefined, anchor: undefined };

/** Apart from the cells: the document wants to know where one is before it says which cells there are. */
export function useSelectionState(): readonly [SelectionState, Dispatch<SetStateAction<SelectionState>>] {
  return useState(nothing);
}

export function useSelection(
  cells: readonly Cell[],
  [{ selected, anchor }, set]: readonly [SelectionState, Dispatch<SetStateAction<SelectionState>>],
): Selection {
  const first = cells[0]?.id;
  const last = cells.at(-1)?.id;
  const actions = useMemo(
    () => ({
      select: (id: string) => set((now) => (now.selected === id ? now : { selected: id, anchor: undefined })),
      selectOnly: (id: string) =>
        set((now) => (now.selected === id && now.anchor === undefined ? now : { selected: id, anchor: undefined })),
      extendTo: (id: string) => set((now) => ({ selected: id, anchor: now.anchor ?? now.selected ?? id })),
    }),
    [set],
  );
  const chosen = useMemo(() => {
    const at = cells.findIndex((cell) => cell.id === selected);
    const from = anchor === undefined ? at : cells.findIndex((cell) => cell.id === anchor);
    if (at < 0) return [];
    return from < 0 ? [cells[at]!] : cells.slice(Math.min(at, from), Math.max(at, from) + 1);
  }, [cells, selected, anchor]);
  const key = chosen.length > 1 ? chosen.map(({ id }) => id).join("\n") : "";
  const row = useMemo(() => (key === "" ? noRow : new Set(key.split("\n"))), [key]);
  return { selected, chosen, row, ...actions, chooseAll: () => set({ selected: last, anchor: first }) };
}
