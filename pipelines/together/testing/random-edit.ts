/** One thing that a person at a keyboard might do to a notebook, chosen by a number generator that a seed repeats. */
import type { Cell, Notebook, NotebookEdit } from "../../notebook/notebook";

export type Random = () => number;

/** The same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const words = ["const x = 1;\n", "y", "// %% not a cell\n", "\n", "é", "😀", "await load();\n", "%%", "// ---\n", " "];
const titles = ["Load", "Train", "Report the score", "", "a=b", "[odd]"];
const kinds = ["code", "markdown", "params", "script"];

/** Never empty: splitting and merging cells are several edits. */
export function randomStep(random: Random, notebook: Notebook, newId: () => string): readonly NotebookEdit[] {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const { cells } = notebook;
  const somewhere = () => Math.floor(random() * (cells.length + 1));
  if (cells.length === 0) return [{ type: "insert-cell", index: 0, cell: randomCell(random, newId()) }];
  const cell = pick(cells);
  const at = cells.indexOf(cell);
  const cut = Math.floor(random() * (cell.source.length + 1));
  switch (Math.floor(random() * 12)) {
    case 0:
      return [{ type: "insert-cell", index: somewhere(), cell: randomCell(random, newId()) }];
    case 1:
      return [{ type: "delete-cell", id: cell.id }];
    case 2:
    case 3:
      return [{ type: "move-cell", id: cell.id, index: somewhere() }];
    case 4: {
      const [head, tail] = halves(cell.source, cut);
      return [
        { type: "set-source", id: cell.id, source: head },
        { type: "insert-cell", index: at + 1, cell: { ...cell, id: newId(), title: "", source: tail } },
      ];
    }
    case 5: {
      const next = cells[at + 1];
      if (!next) return [{ type: "set-title", id: cell.id, title: pick(titles) }];
      return [
        { type: "set-source", id: cell.id, source: `${cell.source}\n${next.source}` },
        { type: "delete-cell", id: next.id },
      ];
    }
    case 6:
      return [{ type: "set-title", id: cell.id, title: pick(titles) }];
    case 7:
      return [{ type: "set-options", id: cell.id, options: random() < 0.5 ? [] : [{ key: "retries", value: "2" }, { key: "word" }] }];
    case 8:
      return random() < 0.5
        ? [{ type: "set-kind", id: cell.id, kind: pick(kinds) }]
        : [{ type: "set-front-matter", frontMatter: random() < 0.2 ? undefined : `title: ${pick(titles)}\n---` }];
    default: {
      const [head, tail] = halves(cell.source, cut);
      const removed = random() < 0.4 ? [...tail].slice(0, 3).join("").length : 0;
      return [{ type: "set-source", id: cell.id, source: head + (random() < 0.8 ? pick(words) : "") + tail.slice(removed) }];
    }
  }
}

function randomCell(random: Random, id: string): Cell {
  const source = words.filter(() => random() < 0.3).join("");
  return { id, kind: random() < 0.8 ? "code" : "markdown", title: titles[Math.floor(random() * titles.length)]!, options: [], source };
}

/** Not between the halves of a letter. */
function halves(text: string, cut: number): readonly [string, string] {
  const at = /[\uDC00-\uDFFF]/.test(text[cut] ?? "") ? cut - 1 : cut;
  return [text.slice(0, at), text.slice(at)];
}
