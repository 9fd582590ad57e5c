/**
 * Which cell of a new text is which of the old one: a text that was written elsewhere (a file, the API) has no identities.
 * Cells that are alike in order first, then those with the same title, then those between the same neighbours whose kind is
 * the same. What is left is new.
 */
import type { Cell } from "../notebook/notebook";

/** For each cell of `next` the id it had, or one from `newId`. */
export function matchCells(before: readonly Cell[], next: readonly Cell[], newId: () => string): readonly string[] {
  const ids = Array.from<string | undefined>({ length: next.length });
  const free = new Map(before.map((cell) => [cell.id, cell]));
  const pair = (index: number, cell: Cell | undefined) => {
    if (!cell || ids[index] !== undefined || !free.delete(cell.id)) return;
    ids[index] = cell.id;
  };
  matchAlike(before, next).forEach(([from, to]) => pair(to, before[from]));
  // The same cell somewhere else: it was moved.
  const byText = new Map([...free.values()].map((cell) => [textOf(cell), cell]));
  next.forEach((cell, index) => pair(index, cell.source.trim() === "" ? undefined : byText.get(textOf(cell))));
  const byTitle = new Map([...free.values()].filter(({ title }) => title !== "").map((cell) => [cell.title, cell]));
  next.forEach((cell, index) => pair(index, byTitle.get(cell.title)));
  // Between two cells that are known, what was there is what is there now, as far as the kinds agree.
  const place = new Map(before.map(({ id }, index) => [id, index]));
  next.forEach((cell, index) => {
    if (ids[index] !== undefined) return;
    const above = index === 0 ? -1 : place.get(ids[index - 1] ?? "");
    const candidate = above === undefined ? undefined : before[above + 1];
    if (candidate?.kind === cell.kind) pair(index, candidate);
  });
  return ids.map((id) => id ?? newId());
}

function textOf({ kind, title, source }: Cell): string {
  return JSON.stringify([kind, title, source]);
}

/** The longest row of cells that are alike, at both ends first. */
function matchAlike(before: readonly Cell[], next: readonly Cell[]): readonly (readonly [number, number])[] {
  const a = before.map(textOf);
  const b = next.map(textOf);
  const pairs: [number, number][] = [];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) pairs.push([start, start++]);
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) {
    end++;
    pairs.push([a.length - end, b.length - end]);
  }
  const [height, width] = [a.length - end - start, b.length - end - start];
  if (height * width > 4_000_000) return pairs;
  const lengths = new Uint32Array((height + 1) * (width + 1));
  for (let i = height - 1; i >= 0; i--) {
    for (let j = width - 1; j >= 0; j--) {
      lengths[i * (width + 1) + j] =
        a[start + i] === b[start + j]
          ? lengths[(i + 1) * (width + 1) + j + 1]! + 1
          : Math.max(lengths[(i + 1) * (width + 1) + j]!, lengths[i * (width + 1) + j + 1]!);
    }
  }
  for (let i = 0, j = 0; i < height && j < width;) {
    if (a[start + i] === b[start + j]) pairs.push([start + i++, start + j++]);
    else if (lengths[(i + 1) * (width + 1) + j]! >= lengths[i * (width + 1) + j + 1]!) i++;
    else j++;
  }
  return pairs;
}
