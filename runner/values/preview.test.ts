import { expect, test } from "vitest";
import { previewSchema } from "@/pipelines/protocol/preview";
import { previewOf } from "./preview";
import { summarize } from "./summary";

const values: Record<string, unknown> = {
  table: Array.from({ length: 5000 }, (_, i) => ({ x: i, name: `n${i % 3}`, gone: null, nested: { a: i }, at: new Date(i) })),
  floats: new Float32Array([1, 2, NaN, Infinity]),
  numbers: [1, 2, 3],
  tree: { a: [1, { b: "c" }], map: new Map([["k", 1n]]), set: new Set([1]), fn: () => 1, nothing: undefined, not: NaN },
  long: "x".repeat(1e6),
  text: "short",
  wide: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`key${i}`, i])),
  empty: [],
  nothing: null,
};

test.each(Object.keys(values))("the preview of %s is JSON of its schema and at most 200 KB", (name) => {
  const preview = JSON.parse(JSON.stringify(previewOf(values[name]))) as unknown;
  expect(() => previewSchema.parse(preview)).not.toThrow();
  expect(JSON.stringify(preview).length).toBeLessThan(220_000);
});

test("a table's preview has types, statistics and the first thousand rows", () => {
  expect(previewOf(values.table)).toMatchObject({
    type: "table",
    rowCount: 5000,
    columns: [
      { name: "x", type: "number", statistics: { scanned: 5000, missing: 0, min: 0, max: 4999, mean: 2499.5 } },
      {
        name: "name",
        type: "string",
        statistics: {
          distinct: 3,
          top: [
            ["n0", 1667],
            ["n1", 1667],
            ["n2", 1666],
          ],
        },
      },
      { name: "gone", type: "json" },
      { name: "nested", type: "json" },
      { name: "at", type: "date" },
    ],
  });
});

test("a cycle and a cut are said", () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  expect(previewOf(loop)).toEqual({ type: "tree", value: { self: "(circular)" }, cut: false });
  expect(previewOf(values.long)).toMatchObject({ type: "tree", cut: true });
});

test("summaries read as people would say it", () => {
  expect(["table", "floats", "numbers", "long", "text", "empty", "nothing"].map((name) => summarize(values[name]))).toEqual([
    "Object[] · 5,000 rows × 5",
    "Float32Array(4)",
    "number[] · 3 elements",
    "string · 1,000,000 characters",
    'string · "short"',
    "Array · empty",
    "null",
  ]);
});
