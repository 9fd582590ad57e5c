import { describe, expect, it } from "vitest";
import { chooseAxes } from "./choose-axes";
import { prepareCodeDiff } from "../../_code/prepare-code-diff";
import { prepareParameters } from "./prepare-parameters";
import { formatDirections, parseDirections, prepareValues } from "./prepare-values";
import { parseRuns } from "./run-list-in-address";

describe("parameters side by side", () => {
  it("put what differs first, absence included", () => {
    const rows = prepareParameters([{ params: { same: 1, rate: 0.1 } }, { params: { same: 1, rate: 0.2, extra: [1] } }]);
    expect(rows.map((row) => [row.name, row.differs])).toEqual([
      ["rate", true],
      ["extra", true],
      ["same", false],
    ]);
    expect(rows[1]!.values).toEqual([undefined, [1]]);
  });

  it("compare values, not identities", () => {
    expect(prepareParameters([{ params: { list: [1, 2] } }, { params: { list: [1, 2] } }])[0]!.differs).toBe(false);
  });
});

describe("values side by side", () => {
  const runs = [
    { id: "a", headline: [{ name: "mae", value: 2 }] },
    { id: "b", headline: [{ name: "mae", value: 1 }] },
  ];
  const summaries = [
    { runId: "a", name: "loss", last: 0.5 },
    { runId: "b", name: "loss", last: "NaN" },
    { runId: "b", name: "mae", last: 9 },
  ];

  it("have headline values first, then metrics, the best marked", () => {
    const rows = prepareValues(runs, summaries, new Map());
    expect(rows.map((row) => [row.name, row.type, row.values, row.best])).toEqual([
      ["mae", "headline", [2, 1], 1],
      ["loss", "metric", [0.5, undefined], undefined],
    ]);
  });

  it("follow the direction that a person chose", () => {
    expect(prepareValues(runs, [], new Map([["mae", "higher" as const]]))[0]!.best).toBe(2);
    expect(prepareValues(runs, [], new Map([["mae", "none" as const]]))[0]!.best).toBeUndefined();
  });

  it("keep that direction in the address, whatever the name", () => {
    const chosen = new Map([
      ["val/loss, best: last", "higher" as const],
      ["x", "none" as const],
    ]);
    expect(parseDirections(formatDirections(chosen))).toEqual(chosen);
    expect(parseDirections("x:sideways,:lower").size).toBe(0);
  });
});

describe("parameter against value", () => {
  const value = (name: string, ...values: (number | undefined)[]) => ({
    name,
    type: "metric" as const,
    values,
    direction: undefined,
    best: undefined,
  });
  const choose = (params: readonly Record<string, string | number>[], ...values: ReturnType<typeof value>[]) => {
    const axes = chooseAxes(prepareParameters(params.map((each) => ({ params: each }))), values);
    return [axes.parameter?.name, axes.value?.name];
  };

  it("starts with what differs, numbers before words", () => {
    const params = [
      { folds: 5, optimizer: "sgd", rate: 0.1 },
      { folds: 5, optimizer: "adam", rate: 0.2 },
    ];
    expect(choose(params, value("rows", 392, 392), value("mae", 2, 1))).toEqual(["rate", "mae"]);
    expect(choose([{ optimizer: "sgd" }, { optimizer: "adam" }], value("mae", undefined, 1), value("loss", 1, 2))).toEqual([
      "optimizer",
      "loss",
    ]);
  });

  it("shows no parameter that is the same in all", () => {
    expect(choose([{ folds: 5 }, { folds: 5 }], value("mae", 1, 2))).toEqual([undefined, "mae"]);
  });
});

describe("code cell by cell", () => {
  const text = (...cells: string[]) => cells.join("\n\n");

  it("finds changed, added and removed cells by their key", () => {
    const diff = prepareCodeDiff(
      text("// %% Load\nconst a = 1;", "// %% Train\nconst b = a;", "// %% Old\nconst c = 1;"),
      text("// %% Load\nconst a = 1;", "// %% Train\nconst b = a + 1;", "// %% New\nconst d = 1;"),
    );
    expect(diff.cells.map((cell) => [cell.type, cell.key])).toEqual([
      ["changed", "train"],
      ["added", "new"],
      ["removed", "old"],
    ]);
    expect(diff.same).toBe(1);
  });

  it("sees a change of options, and none in a cell that only moved", () => {
    expect(prepareCodeDiff("// %% Load retries=1\nx();", "// %% Load retries=2\nx();").cells[0]!.type).toBe("changed");
    expect(
      prepareCodeDiff(text("// %%\na();", "// %%\nb();"), text("// %%\na();", "// %% Named\nq();", "// %%\nb();")).cells,
    ).toMatchObject([{ type: "added", key: "named" }]);
  });

  it("names what stands elsewhere now, and as few cells as explain it", () => {
    const [a, b, c, d] = ["// %% A\na();", "// %% B\nb();", "// %% C\nc();", "// %% D\nd();"] as const;
    const diff = prepareCodeDiff(text(a, b, c, d), text(d, a, b, c));
    expect(diff).toMatchObject({ cells: [{ type: "moved", key: "d", after: undefined }], same: 3 });
    expect(prepareCodeDiff(text(a, b, c), text(b, c, `${a}\nmore();`)).cells).toMatchObject([{ type: "changed", key: "a", moved: true }]);
  });

  it("tells a change of the front matter", () => {
    expect(prepareCodeDiff("// ---\n// title: A\n// ---\n// %%\na();", "// ---\n// title: B\n// ---\n// %%\na();").frontMatter).toEqual({
      before: "title: A",
      after: "title: B",
    });
  });
});

describe("the runs in the address", () => {
  it("are each there once, twenty at most", () => {
    expect(parseRuns("a,b,,a, c")).toEqual({ ids: ["a", "b", "c"], leftOut: 0 });
    expect(parseRuns(Array.from({ length: 23 }, (_, i) => `r${i}`).join())).toMatchObject({ leftOut: 3 });
    expect(parseRuns(undefined).ids).toEqual([]);
  });
});
