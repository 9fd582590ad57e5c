import fc from "fast-check";
import { expect, test } from "vitest";
import { readChart, writeChart, type ChartChoices } from "./chart-code";

const choices: fc.Arbitrary<ChartChoices> = fc.record({
  rows: fc.constantFrom("cars", "$rows", "größe", "a1"),
  mark: fc.constantFrom("bar", "line", "scatter", "area"),
  x: fc.string(),
  y: fc.string(),
  aggregation: fc.constantFrom("none", "count", "sum", "mean", "median", "min", "max"),
  series: fc.option(fc.string(), { nil: undefined }),
  title: fc.string().map((text) => text.trim()),
});

test("what the builder wrote it reads back, whatever the columns are called", () => {
  fc.assert(
    fc.property(choices, (one) => {
      expect(readChart(writeChart(one))).toEqual(one.aggregation === "count" ? { ...one, y: "count" } : one);
    }),
  );
});

test("the code is as a person would write it", () => {
  expect(writeChart({ rows: "cars", mark: "bar", x: "Origin", y: "mpg", aggregation: "mean", series: "Year", title: "By origin" })).toBe(
    'import { chart } from "heddle";\nchart({\n  mark: "bar",\n  rows: cars,\n  x: "Origin",\n  y: "mpg",\n  aggregate: "mean",\n  series: "Year",\n  title: "By origin",\n});',
  );
});

test.each([
  "",
  "chart({ mark: 'bar' })",
  'import { chart } from "heddle";\nchart({ mark: "bar", rows: cars, x: "a", y: "b" });\nconst more = 1;',
  'import { chart } from "heddle";\nchart({ mark: "bar", rows: cars.slice(1), x: "a", y: "b" });',
  'import { chart } from "heddle";\nchart({ mark: "heatmap", rows: cars, x: "a", y: "b" });',
  'import { chart } from "heddle";\nchart({ mark: "bar", rows: cars, x: "a", y: "b", other: "c" });',
])("other code is left alone: %s", (source) => expect(readChart(source)).toBeUndefined());

test("a chart that was written by hand in one line is read as well", () => {
  expect(readChart('import { chart } from \'heddle\'\nchart({ mark: "line", rows: cars, x: "a", y: "b" })')).toMatchObject({
    rows: "cars",
    aggregation: "none",
  });
});
