/** Headings and what stands below them: the outline of a notebook, and which cells a collapsed heading hides. Pure. */
import type { Cell } from "@/pipelines/notebook/notebook";

export interface OutlineEntry {
  readonly cell: string;
  readonly text: string;
  /** From 1. Titles of cells stand one below the heading that they are under. */
  readonly level: number;
  /** 1-based line of a heading in its cell; undefined for the title of a cell. */
  readonly line: number | undefined;
}

interface Heading {
  readonly level: number;
  readonly text: string;
  readonly line: number;
}

const known = new WeakMap<Cell, readonly Heading[]>();

/** Of a text cell. Lines in fences are no headings. */
export function headingsOf(cell: Cell): readonly Heading[] {
  if (cell.kind !== "markdown") return [];
  const before = known.get(cell);
  if (before) return before;
  const headings: Heading[] = [];
  let fence: string | undefined;
  cell.source.split("\n").forEach((line, at) => {
    const mark = /^ {0,3}(```|~~~)/.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || fence === mark)) fence = fence === undefined ? mark : undefined;
    const found = fence === undefined ? /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$/.exec(line) : null;
    if (found && found[2] !== "") headings.push({ level: found[1]!.length, text: plain(found[2]!), line: at + 1 });
  });
  known.set(cell, headings);
  return headings;
}

/** Words without their markdown. */
function plain(text: string): string {
  return text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/(\*\*|__|[*_`~])(?=\S)(.*?\S)\1/g, "$2");
}

export function toOutline(cells: readonly Cell[]): readonly OutlineEntry[] {
  let level = 0;
  return cells.flatMap((cell): OutlineEntry[] => {
    const headings = headingsOf(cell).map(({ text, line, level }) => ({ cell: cell.id, text, line, level }));
    const title: OutlineEntry[] = cell.title === "" ? [] : [{ cell: cell.id, text: cell.title, line: undefined, level: level + 1 }];
    level = headings.at(-1)?.level ?? level;
    return [...title, ...headings];
  });
}

/** The cells below the heading of a cell, up to the next heading of its rank. */
export function sectionOf(cells: readonly Cell[], id: string): readonly Cell[] {
  const at = cells.findIndex((cell) => cell.id === id);
  const cell = cells[at];
  const level = cell && rankOf(cell);
  if (level === undefined) return [];
  const end = cells.findIndex((other, index) => index > at && (rankOf(other) ?? 7) <= level);
  return cells.slice(at + 1, end < 0 ? undefined : end);
}

function rankOf(cell: Cell): number | undefined {
  const ranks = headingsOf(cell).map(({ level }) => level);
  return ranks.length === 0 ? undefined : Math.min(...ranks);
}

/** The heading cell that a cell stands under, if any. */
export function headingAbove(cells: readonly Cell[], id: string): Cell | undefined {
  const at = cells.findIndex((cell) => cell.id === id);
  return cells.slice(0, Math.max(0, at)).findLast((cell) => rankOf(cell) !== undefined);
}

/** By collapsed heading: how many cells it hides; and the hidden ones. */
export function hideSections(
  cells: readonly Cell[],
  collapsed: ReadonlySet<string>,
): { readonly hidden: ReadonlySet<string>; readonly counts: ReadonlyMap<string, number> } {
  const hidden = new Set<string>();
  const counts = new Map<string, number>();
  for (const id of collapsed) {
    const section = sectionOf(cells, id);
    if (section.length === 0) continue;
    counts.set(id, section.length);
    for (const cell of section) hidden.add(cell.id);
  }
  return { hidden, counts };
}
