/** A cell that was cut or copied; one for all notebooks of the page. */
import type { Cell } from "@/pipelines/notebook/notebook";

let kept: Cell | undefined;

export function keepCell(cell: Cell): void {
  kept = cell;
}

export function keptCell(): Cell | undefined {
  return kept;
}
