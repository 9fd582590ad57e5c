import { describe, expect, it } from "vitest";
import { readChoices, writeChoices } from "./chart-choices";
import type { LineChoices } from "./prepare-lines";
import { changed } from "./use-address";

const read = (query: string) => readChoices((name) => new URLSearchParams(query).get(name) ?? undefined);

describe("the choices of a chart in the address", () => {
  it("are off by default and leave no trace", () => {
    const plain = read("");
    expect(plain).toEqual({ x: "step", smoothing: { type: "none" }, logY: false, fan: "each", hidden: new Set(), range: undefined });
    expect(changed("tab=metrics", writeChoices({ x: "step", smoothing: { type: "none" }, logY: false, hidden: new Set() }))).toBe(
      "?tab=metrics",
    );
  });

  it("come back as they were written", () => {
    const choices: LineChoices = {
      x: "relative",
      smoothing: { type: "gaussian", sigma: 4 },
      logY: true,
      fan: "mean",
      hidden: new Set(["a", "b"]),
      range: undefined,
    };
    expect(read(changed("", writeChoices(choices)))).toEqual(choices);
    expect(read(changed("", writeChoices({ range: [0.5, 12] }))).range).toEqual([0.5, 12]);
  });

  it("are read without trust", () => {
    expect(read("x=sideways&smooth=mean&log=z&fan=all&range=9:1")).toEqual(read(""));
  });

  it("forget the zoom when the axis changes", () => {
    expect(read(changed("range=1:2", writeChoices({ x: "wall" }))).range).toBeUndefined();
  });

  it("stay readable", () => {
    expect(changed("", { runs: "a,b", smooth: "ema:0.6" })).toBe("?runs=a,b&smooth=ema:0.6");
  });
});
