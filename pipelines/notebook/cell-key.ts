/** What a cell is called in the DAG: the slug of its title, or `cell-N` by its 1-based position. */
import type { Cell } from "./notebook";

export function cellKey(cell: Pick<Cell, "title">, index: number): string {
  return toSlug(cell.title) || `cell-${index + 1}`;
}

/** "Train the model" → "train-the-model"; letters and digits of every script are kept, accents are not. */
export function toSlug(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]+/g, "")
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}
