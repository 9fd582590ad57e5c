import { describe, expect, it } from "vitest";
import type { SeriesView } from "../_trpc/outputs";
import { alignLines } from "./align-lines";
import { prepareLines, type LineChoices } from "./prepare-lines";
import { nearest, readLines, stepX } from "./read-lines";

const choices: LineChoices = { x: "step", smoothing: { type: "none" }, logY: false, fan: "each", hidden: new Set() };
const runs = [
  { id: "a", number: 1 },
  { id: "b", number: 2 },
];
type Value = SeriesView["points"][number]["value"];

function series(runId: string, values: readonly Value[], over: Partial<SeriesView> = {}): SeriesView {
  return {
    runId,
    taskRunId: `${runId}-1`,
    taskKey: "train",
    name: "loss",
    count: values.length,
    points: values.map((value, step) => ({ step, time: 1000 * step + 50_000, value })),
    ...over,
  };
}

describe("the lines of one metric", () => {
  it("are one for each run, named and coloured by the run", () => {
    const model = prepareLines([series("a", [3, 2, 1]), series("b", [4, 3, 2])], runs, choices);
    expect(model.lines.map((line) => [line.label, line.style.colour])).toEqual([
      ["#1", 0],
      ["#2", 1],
    ]);
    expect(model.x).toEqual([0, 2]);
    expect(model.y[0]).toBeLessThan(1);
    expect(model.y[1]).toBeGreaterThan(4);
  });

  it("name the task when tasks share the metric, and the element of a fan-out", () => {
    const model = prepareLines(
      [series("a", [1, 2]), series("b", [1, 2], { taskKey: "fit" }), series("b", [1, 2], { mapIndex: 3, taskRunId: "b-9" })],
      runs,
      choices,
    );
    expect(model.lines.map((line) => line.label)).toEqual(["#1 train", "#2 fit", "#2 train[3]"]);
  });

  it("of a single run are told apart by colour", () => {
    const model = prepareLines(
      [0, 1, 2].map((mapIndex) => series("b", [1, 2], { mapIndex, taskRunId: `b-${mapIndex}` })),
      runs,
      choices,
    );
    expect(model.lines.map((line) => line.style.colour)).toEqual([0, 1, 2]);
    expect(model.lines[2]!.label).toBe("train[2]");
  });

  it("leave out what is hidden, but keep it in the legend", () => {
    const model = prepareLines([series("a", [100, 200]), series("b", [1, 2])], runs, { ...choices, hidden: new Set(["a"]) });
    expect(model.lines.map((line) => line.runId)).toEqual(["b"]);
    expect(model.legend.map((entry) => entry.hidden)).toEqual([true, false]);
    expect(model.y[1]).toBeLessThan(3);
  });

  it("stand on steps, on time since their start, or on the clock", () => {
    const one = [series("a", [1, 2, 3])];
    expect(prepareLines(one, runs, { ...choices, x: "relative" }).x).toEqual([0, 2000]);
    expect(prepareLines(one, runs, { ...choices, x: "wall" }).x).toEqual([50_000, 52_000]);
  });
});

describe("nothing strange is hidden", () => {
  it("a spike inside a thinned bucket is in the band and in the range of the axis", () => {
    const spiky = series("a", [1, 1, 1]);
    const points = spiky.points.map((point, i) => (i === 1 ? { ...point, min: 0.5, max: 900 } : { ...point, min: 1, max: 1 }));
    const model = prepareLines([{ ...spiky, points }], runs, choices);
    expect(model.lines[0]!.band!.high[1]).toBe(900);
    expect(model.y[1]).toBeGreaterThan(900);
  });

  it("keeps the band and the faint line when smoothed", () => {
    const values = Array.from({ length: 50 }, (_, i) => (i === 25 ? 1000 : 1));
    const model = prepareLines([series("a", values)], runs, { ...choices, smoothing: { type: "ema", weight: 0.9 } });
    expect(model.lines[0]!.raw![25]).toBe(1000);
    expect(model.lines[0]!.y[25]).toBeLessThan(1000);
    expect(model.y[1]).toBeGreaterThan(1000);
  });

  it("NaN and infinities are marks on the edge and gaps in the line", () => {
    const model = prepareLines([series("a", [1, "NaN", 2, "Infinity", "-Infinity"])], runs, choices);
    expect(model.lines[0]!.y).toEqual([1, null, 2, null, null]);
    expect(model.lines[0]!.marks).toEqual([
      { x: 1, edge: "bottom", value: "NaN" },
      { x: 3, edge: "top", value: "Infinity" },
      { x: 4, edge: "bottom", value: "-Infinity" },
    ]);
  });

  it("what a log axis cannot show is marked at its foot", () => {
    const model = prepareLines([series("a", [10, 0, -1, 1000])], runs, { ...choices, logY: true });
    expect(model.lines[0]!.marks.map((mark) => mark.value)).toEqual(["not above 0", "not above 0"]);
    expect(model.y[0]).toBeGreaterThan(1);
  });

  it("several points at one step are the last value with the range of all", () => {
    const one = series("a", [5, 1, 9]);
    const model = prepareLines([{ ...one, points: one.points.map((point) => ({ ...point, step: 0 })) }], runs, choices);
    expect(model.lines[0]!.y).toEqual([9]);
    expect(model.lines[0]!.band).toEqual({ low: [1], high: [9] });
  });

  it("no points at all still give an axis", () => {
    const model = prepareLines([], runs, choices);
    expect(model.lines).toEqual([]);
    expect(model.xTicks.length).toBeGreaterThan(0);
  });
});

describe("a fan-out", () => {
  const elements = [1, 3, 5].map((value, mapIndex) => series("a", [value, value, value], { mapIndex, taskRunId: `a-${mapIndex}` }));

  it("is a line of the mean with the range behind it, when asked", () => {
    const model = prepareLines(elements, runs, { ...choices, fan: "mean" });
    expect(model.lines).toHaveLength(1);
    expect(model.lines[0]!.y).toEqual([3, 3, 3]);
    expect(model.lines[0]!.band).toEqual({ low: [1, 1, 1], high: [5, 5, 5] });
  });

  it("takes no element beyond its own last step", () => {
    const model = prepareLines([elements[0]!, series("a", [9], { mapIndex: 1, taskRunId: "a-1" })], runs, { ...choices, fan: "mean" });
    expect(model.lines[0]!.y).toEqual([5, 1, 1]);
  });

  it("has thin lines when there are many", () => {
    const many = Array.from({ length: 6 }, (_, mapIndex) => series("a", [1, 2], { mapIndex, taskRunId: `a-${mapIndex}` }));
    expect(prepareLines(many, runs, choices).lines.every((line) => line.thin)).toBe(true);
  });
});

describe("the renderer", () => {
  it("is canvas as soon as SVG would stutter", () => {
    const long = series(
      "a",
      Array.from({ length: 5001 }, (_, i) => i),
    );
    expect(prepareLines([series("a", [1, 2])], runs, choices).renderer).toBe("svg");
    expect(prepareLines([long], runs, choices).renderer).toBe("canvas");
  });

  it("gets aligned columns in which only real gaps are null", () => {
    const model = prepareLines([series("a", [1, "NaN", 3]), series("b", [4])], runs, choices);
    const aligned = alignLines(model);
    expect(aligned.x).toEqual([0, 1, 2]);
    expect(aligned.columns[0]!.y).toEqual([1, null, 3]);
    expect(aligned.columns[1]!.y).toEqual([4, undefined, undefined]);
  });
});

describe("the hover", () => {
  const model = prepareLines([series("a", [3, 2, 1]), series("b", [4, 3, "NaN"])], runs, choices);

  it("reads every line at x, highest first", () => {
    expect(readLines(model, 0.9).map((reading) => [reading.line.label, reading.y])).toEqual([
      ["#2", 3],
      ["#1", 2],
    ]);
  });

  it("tells a value that is no number", () => {
    expect(readLines(model, 2)[1]!.mark!.value).toBe("NaN");
  });

  it("is silent about a line that ended long before", () => {
    const uneven = prepareLines(
      [
        series(
          "a",
          Array.from({ length: 100 }, () => 1),
        ),
        series("b", [1, 2]),
      ],
      runs,
      choices,
    );
    expect(readLines(uneven, 80).map((reading) => reading.line.label)).toEqual(["#1"]);
  });

  it("moves by keyboard from point to point", () => {
    expect(stepX(model, undefined, 1)).toBe(0);
    expect(stepX(model, 0, 1)).toBe(1);
    expect(stepX(model, 2, 1)).toBe(2);
    expect(stepX(model, 2, -1)).toBe(1);
  });

  it("finds the nearest of an ascending list", () => {
    expect([-5, 0.4, 0.6, 99].map((x) => nearest([0, 1, 2], x))).toEqual([0, 0, 1, 2]);
    expect(nearest([], 1)).toBe(-1);
  });
});
