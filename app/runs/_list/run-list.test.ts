import { describe, expect, it } from "vitest";
import { mergeNewest } from "./merge-newest";
import { extraColumnWidth, prepareColumns, varyingParams } from "./prepare-columns";
import { selectRuns } from "./select-runs";

const row = (params: Record<string, number | string>, ...headline: string[]) => ({ params, headline: headline.map((name) => ({ name })) });

describe("the columns of the list", () => {
  const rows = [row({ rate: 1, kind: "a" }, "loss", "accuracy"), row({ rate: 2, kind: "a" }, "loss"), row({ kind: "a" }, "loss")];

  it("are the commonest headline values and the parameters that differ", () => {
    expect(prepareColumns(rows, 4 * extraColumnWidth)).toEqual({ metrics: ["loss", "accuracy"], params: ["rate"] });
  });

  it("give way when there is no room", () => {
    expect(prepareColumns(rows, extraColumnWidth)).toEqual({ metrics: ["loss"], params: [] });
    expect(prepareColumns(rows, 20)).toEqual({ metrics: [], params: [] });
  });

  it("leave out what all runs share", () => {
    expect(varyingParams([row({ a: 1, b: 2 }), row({ a: 1, b: 3 })])).toEqual(["b"]);
    expect(varyingParams([row({ a: 1 })])).toEqual([]);
  });
});

describe("mergeNewest", () => {
  it("puts new runs on top and replaces what changed, in place", () => {
    const pages = [
      {
        rows: [
          { id: "3", s: 0 },
          { id: "2", s: 0 },
        ],
        next: "x",
      },
      { rows: [{ id: "1", s: 0 }], next: undefined },
    ];
    expect(
      mergeNewest(pages, [
        { id: "4", s: 1 },
        { id: "3", s: 1 },
      ]),
    ).toEqual([
      {
        rows: [
          { id: "4", s: 1 },
          { id: "3", s: 1 },
          { id: "2", s: 0 },
        ],
        next: "x",
      },
      { rows: [{ id: "1", s: 0 }], next: undefined },
    ]);
  });
});

describe("selectRuns", () => {
  const order = ["a", "b", "c", "d"];
  it("ticks one", () => expect([...selectRuns(new Set(), order, "b", true, undefined)]).toEqual(["b"]));
  it("ticks a range with shift, in both directions", () => {
    expect([...selectRuns(new Set(["b"]), order, "d", true, "b")]).toEqual(["b", "c", "d"]);
    expect([...selectRuns(new Set(["d"]), order, "b", true, "d")].sort()).toEqual(["b", "c", "d"]);
  });
  it("unticks a range as well", () => expect([...selectRuns(new Set(order), order, "c", false, "b")]).toEqual(["a", "d"]));
  it("ticks one when the last tick is not in the list any more", () =>
    expect([...selectRuns(new Set(), order, "c", true, "z")]).toEqual(["c"]));
});
