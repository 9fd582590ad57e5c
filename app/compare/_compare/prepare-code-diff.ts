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
  | { readonly type: "changed"; readonly key: string; readonly title: string; readonly before: string; readonly after: string }
  | { readonly type: "added" | "removed"; readonly key: string; readonly title: string; readonly source: string };

export function prepareCodeDiff(beforeText: string, afterText: string): CodeDiff {
  const before = parse(beforeText);
  const after = parse(afterText);
  const old = new Map(before.cells.map((cell, i) => [cellKey(cell, i), cell]));
  const now = new Map(after.cells.map((cell, i) => [cellKey(cell, i), cell]));
  // An untitled cell is known by its place; one that only moved has its text elsewhere.
  const oldTexts = new Map([...old].filter(([key]) => !now.has(key)).map(([key, cell]) => [written(cell), key]));
  const moved = new Set<string>();
  const cells: CellDiff[] = [];
  let same = 0;
  for (const [key, cell] of now) {
    const twin = old.get(key);
    if (twin && written(twin) === written(cell)) {
      same++;
    } else if (twin) {
      cells.push({ type: "changed", key, title: cell.title || key, before: written(twin), after: written(cell) });
    } else if (oldTexts.has(written(cell)) && !moved.has(oldTexts.get(written(cell))!)) {
      moved.add(oldTexts.get(written(cell))!);
      same++;
    } else {
      cells.push({ type: "added", key, title: cell.title || key, source: written(cell) });
    }
  }
  for (const [key, cell] of old) {
    if (!now.has(key) && !moved.has(key)) cells.push({ type: "removed", key, title: cell.title || key, source: written(cell) });
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
