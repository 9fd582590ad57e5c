import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { downsample } from "./downsample";
import { mergeSummaries, summarise } from "./summarise";

const line = (count: number, value: (step: number) => number) =>
  Array.from({ length: count }, (_, step) => ({ step, time: 1000 + step, value: value(step) }));

describe("downsample", () => {
  test("gives back a short series as it is", () => {
    expect(
      downsample(
        line(3, (step) => step * 2),
        3,
      ),
    ).toEqual([
      { step: 0, time: 1000, value: 0, min: undefined, max: undefined },
      { step: 1, time: 1001, value: 2, min: undefined, max: undefined },
      { step: 2, time: 1002, value: 4, min: undefined, max: undefined },
    ]);
  });

  test("never hides a spike of one point among a million", () => {
    const spikes = [7, 123_456, 500_000, 999_998];
    const thin = downsample(
      line(1_000_000, (step) => (spikes.includes(step) ? 50 : Math.sin(step))),
      500,
    );
    expect(thin.length).toBeLessThanOrEqual(500);
    expect(thin.filter(({ max }) => max === 50).length).toBe(spikes.length);
  });

  test("keeps a NaN and an infinity as points of their own", () => {
    const thin = downsample(
      line(1000, (step) => (step === 500 ? NaN : step === 900 ? -Infinity : 1)),
      10,
    );
    expect(thin.filter(({ value }) => Number.isNaN(value)).length).toBe(1);
    expect(thin.filter(({ value }) => value === -Infinity).length).toBe(1);
  });

  test("ascends by step, ends with the last point, and its extremes are those of the series", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            step: fc.integer({ min: -50, max: 500 }),
            time: fc.nat(),
            value: fc.double({ noNaN: true, noDefaultInfinity: true }),
          }),
          { minLength: 1 },
        ),
        fc.integer({ min: 1, max: 40 }),
        (points, buckets) => {
          const thin = downsample(points, buckets);
          expect(thin.map(({ step }) => step)).toEqual(thin.map(({ step }) => step).toSorted((a, b) => a - b));
          const values = points.map(({ value }) => value);
          expect(Math.max(...thin.map(({ value, max }) => max ?? value))).toBe(Math.max(...values));
          expect(Math.min(...thin.map(({ value, min }) => min ?? value))).toBe(Math.min(...values));
          expect(thin.at(-1)!.step).toBe(Math.max(...points.map(({ step }) => step)));
        },
      ),
    );
  });
});

describe("summarise", () => {
  test("leaves what is not finite out of all but the count and the last value", () => {
    expect(summarise(line(4, (step) => [1, Infinity, 3, NaN][step]!))).toEqual({ count: 4, last: NaN, min: 1, max: 3, mean: 2 });
  });

  test("of parts is the summary of the whole", () => {
    const whole = line(10, (step) => step * step);
    const merged = mergeSummaries([summarise(whole.slice(0, 4)), summarise(whole.slice(4))]);
    const once = summarise(whole);
    expect(merged).toEqual({ ...once, mean: expect.closeTo(once.mean) });
  });
});
