import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatSmoothing, parseSmoothing, smooth, type Smoothing } from "./smooth";

const kinds: Smoothing[] = [
  { type: "ema", weight: 0.6 },
  { type: "average", window: 5 },
  { type: "gaussian", sigma: 2 },
];
const steps = (n: number) => Array.from({ length: n }, (_, i) => i);

describe("smooth", () => {
  it("leaves the line as it is when off", () => {
    expect(smooth(steps(4), [1, 5, null, 2], { type: "none" })).toEqual([1, 5, null, 2]);
  });

  it.each(kinds)("$type keeps a constant line and its gaps", (kind) => {
    const smoothed = smooth(steps(5), [3, 3, null, 3, 3], kind);
    expect(smoothed[2]).toBeNull();
    for (const value of smoothed.filter((v) => v !== null)) expect(value).toBeCloseTo(3);
  });

  it.each(kinds)("$type never leaves the range of the data", (kind) => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }), (y) => {
        const low = Math.min(...y);
        const high = Math.max(...y);
        const slack = 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
        for (const value of smooth(steps(y.length), y, kind)) {
          expect(value!).toBeGreaterThanOrEqual(low - slack);
          expect(value!).toBeLessThanOrEqual(high + slack);
        }
      }),
    );
  });

  it("weighs by time: after a long pause the average starts afresh", () => {
    const x = [0, 1, 2, 3, 103];
    const [, , , before, after] = smooth(x, [1, 1, 1, 1, 9], { type: "ema", weight: 0.6 });
    expect(before).toBeCloseTo(1);
    const even = smooth(steps(5), [1, 1, 1, 1, 9], { type: "ema", weight: 0.6 })[4]!;
    expect(after!).toBeGreaterThan(even);
  });

  it("does not start from zero", () => {
    expect(smooth(steps(3), [10, 10, 10], { type: "ema", weight: 0.99 })[0]).toBeCloseTo(10);
  });

  it("is a plain mean inside the window of the running average", () => {
    expect(smooth(steps(5), [0, 3, 6, 9, 12], { type: "average", window: 2 })[2]).toBeCloseTo(6);
    expect(smooth(steps(5), [0, 3, 6, 9, 12], { type: "average", window: 2 })[0]).toBeCloseTo(1.5);
  });
});

describe("a smoothing in the URL", () => {
  it.each(kinds)("$type survives the round trip", (kind) => {
    expect(parseSmoothing(formatSmoothing(kind))).toEqual(kind);
  });

  it.each([null, "", "ema", "ema:x", "ema:-1", "median:3"])("%j means none", (text) => {
    expect(parseSmoothing(text)).toEqual({ type: "none" });
  });
});
