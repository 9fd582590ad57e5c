import { expect, it } from "vitest";
import { prepareUsage } from "./prepare-usage";

it("draws from the first time to the last, and the limit where it stands", () => {
  const model = prepareUsage({ at: [0, 50, 100], values: [undefined, 50, 100] }, 0, 100, 200)!;
  expect(model.peak).toBe(100);
  expect(model.top).toBeCloseTo(210);
  expect(model.limitY).toBeCloseTo(4.76, 1);
  expect(model.line).toMatch(/^M500 .*L1000 /);
  expect(model.area.endsWith("Z")).toBe(true);
});

it("a limit far above what was used is not drawn: what was used would be a flat line", () => {
  const model = prepareUsage({ at: [0, 100], values: [1, 2] }, 0, 100, 1000)!;
  expect(model.limitY).toBeUndefined();
  expect(model.top).toBeCloseTo(2.2);
});

it("nothing used is no picture, zero used is one", () => {
  expect(prepareUsage({ at: [], values: [] }, 0, 1, 1)).toBeUndefined();
  expect(prepareUsage({ at: [0, 1], values: [0, 0] }, 0, 1, undefined)!.top).toBe(1);
});
