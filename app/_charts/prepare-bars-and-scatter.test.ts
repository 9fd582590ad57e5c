import { describe, expect, it } from "vitest";
import { prepareBars } from "./prepare-bars";
import { prepareScatter } from "./prepare-scatter";

const run = (number: number) => ({ id: `r${number}`, number });

describe("bars", () => {
  const values = [
    { run: run(1), value: 0.9 },
    { run: run(2), value: 0.7 },
    { run: run(3), value: undefined },
  ];

  it("start at zero, mark the best, and name who gave nothing", () => {
    const model = prepareBars("loss", values, "lower");
    expect(model.domain).toEqual([0, 1]);
    expect(model.bars.map((bar) => [bar.label, bar.best])).toEqual([
      ["#1", false],
      ["#2", true],
    ]);
    expect(model.missing).toEqual([run(3)]);
  });

  it("mark nothing when nobody knows what is better or all are the same", () => {
    expect(prepareBars("rows", values, undefined).bars.some((bar) => bar.best)).toBe(false);
    expect(
      prepareBars(
        "loss",
        values.map((one) => ({ ...one, value: 1 })),
        "lower",
      ).bars.some((bar) => bar.best),
    ).toBe(false);
  });

  it("reach below zero for negative numbers", () => {
    expect(
      prepareBars(
        "score",
        [
          { run: run(1), value: -3 },
          { run: run(2), value: 2 },
        ],
        "higher",
      ).domain,
    ).toEqual([-4, 2]);
  });
});

describe("scatter", () => {
  const at = (number: number, parameter: string | number | undefined, value: number | undefined) => ({
    run: run(number),
    parameter,
    value,
  });

  it("finds a straight trend and its correlation", () => {
    const model = prepareScatter([at(1, 1, 10), at(2, 2, 20), at(3, 3, 30)]);
    expect(model.trend!.correlation).toBeCloseTo(1);
    expect(model.trend!.from[1]).toBeCloseTo(10);
    expect(model.trend!.to[1]).toBeCloseTo(30);
  });

  it("stands on a log axis when the parameter spans decades, trend included", () => {
    const model = prepareScatter([at(1, 0.001, 1), at(2, 0.01, 2), at(3, 0.1, 3)]);
    expect(model.logX).toBe(true);
    expect(model.trend!.correlation).toBeCloseTo(1);
  });

  it("puts words side by side, without a trend", () => {
    const model = prepareScatter([at(1, "sgd", 1), at(2, "adam", 2), at(3, "sgd", 3)]);
    expect(model.xTicks.map((tick) => tick.label)).toEqual(["adam", "sgd"]);
    expect(model.dots.map((dot) => Math.round(dot.x))).toEqual([1, 0, 1]);
    expect(new Set(model.dots.map((dot) => dot.x)).size).toBe(3);
    expect(model.trend).toBeUndefined();
  });

  it("has no trend through one place, and counts who is missing", () => {
    const model = prepareScatter([at(1, 5, 1), at(2, 5, 2), at(3, 5, 3), at(4, undefined, 1), at(5, 5, undefined)]);
    expect(model.trend).toBeUndefined();
    expect(model.missing).toBe(2);
  });

  it("exists without any dot", () => {
    expect(prepareScatter([]).dots).toEqual([]);
  });
});
