import { expect, test } from "vitest";
import { MetricBuffer } from "./metric-buffer";

test("points are numbered over all series, steps per series", () => {
  const buffer = new MetricBuffer();
  buffer.add("a", 1, undefined, 5, 0);
  buffer.add("b", NaN, 7, 5, 0);
  buffer.add("a", 2, undefined, 5, 0);
  buffer.add("b", 3, undefined, 5, 0);
  expect(buffer.take().map(({ seq, name, step, value }) => [seq, name, step, value])).toEqual([
    [0, "a", 0, 1],
    [1, "b", 7, "NaN"],
    [2, "a", 1, 2],
    [3, "b", 8, 3],
  ]);
  expect(buffer.waiting).toBe(false);
});

test("it asks to be emptied after a thousand points or fifty milliseconds", () => {
  const buffer = new MetricBuffer();
  for (let i = 0; i < 999; i++) expect(buffer.add("a", i, i, 0, 0)).toBe(false);
  expect(buffer.add("a", 999, 999, 0, 0)).toBe(true);
  buffer.take();
  expect(buffer.add("a", 1, 1, 0, 100)).toBe(false);
  expect(buffer.add("a", 1, 1, 0, 150)).toBe(true);
});
