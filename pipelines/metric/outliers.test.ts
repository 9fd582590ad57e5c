import { expect, it } from "vitest";
import { findSlow } from "./outliers";

it("names the run that took long among those that took about the same", () => {
  const { median, slow } = findSlow([1000, 1100, 950, 4000, 1020, 980]);
  expect(median).toBe(1010);
  expect(slow).toEqual([3]);
});

it("is not moved by several outliers, and says nothing of a quick one", () => {
  expect(findSlow([1000, 1000, 1000, 1000, 1000, 9000, 9000, 10]).slow).toEqual([5, 6]);
});

it("values that hardly differ have no outlier, nor have a few values", () => {
  expect(findSlow([1000, 1001, 1002, 1000, 1003, 1080]).slow).toEqual([]);
  expect(findSlow([3, 4, 3, 3, 3, 20]).slow).toEqual([]);
  expect(findSlow([1, 1, 90_000]).limit).toBeUndefined();
});
