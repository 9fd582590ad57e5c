import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEdit } from "@/pipelines/notebook/apply-edit";
import type { Cell, Notebook, NotebookEdit } from "@/pipelines/notebook/notebook";
import { parse } from "@/pipelines/notebook/parse";
import { formatCells } from "./format-cells";
import { hideSections, sectionOf, toOutline } from "./sections";
import { mergeCells, moveCells, moveCellsTo, setDisabled, splitCell, toHeading } from "./structure-edits";

const cells = (...names: string[]): Cell[] => names.map((id) => ({ id, kind: "code", title: "", options: [], source: `${id};` }));
const apply = (all: readonly Cell[], edits: readonly NotebookEdit[]) =>
  edits.reduce<Notebook>((notebook, edit) => applyEdit(notebook, edit), { cells: all }).cells;
const ids = (all: readonly Cell[]) => all.map(({ id }) => id).join("");

describe("structural edits", () => {
  it("splits at the cursor, without the blank lines of the cut", () => {
    const [cell] = cells("a");
    const source = "const a = 1;\n\nconst b = 2;";
    const split = apply([{ ...cell!, source }], splitCell({ ...cell!, source }, 0, 13, "new"));
    expect(split.map((each) => each.source)).toEqual(["const a = 1;", "const b = 2;"]);
  });

  it("merges texts, titles and options, and refuses different kinds with words", () => {
    const [a, b] = cells("a", "b") as [Cell, Cell];
    const titled = { ...b, title: "B", options: [{ key: "retries", value: "2" }] };
    expect(apply([a, titled], mergeCells([a, titled]) as NotebookEdit[])).toEqual([
      { ...a, source: "a;\n\nb;", title: "B", options: titled.options },
    ]);
    expect(mergeCells([a, { ...b, kind: "markdown" }])).toMatch(/different kinds \(code and markdown\)/);
    expect(mergeCells([a])).toMatch(/no cell below/);
  });

  it("moves several cells past their neighbour, and not over the end", () => {
    const all = cells("a", "b", "c", "d");
    expect(ids(apply(all, moveCells(all, ["b", "c"], -1)))).toBe("bcad");
    expect(ids(apply(all, moveCells(all, ["b", "c"], 1)))).toBe("adbc");
    expect(moveCells(all, ["c", "d"], 1)).toEqual([]);
  });

  it("brings any cells to any place, in their order, and loses none", () => {
    const all = cells(..."abcdefgh");
    fc.assert(
      fc.property(fc.subarray(all, { minLength: 1 }), fc.nat(8), (moving, index) => {
        const chosen = moving.map(({ id }) => id);
        const rest = (part: readonly Cell[]) => ids(part.filter(({ id }) => !chosen.includes(id)));
        const expected = rest(all.slice(0, index)) + chosen.join("") + rest(all.slice(index));
        expect(ids(apply(all, moveCellsTo(all, chosen, index)))).toBe(expected);
      }),
    );
  });

  it("makes headings, and plain text of a heading of the same level", () => {
    const [cell] = cells("a") as [Cell];
    const [made] = apply([cell], toHeading(cell, 2)) as [Cell];
    expect(made).toMatchObject({ kind: "markdown", source: "## a;" });
    expect(apply([made], toHeading(made, 3))[0]!.source).toBe("### a;");
    expect(apply([made], toHeading(made, 2))[0]!.source).toBe("a;");
  });

  it("switches cells off and on by an option of their header", () => {
    const [cell] = cells("a") as [Cell];
    const [off] = apply([cell], setDisabled(cell, true)) as [Cell];
    expect(off.options).toEqual([{ key: "disabled", value: "on" }]);
    expect(apply([off], setDisabled(off, false))).toEqual([cell]);
    expect(setDisabled({ ...cell, kind: "markdown" }, true)).toEqual([]);
  });
});

const text = `// %% [markdown]
// # One **bold**
// \`\`\`
// # no heading
// \`\`\`

// %% Load
const a = 1;

// %% [markdown]
// ## Two
// text
// ### Three

// %% Last
a;

// %% [markdown]
// # Four
`;

describe("sections", () => {
  const { cells } = parse(text);

  it("outlines headings and titles by their level", () => {
    expect(toOutline(cells).map(({ level, text, line }) => [level, text, line])).toEqual([
      [1, "One bold", 1],
      [2, "Load", undefined],
      [2, "Two", 1],
      [3, "Three", 3],
      [4, "Last", undefined],
      [1, "Four", 1],
    ]);
  });

  it("ends a section at the next heading of its rank", () => {
    expect(sectionOf(cells, "c1").map(({ id }) => id)).toEqual(["c2", "c3", "c4"]);
    expect(sectionOf(cells, "c3").map(({ id }) => id)).toEqual(["c4"]);
    expect(sectionOf(cells, "c2")).toEqual([]);
    expect(hideSections(cells, new Set(["c1", "c5"]))).toEqual({ hidden: new Set(["c2", "c3", "c4"]), counts: new Map([["c1", 3]]) });
  });
});

it("formats code and text, leaves other kinds alone, and says what it could not read", async () => {
  const [a, b, c, d] = cells("a", "b", "c", "d") as [Cell, Cell, Cell, Cell];
  const { edits, faults } = await formatCells([
    { ...a, source: "const x : number = await  f( 1 )" },
    { ...b, title: "Broken", source: "const = 1" },
    { ...c, kind: "markdown", source: "*   one\n*   two" },
    { ...d, kind: "script", source: "if  x:\n  pass" },
  ]);
  expect(edits).toEqual([
    { type: "set-source", id: "a", source: "const x: number = await f(1);" },
    { type: "set-source", id: "c", source: "- one\n- two" },
  ]);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toMatch(/^Broken: /);
});
