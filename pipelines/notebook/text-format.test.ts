/** §1 of the language, sentence by sentence, where notebook.test.ts has only laws. */
import { describe, expect, test } from "vitest";
import { format } from "./format";
import type { Cell, Notebook } from "./notebook";
import { parse } from "./parse";

const cell = (part: Partial<Cell>): Cell => ({ id: "c1", kind: "code", title: "", options: [], source: "", ...part });
const keeps = (notebook: Notebook) => expect(parse(format(notebook))).toEqual(notebook);

describe("§1 cells", () => {
  test("a line // %% opens a cell with title, kind and options", () => {
    expect(parse('// %% Train it [code] retries=2 each="a of b"\nx\n').cells).toEqual([
      cell({
        title: "Train it",
        options: [
          { key: "retries", value: "2" },
          { key: "each", value: "a of b" },
        ],
        source: "x",
      }),
    ]);
  });
  test("text before the first marker, if it is not blank, is an untitled code cell", () => {
    expect(parse("a\n\n// %% B\nb\n").cells.map((one) => [one.title, one.source])).toEqual([
      ["", "a"],
      ["B", "b"],
    ]);
    expect(parse("\n \n// %% B\nb\n").cells).toHaveLength(1);
  });
  test("a marker is a line, whatever stands around it: in a template or a comment too", () => {
    expect(parse("const a = `\n// %% B\n`;\n/*\n// %% C\n*/\n").cells.map((one) => one.source)).toEqual(["const a = `", "`;\n/*", "*/"]);
    expect(parse("  // %% no\nx // %% no\n").cells).toHaveLength(1);
  });
  test("markdown, approval, script and SQL bodies stand behind // line by line", () => {
    for (const kind of ["markdown", "approval", "script", "sql"]) {
      const notebook = { cells: [cell({ kind, source: "# a\n\n  b" })] };
      expect(format(notebook)).toBe(`// %% [${kind}]\n// # a\n//\n//   b\n`);
      keeps(notebook);
    }
  });
  test("what would read as a marker or a fence is escaped, and the escape taken back", () => {
    for (const source of ["// %% not a cell", "// \\%% nor this", "`\n// %% x\n`"]) keeps({ cells: [cell({ source })] });
    for (const source of ["%% x", "\\%% x", "a\n%% [sql]"]) keeps({ cells: [cell({ kind: "markdown", source })] });
    keeps({ frontMatter: "---\n%%", cells: [] });
    keeps({ cells: [cell({ source: "// ---\n// title: x\n// ---" })] });
  });
  test("an unknown kind or option is kept in the file untouched", () => {
    const text = "// %% A [python] colour=red word\nx\n";
    expect(format(parse(text))).toBe(text);
  });
});

describe("§1 parse and format are inverse", () => {
  test("line endings and a final newline are normalised", () => {
    const plain = "// %% A\na\nb\n";
    for (const text of ["// %% A\r\na\r\nb\r\n", "// %% A\ra\rb\r", "// %% A\na\nb", "\uFEFF// %% A\na\nb\n", "// %% A\r\na\rb\n"]) {
      expect(format(parse(text)), JSON.stringify(text)).toBe(plain);
    }
  });
  test("nothing else of a cell's source changes: tabs, U+2028, spaces at the end, blank lines inside", () => {
    for (const source of ["\ta\t", "a\u2028b\u2029c", "a  \n\n\n  b ", "\n\na", "a\n\n", " ", "\u00a0", "\uFEFF", "a\u0000b", "\v\f"]) {
      keeps({ cells: [cell({ source }), cell({ id: "c2", source })] });
    }
  });
  test("titles may hold quotes, brackets, backslashes, equal signs, or nothing", () => {
    for (const title of [
      "",
      "[markdown]",
      "a [x] b",
      '"quoted"',
      'a "b" c',
      '"',
      '\\"',
      "back\\slash",
      "\\",
      "k=v",
      "x = y",
      "a=",
      "=",
      "// %%",
      "%%",
      "tab\there",
      "line\nbreak",
      "line\rbreak",
      "\u2028",
      "each=x of xs",
      '"" x',
      "日本 é",
      "]",
      "[",
      "[]",
      "#",
    ]) {
      keeps({ cells: [cell({ title })] });
      keeps({ cells: [cell({ title, kind: "markdown", source: "x" })] });
      keeps({ cells: [cell({ title, options: [{ key: "cpu", value: "2" }] })] });
    }
  });
  test("option values may hold quotes, spaces, line breaks and escapes", () => {
    for (const value of ["", " ", '"', '"a"', "a b", "\\", "\\n", "\n", 'x > 1 && y === "a"', "[x]", "=", "\u2028", "a\tb"]) {
      keeps({ cells: [cell({ options: [{ key: "when", value }] })] });
    }
  });
});
