/** Cells that were cut or copied: the same for all notebooks and windows of this browser. */
import type { Cell } from "@/pipelines/notebook/notebook";
import { format } from "@/pipelines/notebook/format";
import { parse } from "@/pipelines/notebook/parse";

const storageKey = "heddle.cells";
let kept: string | undefined;

export function keepCells(cells: readonly Cell[]): void {
  kept = format({ cells });
  try {
    localStorage.setItem(storageKey, kept);
  } catch {
    // Too large for it, or forbidden: then this window alone knows them.
  }
}

export function keptCells(): readonly Cell[] {
  const text = localStorage.getItem(storageKey) ?? kept;
  return text === undefined ? [] : parse(text).cells;
}
