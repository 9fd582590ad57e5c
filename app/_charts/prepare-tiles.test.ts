import { describe, expect, it } from "vitest";
import type { SeriesView } from "../_trpc/outputs";
import { prepareTiles } from "./prepare-tiles";

const series = (name: string, values: readonly SeriesView["points"][number]["value"][], mapIndex?: number): SeriesView => ({
  runId: "a",
  taskRunId: `t${mapIndex ?? ""}`,
  taskKey: "train",
  ...(mapIndex !== undefined && { mapIndex }),
  name,
  count: values.length,
  points: values.map((value, step) => ({ step, time: step, value })),
});
const runs = [{ id: "a", number: 1 }];

describe("prepareTiles", () => {
  it("keeps curves as curves and makes numbers of single points", () => {
    const { curves, tiles } = prepareTiles([series("loss", [2, 1]), series("error", [3])], runs, new Set());
    expect(curves.map(({ name }) => name)).toEqual(["loss"]);
    expect(tiles).toMatchObject([{ name: "error", bars: [{ value: 3, share: 1 }] }]);
  });

  it("gives each element of a fan-out a bar, in share of the largest", () => {
    const { tiles } = prepareTiles([series("error", [1], 0), series("error", [-4], 1), series("error", ["NaN"], 2)], runs, new Set());
    expect(tiles[0]?.bars.map(({ label, share, text }) => [label, share, text])).toEqual([
      ["train[0]", 0.25, undefined],
      ["train[1]", 1, undefined],
      ["train[2]", 0, "NaN"],
    ]);
  });

  it("leaves out what stands elsewhere, unless nothing else would be left", () => {
    const error = series("error", [3]);
    expect(prepareTiles([series("loss", [2, 1]), error], runs, new Set(["error"])).tiles).toEqual([]);
    expect(prepareTiles([error], runs, new Set(["error"])).tiles).toHaveLength(1);
  });
});
