import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LogLine } from "../../../_trpc/outputs";
import { emptyLog, endOf, filterLog, joinLog, plainText, trimLog } from "./log-buffer";
import { preparePlot } from "./prepare-plot";

const lines = (from: number, count: number): LogLine[] =>
  Array.from({ length: count }, (_, i) => ({ time: 0, level: "info", text: `line ${from + i}` }));

describe("joinLog", () => {
  it("grows at both ends, whatever the order and however often stretches come", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 10 })), { maxLength: 30 }), (stretches) => {
        let buffer = emptyLog;
        for (const [from, count] of stretches) {
          buffer = joinLog(buffer, from, lines(from, count));
          buffer.lines.forEach((line, i) => expect(line.text).toBe(`line ${buffer.from + i}`));
        }
      }),
    );
  });

  it("refuses what would leave a hole", () => {
    const held = joinLog(emptyLog, 10, lines(10, 5));
    expect(joinLog(held, 20, lines(20, 2))).toBe(held);
    expect(endOf(joinLog(held, 15, lines(15, 2)))).toBe(17);
    expect(joinLog(held, 5, lines(5, 5)).from).toBe(5);
  });

  it("keeps the very same buffer when nothing is new", () => {
    const held = joinLog(emptyLog, 10, lines(10, 5));
    expect(joinLog(held, 11, lines(11, 2))).toBe(held);
  });
});

describe("trimLog", () => {
  it("forgets the beginning of a log without end, and takes it again when somebody goes there", () => {
    let buffer = emptyLog;
    for (let from = 0; from < 1000; from += 10) {
      buffer = trimLog(joinLog(buffer, from, lines(from, 10)), 100);
      expect(buffer.lines.length).toBeLessThanOrEqual(125);
    }
    expect([endOf(buffer), buffer.total, buffer.lines[0]!.text]).toEqual([1000, 1000, `line ${buffer.from}`]);
    const earlier = joinLog(buffer, buffer.from - 50, lines(buffer.from - 50, 50));
    expect([earlier.lines[0]!.text, endOf(earlier)]).toEqual([`line ${buffer.from - 50}`, 1000]);
  });
});

describe("filterLog", () => {
  const buffer = joinLog(emptyLog, 0, [
    { time: 0, level: "debug", text: "Fine detail" },
    { time: 0, level: "stdout", text: "epoch 1" },
    { time: 0, level: "stderr", text: "Epoch warning" },
    { time: 0, level: "error", text: "lost" },
  ]);
  it("is off by default", () => expect(filterLog(buffer, "debug", " ")).toBeUndefined());
  it("keeps what is loud enough", () => {
    expect(filterLog(buffer, "info", "")).toEqual([1, 2, 3]);
    expect(filterLog(buffer, "warn", "")).toEqual([2, 3]);
    expect(filterLog(buffer, "error", "")).toEqual([3]);
  });
  it("finds words whatever their case", () => expect(filterLog(buffer, "debug", "EPOCH")).toEqual([1, 2]));
});

describe("plainText", () => {
  it("drops terminal colours and keeps the rest", () => expect(plainText("\u001b[31mred\u001b[0m [ok]")).toBe("red [ok]"));
});

describe("preparePlot", () => {
  it("draws lists of numbers and one column of a table", () => {
    expect(preparePlot("xs", { type: "tree", value: [1, 2, 3], summary: "", cut: false })!.rows).toHaveLength(3);
    const table = {
      type: "table" as const,
      columns: [
        { name: "i", type: "string" as const },
        { name: "v", type: "number" as const },
      ],
      rows: [
        ["a", 1],
        ["b", 4],
      ],
      rowCount: 2,
    };
    expect(preparePlot("xs", table)!.rows[1]).toEqual({ index: 1, value: 4 });
  });
  it("draws nothing else", () => {
    expect(preparePlot("x", { type: "tree", value: [1, "a"], summary: "", cut: false })).toBeUndefined();
    expect(preparePlot("x", { type: "text", text: "1", cut: false })).toBeUndefined();
  });
});
