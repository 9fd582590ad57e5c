import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyEdit, invertEdit } from "./apply-edit";
import { format } from "./format";
import { cellKinds, type Cell, type Notebook } from "./notebook";
import { parse } from "./parse";

const oddLine = fc.oneof(
  fc.constantFrom(
    "// %%",
    "// %% A [markdown] x=1",
    "// \\%% a",
    "// \\\\%%",
    "//",
    "// ---",
    "---",
    "--- ",
    "\\---",
    "%% x",
    "\\%% y",
    "",
    " ",
    "\t",
    "const a = 1;",
    "`",
    "/*",
    "*/",
    "// x",
    "//x",
    "   // %%",
    "// %%%",
    "#",
    "\uFEFF",
    "\u2028",
  ),
  fc.string({ unit: "binary" }).map((text) => text.replace(/[\r\n]/g, "")),
);
const text = fc.array(oddLine, { maxLength: 6 }).map((lines) => lines.join("\n"));
const word = fc.oneof(
  fc.constantFrom(
    "",
    "each",
    "when",
    "a b",
    "[x]",
    "[markdown]",
    "k=v",
    '"',
    '"a"',
    "=",
    "x=",
    "é",
    "日本",
    "\n",
    "\\",
    '\\"',
    "code",
    "]",
    " a",
    "a ",
    '"" x',
  ),
  fc.string({ unit: "binary" }),
  fc.string(),
);
const option = fc.oneof(fc.record({ key: word, value: word }), fc.record({ key: word }));
const cell = fc.record({
  id: fc.constant(""),
  kind: fc.oneof(fc.constantFrom(...cellKinds), word),
  title: word,
  options: fc.array(option, { maxLength: 3 }),
  source: text,
});
const notebook: fc.Arbitrary<Notebook> = fc.oneof(
  fc.record({ cells: fc.array(cell, { maxLength: 4 }) }),
  fc.record({ frontMatter: text, cells: fc.array(cell, { maxLength: 4 }) }),
);
const withoutIds = (value: Notebook) => ({ ...value, cells: value.cells.map((one) => ({ ...one, id: "" })) });

describe("parse and format", () => {
  test("parse(format(notebook)) equals the notebook for every notebook", () => {
    fc.assert(
      fc.property(notebook, (value) => void expect(withoutIds(parse(format(value)))).toEqual(value)),
      { numRuns: 2000 },
    );
  });
  test("format(parse(text)) is text for every text that format wrote", () => {
    fc.assert(
      fc.property(notebook, (value) => void expect(format(parse(format(value)))).toBe(format(value))),
      { numRuns: 700 },
    );
  });
  test("parse never throws and formatting settles at once, for every text", () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (value) => {
        const once = format(parse(value));
        expect(format(parse(once))).toBe(once);
        expect(withoutIds(parse(once))).toEqual(withoutIds(parse(value)));
      }),
      { numRuns: 1500 },
    );
  });
});

describe("edits", () => {
  const ids = fc.constantFrom("a", "b", "c", "d");
  const some = (id: string): Cell => ({ id, kind: "code", title: id, options: [], source: id });
  const edit = fc.oneof(
    fc.record({
      type: fc.constant("set-front-matter" as const),
      frontMatter: fc.option(fc.string(), { nil: undefined }),
    }),
    fc.record({
      type: fc.constant("insert-cell" as const),
      index: fc.integer({ min: -1, max: 5 }),
      cell: ids.map(some),
    }),
    fc.record({ type: fc.constant("delete-cell" as const), id: ids }),
    fc.record({ type: fc.constant("move-cell" as const), id: ids, index: fc.integer({ min: -1, max: 5 }) }),
    fc.record({ type: fc.constant("set-source" as const), id: ids, source: fc.string() }),
    fc.record({ type: fc.constant("set-title" as const), id: ids, title: fc.string() }),
    fc.record({ type: fc.constant("set-kind" as const), id: ids, kind: fc.string() }),
    fc.record({
      type: fc.constant("set-options" as const),
      id: ids,
      options: fc.array(fc.record({ key: fc.string() })),
    }),
  );
  test("the inverse of an edit takes it back", () => {
    fc.assert(
      fc.property(fc.array(edit), edit, (edits, last) => {
        const before = edits.reduce(applyEdit, { cells: [some("a"), some("b")] } as Notebook);
        const inverse = invertEdit(before, last);
        const after = applyEdit(before, last);
        expect(inverse ? applyEdit(after, inverse) : after).toEqual(before);
      }),
    );
  });
});
