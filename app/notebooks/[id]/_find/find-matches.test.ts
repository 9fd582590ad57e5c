import { describe, expect, it } from "vitest";
import type { Cell } from "@/pipelines/notebook/notebook";
import { findMatches, replaceMatches, type FindQuery } from "./find-matches";

const cells = ["const rows = load();\nrows.length", "const row$ = Rows;", "# rows"].map((source, at): Cell => ({
  id: `c${at}`,
  kind: at === 2 ? "markdown" : "code",
  title: "",
  options: [],
  source,
}));
const query = (text: string, rest: Partial<FindQuery> = {}): FindQuery => ({
  text,
  regex: false,
  matchCase: false,
  wholeWord: false,
  ...rest,
});
const words = (one: FindQuery) => {
  const { matches } = findMatches(cells, one);
  return matches.map(({ cell, from, to }) => `${cell} ${cells.find(({ id }) => id === cell)!.source.slice(from, to)}`);
};

describe("finding", () => {
  it("looks through all cells, and minds case and whole words when asked", () => {
    expect(words(query("rows"))).toEqual(["c0 rows", "c0 rows", "c1 Rows", "c2 rows"]);
    expect(words(query("rows", { matchCase: true }))).toEqual(["c0 rows", "c0 rows", "c2 rows"]);
    expect(words(query("row", { wholeWord: true }))).toEqual([]);
    expect(words(query("row$", { wholeWord: true }))).toEqual(["c1 row$"]);
  });

  it("takes expressions, line by line, and says what is wrong with one", () => {
    expect(words(query("^rows?\\.\\w+", { regex: true }))).toEqual(["c0 rows.length"]);
    expect(findMatches(cells, query("(", { regex: true }))).toEqual({
      matches: [],
      cut: false,
      fault: expect.stringMatching(/group/i) as string,
    });
    expect(findMatches(cells, query("x*", { regex: true })).matches).toEqual([]);
  });

  it("takes signs as they are unless it is an expression", () => {
    expect(words(query("load()"))).toEqual(["c0 load()"]);
  });
});

describe("replacing", () => {
  it("changes every place, as edits of the cells that have one", () => {
    expect(replaceMatches(cells, query("rows", { matchCase: true }), "$& cars")).toEqual({
      count: 3,
      edits: [
        { type: "set-source", id: "c0", source: "const $& cars = load();\n$& cars.length" },
        { type: "set-source", id: "c2", source: "# $& cars" },
      ],
    });
  });

  it("puts in what an expression has caught", () => {
    const { edits } = replaceMatches(cells, query("const (?<name>\\w+) = (\\w+)", { regex: true }), "let $2 = $<name>;\\n$$$&");
    expect(edits[0]?.source).toBe("let load = rows;\n$const rows = load();\nrows.length");
  });

  it("changes one place alone", () => {
    const one = findMatches(cells, query("rows")).matches[1]!;
    expect(replaceMatches(cells, query("rows"), "cars", one)).toEqual({
      count: 1,
      edits: [{ type: "set-source", id: "c0", source: "const rows = load();\ncars.length" }],
    });
  });
});
