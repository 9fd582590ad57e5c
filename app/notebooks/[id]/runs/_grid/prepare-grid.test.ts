import { expect, it } from "vitest";
import { layOutCounts, shareOfLongest } from "./prepare-grid";

it("one failure among ten thousand is still to be seen, and the parts fill the mark", () => {
  const parts = layOutCounts({ succeeded: 9_999, failed: 1 }, 20);
  expect(parts.find(({ status }) => status === "failed")!.width).toBeGreaterThan(1.5);
  expect(parts.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(20);
});

it("bars are as high as their share of the longest run", () => {
  expect(shareOfLongest([{ durationMs: 50 }, { durationMs: 100 }, {}])).toEqual([0.5, 1, 0]);
});
