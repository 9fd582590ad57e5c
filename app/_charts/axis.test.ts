import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axisNumber, linearDomain, linearTicks, logDomain, logTicks, relativeTicks, wallTicks } from "./axis";

const labels = (ticks: readonly { label: string }[]) => ticks.map((tick) => tick.label);

describe("linear ticks", () => {
  it("are round numbers with the digits they need", () => {
    expect(labels(linearTicks([0, 1], 5))).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    expect(labels(linearTicks([0, 100_000], 5))).toEqual(["0", "20k", "40k", "60k", "80k", "100k"]);
    expect(labels(linearTicks([-0.002, 0.002], 4))).toEqual(["−0.002", "−0.001", "0", "0.001", "0.002"]);
  });

  it("never fall between steps when only whole numbers make sense", () => {
    expect(labels(linearTicks([0, 2], 6, true))).toEqual(["0", "1", "2"]);
  });

  it("stay inside the domain and are few, whatever the domain", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.double({ min: 1e-9, max: 1e12, noNaN: true }), (from, span) => {
        const domain = linearDomain(from, from + span);
        const ticks = linearTicks(domain, 5);
        expect(ticks.length).toBeLessThan(15);
        const slack = (domain[1] - domain[0]) * 1e-6;
        for (const { value } of ticks) expect(value >= domain[0] - slack && value <= domain[1] + slack).toBe(true);
      }),
    );
  });
});

describe("log ticks", () => {
  it("are decades, with 2s and 5s when there are few", () => {
    expect(labels(logTicks([0.001, 1000], 6))).toEqual(["0.001", "0.01", "0.1", "1", "10", "100", "1000"]);
    expect(labels(logTicks([1, 20], 6))).toEqual(["1", "2", "5", "10", "20"]);
  });
});

describe("domains", () => {
  it("give a flat line room on both sides", () => {
    expect(linearDomain(5, 5)).toEqual([4.5, 5.5]);
    expect(linearDomain(0, 0)).toEqual([-1, 1]);
    expect(logDomain(2, 2)).toEqual([1, 4]);
  });

  it("exist even without any number", () => {
    expect(linearDomain(Infinity, -Infinity)).toEqual([0, 1]);
    expect(logDomain(Infinity, -Infinity)).toEqual([0.1, 10]);
  });
});

describe("time ticks", () => {
  it("count up from a start", () => {
    expect(labels(relativeTicks([0, 4000], 5))).toEqual(["0", "1 s", "2 s", "3 s", "4 s"]);
    expect(labels(relativeTicks([0, 300_000], 5))).toEqual(["0", "1 m", "2 m", "3 m", "4 m", "5 m"]);
    expect(labels(relativeTicks([0, 90_000], 6))).toEqual(["0", "15 s", "30 s", "45 s", "1:00", "1:15", "1:30"]);
  });

  it("stand at round times of the viewer's zone", () => {
    const noon = Date.UTC(2026, 0, 5, 12, 0);
    expect(labels(wallTicks([noon, noon + 3_600_000], 4, 330))).toEqual(["17:30", "17:45", "18:00", "18:15", "18:30"]);
  });
});

describe("axisNumber", () => {
  it("is short at every size", () => {
    expect(axisNumber(1_500_000, 500_000)).toBe("1.5M");
    expect(axisNumber(0.00002, 0.00001)).toBe("2e-5");
    expect(axisNumber(2500, 500)).toBe("2500");
    expect(axisNumber(12500, 500)).toBe("12.5k");
  });
});
