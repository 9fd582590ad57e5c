/** The shared document against the notebook it stands for: the same edits give the same text, and everybody ends with the same. */
import fc from "fast-check";
import * as Y from "yjs";
import { describe, expect, test } from "vitest";
import { applyEdit } from "../notebook/apply-edit";
import { format } from "../notebook/format";
import { applySplices, diffText, mergeText } from "../notebook/merge-text";
import type { Notebook } from "../notebook/notebook";
import { parse } from "../notebook/parse";
import { matchCells } from "./match-cells";
import { mergeIntoShared } from "./merge-notebook";
import { keyBetween, keysInRow } from "./order-key";
import { editShared, readShared, seedShared } from "./shared-notebook";
import { randomStep, seededRandom } from "./testing/random-edit";

const seed = fc.integer({ min: 0, max: 2 ** 31 });
const start = parse("// ---\n// title: T\n// ---\n\n// %% A\na\nb\n\n// %% B [markdown]\n// text\n\n// %% C retries=2\nc\n");

function randomNotebook(random: () => number, from: Notebook, steps: number): Notebook {
  let notebook = from;
  let made = 0;
  for (let step = 0; step < steps; step++) {
    for (const edit of randomStep(random, notebook, () => `r${random()}-${made++}`)) notebook = applyEdit(notebook, edit);
  }
  return notebook;
}

function sharedOf(notebook: Notebook): Y.Doc {
  const doc = new Y.Doc();
  seedShared(doc, notebook);
  return doc;
}

function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

function exchange(...docs: readonly Y.Doc[]): void {
  for (const from of docs) for (const to of docs) Y.applyUpdate(to, Y.encodeStateAsUpdate(from, Y.encodeStateVector(to)));
}

describe("texts", () => {
  const text = fc
    .array(fc.constantFrom("a\n", "b\n", "c", "\n", "😀", "😁", "é", "const x = 1;\n"), { maxLength: 12 })
    .map((parts) => parts.join(""));
  test("a difference, applied, gives the other text, and cuts no letter in two", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const splices = diffText(a, b);
        expect(applySplices(a, splices)).toBe(b);
        for (const { at, remove, insert } of splices) {
          expect(insert.isWellFormed?.() ?? true).toBe(true);
          expect(/[\uDC00-\uDFFF]/.test(a[at] ?? "") && remove === 0).toBe(false);
        }
      }),
    );
  });
  test("a merge with an unchanged side is the other side", () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(mergeText(a, b, a)).toBe(b);
        expect(mergeText(a, a, b)).toBe(b);
        expect(mergeText(a, b, b)).toBe(b);
      }),
    );
  });
  test("both changes are there, and what both took away is gone once", () => {
    expect(mergeText("one two three", "ONE two three", "one two THREE")).toBe("ONE two THREE");
    expect(mergeText("a\nb\nc\n", "a\nc\n", "a\nB\nc\nd\n")).toBe("a\nB\nc\nd\n");
    expect(mergeText("", "mine", "theirs")).toBe("theirsmine");
    expect(mergeText("abc", "ac", "ac")).toBe("ac");
    expect(mergeText("abcd", "ad", "abcd!")).toBe("ad!");
  });
  test("letters that each wrote are kept, whatever the other took away", () => {
    fc.assert(
      fc.property(text, seed, (base, number) => {
        const random = seededRandom(number);
        const place = () => Math.floor(random() * ([...base].length + 1));
        const write = (word: string) => [...base].slice(0, place()).join("") + word + [...base].slice(place()).join("");
        const merged = mergeText(base, write("MINE"), write("THEIRS"));
        expect(merged).toContain("MINE");
        expect(merged).toContain("THEIRS");
      }),
    );
  });
});

test("a place is found between any two", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { maxLength: 120 }), fc.nat(40), (picks, count) => {
      const keys = [...keysInRow(count)];
      for (const pick of picks) {
        const at = pick % (keys.length + 1);
        keys.splice(at, 0, keyBetween(keys[at - 1], keys[at]));
      }
      expect([...keys].sort()).toEqual(keys);
      expect(new Set(keys).size).toBe(keys.length);
    }),
  );
});

describe("a shared document", () => {
  test("reads as what it was seeded with, and does what applyEdit does", () => {
    fc.assert(
      fc.property(seed, fc.nat(30), (number, steps) => {
        const random = seededRandom(number);
        let notebook = randomNotebook(random, start, 3);
        const doc = sharedOf(notebook);
        expect(readShared(doc)).toEqual(notebook);
        for (let step = 0; step < steps; step++) {
          const edits = randomStep(random, notebook, () => `n${step}-${random()}`);
          editShared(doc, edits);
          for (const edit of edits) notebook = applyEdit(notebook, edit);
          expect(readShared(doc)).toEqual(notebook);
        }
        const text = format(readShared(doc));
        expect(format(parse(text))).toBe(text);
        expect(parse(text).cells.map(({ id: _, ...cell }) => cell)).toEqual(notebook.cells.map(({ id: _, ...cell }) => cell));
      }),
      { numRuns: 150 },
    );
  });

  test("three people who edit apart end with the same text; no cell is there twice or lost", () => {
    fc.assert(
      fc.property(seed, (number) => {
        const random = seededRandom(number);
        const first = sharedOf(start);
        const docs = [first, copyOf(first), copyOf(first)];
        const made = new Set(start.cells.map(({ id }) => id));
        const deleted = new Set<string>();
        for (let step = 0; step < 40; step++) {
          const doc = docs[Math.floor(random() * 3)]!;
          const edits = randomStep(random, readShared(doc), () => `n${made.size}`);
          editShared(doc, edits);
          for (const edit of edits) {
            if (edit.type === "insert-cell") made.add(edit.cell.id);
            if (edit.type === "delete-cell") deleted.add(edit.id);
          }
          if (random() < 0.15) exchange(docs[0]!, docs[1 + Math.floor(random() * 2)]!);
        }
        exchange(...docs);
        exchange(...docs);
        const [one, two, three] = docs.map((doc) => readShared(doc));
        expect(two).toEqual(one);
        expect(three).toEqual(one);
        const ids = one!.cells.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of made) expect(ids.includes(id), id).toBe(!deleted.has(id));
      }),
      { numRuns: 150 },
    );
  });

  test("a copy that was changed is brought in: alone exactly, and beside other changes with nothing of them lost", () => {
    fc.assert(
      fc.property(seed, fc.nat(12), (number, steps) => {
        const random = seededRandom(number);
        const mine = randomNotebook(random, start, steps);
        const alone = sharedOf(start);
        mergeIntoShared(alone, start, mine);
        expect(readShared(alone)).toEqual(mine);

        const busy = sharedOf(start);
        editShared(busy, [
          { type: "set-source", id: "c1", source: "a\nTHEIRS\nb" },
          { type: "insert-cell", index: 0, cell: { id: "theirs", kind: "code", title: "New", options: [], source: "new" } },
        ]);
        mergeIntoShared(busy, start, mine);
        const ids = readShared(busy).cells.map(({ id }) => id);
        expect([...ids].sort()).toEqual([...mine.cells.map(({ id }) => id), "theirs"].sort());
        const cell = readShared(busy).cells.find(({ id }) => id === "c1");
        if (cell) expect(cell.source).toContain("THEIRS");
      }),
      { numRuns: 150 },
    );
  });
});

describe("cells of a text that was written elsewhere", () => {
  const idsOf = (before: string, next: string) => {
    let made = 0;
    return matchCells(parse(before).cells, parse(next).cells, () => `new${++made}`);
  };
  const text = "// %% A\na\n\n// %% B\nb\n\n// %%\nc\n\n// %% D\nd\n";
  test("are those they were: changed, moved, renamed, with others between", () => {
    expect(idsOf(text, text)).toEqual(["c1", "c2", "c3", "c4"]);
    expect(idsOf(text, "// %% A\na changed\n\n// %% B\nb\n\n// %%\nc changed\n\n// %% D\nd\n")).toEqual(["c1", "c2", "c3", "c4"]);
    expect(idsOf(text, "// %% D\nd\n\n// %% A\na\n\n// %% B\nb\n\n// %%\nc\n")).toEqual(["c4", "c1", "c2", "c3"]);
    expect(idsOf(text, "// %% New\nn\n\n// %% A\na\n\n// %% Renamed\nb\n\n// %%\nc\n\n// %% D\nd\n")).toEqual([
      "new1",
      "c1",
      "c2",
      "c3",
      "c4",
    ]);
    expect(idsOf(text, "// %% A\na\n\n// %% D\nd\n")).toEqual(["c1", "c4"]);
  });
  test("never give one identity to two", () => {
    fc.assert(
      fc.property(seed, (number) => {
        const random = seededRandom(number);
        const before = parse(format(randomNotebook(random, start, 6))).cells;
        const next = parse(format(randomNotebook(random, start, 6))).cells;
        let made = 0;
        const ids = matchCells(before, next, () => `new${++made}`);
        expect(new Set(ids).size).toBe(next.length);
      }),
    );
  });
});
