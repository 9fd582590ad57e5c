import fc from "fast-check";
import { expect, test } from "vitest";
import type { Cell } from "../notebook/notebook";
import { parse } from "../notebook/parse";
import { toCellPosition, toDocumentPosition } from "./cell-document";
import { NotebookDocuments } from "./notebook-documents";
import { isOpenModule, sealPaths } from "./seal-paths";

const pieces = fc.constantFrom(
  "const a = 1;",
  "const b = a + 1;",
  "import { z } from 'zod';",
  'import x from "./x";',
  "/* open",
  "`",
  "${a}",
  '"',
  "// note",
  "\n",
  "\r",
  "\u2028",
  "await f();",
  "export const out = b;",
  "}",
  "🧵",
  "type T = { a: 1 };",
);
const texts = fc.array(pieces, { maxLength: 14 }).map((list) => list.join(" "));
const cells = fc.array(
  fc.record({
    kind: fc.constantFrom("code", "code", "params", "markdown", "script", "approval"),
    source: texts,
    each: fc.option(fc.constantFrom("n of [1]", "n of a // list", "x of b, y of [2]", "n of (1\n)"), { nil: undefined }),
    when: fc.option(fc.constantFrom("a > 1", "true // so"), { nil: undefined }),
  }),
  { maxLength: 5 },
);
const packages = ["zod"];

test("every place of a cell's text has its place in the document, and back, with the same letter there", () => {
  fc.assert(
    fc.property(cells, fc.boolean(), (drafts, open) => {
      const list = drafts.map(({ kind, source, each, when }, index): Cell => ({
        id: `id ${index}/../`,
        kind,
        title: "",
        source,
        options: [
          ...(each === undefined ? [] : [{ key: "each", value: each }]),
          ...(when === undefined ? [] : [{ key: "when", value: when }]),
        ],
      }));
      const documents = new NotebookDocuments(packages);
      documents.update(list, new Set(open ? list.map(({ id }) => id) : []));
      for (const cell of list) {
        const { document } = documents.documentOf(cell.id)!;
        const lines = document.text.split("\n");
        const own =
          cell.kind === "code" || cell.kind === "params"
            ? sealPaths(cell.source, new Set(packages))
                .replace(/[\r\u2028\u2029]/g, " ")
                .split("\n")
            : [""];
        own.forEach((line, index) => {
          for (const column of [1, Math.ceil(line.length / 2), line.length + 1].filter((one) => one > 0)) {
            const there = toDocumentPosition(document, { line: index + 1, column });
            expect(toCellPosition(document, there)).toEqual({ line: index + 1, column });
            expect(lines[there.line]!.slice(there.character)).toBe(line.slice(column - 1));
          }
        });
        expect(toCellPosition(document, { line: document.firstLine - 1, character: 0 })).toBeUndefined();
        expect(toCellPosition(document, { line: document.firstLine + document.lineCount, character: 0 })).toBeUndefined();
      }
    }),
    { numRuns: 300 },
  );
});

test("sealing changes letters only, and leaves packages of the environment alone", () => {
  fc.assert(
    fc.property(fc.oneof(texts, fc.string({ unit: "grapheme" })), (text) => {
      const sealed = sealPaths(text, new Set(packages));
      expect(sealed.length).toBe(text.length);
      expect(sealed.split("\n").map((line) => line.length)).toEqual(text.split("\n").map((line) => line.length));
    }),
    { numRuns: 500 },
  );
  const plain = 'import { z } from "zod/v4"; import fs from "node:fs"; const path = "./data/cars.csv"; const up = "../x" + `/etc`;';
  expect(sealPaths(plain, new Set(packages))).toBe(plain);
  expect(sealPaths('import a from "./cell2"; const b = "./cell2";', new Set(packages))).toBe(
    'import a from "_______"; const b = "./cell2";',
  );
  for (const module of ["./x", "../x", "/x", "zod/../x", "zod/..", "left-pad", "..", ".", "node:../x", "zod\\..\\x", "@scope/x"])
    expect(isOpenModule(module, new Set(packages)), module).toBe(false);
  for (const module of ["zod", "zod/v4/core", "heddle", "node:fs/promises"])
    expect(isOpenModule(module, new Set(packages)), module).toBe(true);
});

test("a text that is broken for a moment keeps its own imports and types", () => {
  const documents = new NotebookDocuments(packages);
  const text = `// %% A\nimport { z } from "zod";\ntype T = 1;\nconst { p, q: [r] } = f;\nrows.\n\n// %% B\nimport { z } from "zod";\nconst rows = z;\nconst p = 1;\nconst r = 2;\ntype T = 2;\n`;
  documents.update(parse(text).cells, new Set(["c1"]));
  expect(documents.documentOf("c1")!.document.text.split("\n")[0]).toBe('export {};import{rows}from"./cell2";');
});

test("a cell imports what it reads, and what it reads of a mapped task is a list", () => {
  const documents = new NotebookDocuments(packages);
  documents.update(
    parse(`// %% A\nconst a = [1];\n\n// %% B each="n of a"\nconst b = n;\nfunction f() {}\n\n// %% C\nconst c = b.map(f);\n`).cells,
    new Set(),
  );
  const line = (id: string) => documents.documentOf(id)!.document.text.split("\n")[0];
  expect(line("c1")).toBe("export {};");
  expect(line("c2")).toBe('export {};import{a}from"./cell1";import*as __heddle from"../prelude";');
  expect(line("c3")).toBe('export {};import{b}from"./cell2.list";import{f}from"./cell2";');
  expect([...documents.affected(["cell1"])].sort()).toEqual(["c1", "c2", "c3"]);
  expect([...documents.affected(["cell3"])]).toEqual(["c3"]);
});
