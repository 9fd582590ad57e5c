/** Two versions of a notebook, cell by cell: cells are the same by their key, then by their text. */
import { cellKey } from "@/pipelines/notebook/cell-key";
import type { Cell } from "@/pipelines/notebook/notebook";
import { parse } from "@/pipelines/notebook/parse";

export interface CodeDiff {
  readonly cells: readonly CellDiff[];
  readonly same: number;
  /** Whether the text between the fences at the top differs. */
  readonly frontMatter: { readonly before: string; readonly after: string } | undefined;
}

export type CellDiff =
  | {
      readonly type: "changed";
      readonly key: string;
      readonly title: string;
      readonly before: string;
      readonly after: string;
      readonly moved: boolean;
    }
  /** The same text at another place: `after` is the title of the cell above it now, undefined for the first. */
  | { readonly type: "moved"; readonly key: string; readonly title: string; readonly after: string | undefined }
  | { readonly type: "added" | "removed"; readonly key: string; readonly title: string; readonly source: string };

export function prepareCodeDiff(beforeText: string, afterText: string): CodeDiff {
  const before = parse(beforeText);
  const after = parse(afterText);
  const old = new Map(before.cells.map((cell, i) => [cellKey(cell, i), cell]));
  const now = new Map(after.cells.map((cell, i) => [cellKey(cell, i), cell]));
  // An untitled cell is known by its place; one that only moved has its text elsewhere.
  const oldTexts = new Map([...old].filter(([key]) => !now.has(key)).map(([key, cell]) => [written(cell), key]));
  const found = new Set<string>();
  /** Of each cell of now the key it had. */
  const origins = new Map<string, string>();
  for (const [key, cell] of now) {
    const elsewhere = oldTexts.get(written(cell));
    if (old.has(key)) origins.set(key, key);
    else if (elsewhere !== undefined && !found.has(elsewhere)) {
      found.add(elsewhere);
      origins.set(key, elsewhere);
    }
  }
  const places = new Map([...old.keys()].map((key, index) => [key, index]));
  const both = [...origins.keys()];
  const still = inOrder(both.map((key) => places.get(origins.get(key)!)!));
  const moved = new Set(both.filter((_, index) => !still.has(index)));
  const cells: CellDiff[] = [];
  let same = 0;
  let above: string | undefined;
  for (const [key, cell] of now) {
    const title = cell.title || key;
    const twin = old.get(origins.get(key) ?? "");
    if (!twin) cells.push({ type: "added", key, title, source: written(cell) });
    else if (written(twin) !== written(cell))
      cells.push({ type: "changed", key, title, before: written(twin), after: written(cell), moved: moved.has(key) });
    else if (moved.has(key)) cells.push({ type: "moved", key, title, after: above });
    else same++;
    above = title;
  }
  for (const [key, cell] of old) {
    if (!now.has(key) && !found.has(key)) cells.push({ type: "removed", key, title: cell.title || key, source: written(cell) });
  }
  const fences = { before: before.frontMatter ?? "", after: after.frontMatter ?? "" };
  return { cells, same, frontMatter: fences.before === fences.after ? undefined : fences };
}

/** Options are part of what a cell does: they stand above its text. */
function written(cell: Cell): string {
  const words = [
    ...(cell.kind === "code" ? [] : [`[${cell.kind}]`]),
    ...cell.options.map((option) => (option.value === undefined ? option.key : `${option.key}=${option.value}`)),
  ];
  return words.length === 0 ? cell.source : `// ${words.join(" ")}\n${cell.source}`;
}

/** Indices of a longest ascending part of a list: what is not among them has changed its place. */
function inOrder(list: readonly number[]): ReadonlySet<number> {
  /** By length, the index at which a part so long ends lowest; and what stood before each. */
  const ends: number[] = [];
  const previous: (number | undefined)[] = [];
  list.forEach((value, index) => {
    let length = 0;
    while (length < ends.length && list[ends[length]!]! < value) length++;
    previous[index] = ends[length - 1];
    ends[length] = index;
  });
  const kept = new Set<number>();
  for (let index = ends.at(-1); index !== undefined; index = previous[index]) kept.add(index);
  return kept;
}
