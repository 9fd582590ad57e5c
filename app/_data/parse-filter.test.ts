import { expect, test } from "vitest";
import { filterLocal, sortLocal, statisticsLocal } from "./local-table";
import { parseFilter } from "./parse-filter";

test.each([
  ["number", "5", { op: "equals", value: "5" }],
  ["number", "> 5", { op: "above", value: "5" }],
  ["number", ">=5", { op: "at-least", value: "5" }],
  ["number", "-1 .. 5.5", { op: "between", value: "-1", to: "5.5" }],
  ["date", "<= 2026-01-31", { op: "at-most", value: "2026-01-31" }],
  ["string", "oak", { op: "contains", value: "oak" }],
  ["string", "5", { op: "contains", value: "5" }],
  ["string", "1..2", { op: "contains", value: "1..2" }],
  ["string", "=oak", { op: "equals", value: "oak" }],
  ["string", "!oak", { op: "not-equals", value: "oak" }],
  ["boolean", "TRUE", { op: "equals", value: "true" }],
  ["number", "null", { op: "missing", value: "" }],
  ["number", "!null", { op: "present", value: "" }],
] as const)("a %s column: %s", (type, text, expected) => {
  expect(parseFilter(3, type, text)).toEqual({ column: 3, ...expected });
});

test.each(["", "  ", ">", "="])("“%s” filters nothing", (text) => expect(parseFilter(0, "number", text)).toBeUndefined());

const table = {
  columns: [
    { name: "n", type: "number" as const },
    { name: "t", type: "string" as const },
  ],
  rows: [
    [3, "c"],
    [null, "a"],
    [1, null],
    [2, "b"],
  ],
};
const all = [0, 1, 2, 3];

test("rows that are here are sorted, filtered and summed as on the server", () => {
  expect(sortLocal(table, all, [{ column: 0, down: false }])).toEqual([2, 3, 0, 1]);
  expect(sortLocal(table, all, [{ column: 0, down: true }])).toEqual([0, 3, 2, 1]);
  expect(filterLocal(table, all, [{ column: 0, op: "at-least", value: "2" }])).toEqual([0, 3]);
  expect(filterLocal(table, all, [{ column: 1, op: "missing", value: "" }])).toEqual([2]);
  expect(statisticsLocal(table, all, 0)).toMatchObject({ count: 4, missing: 1, distinct: 3, min: 1, max: 3, mean: 2, median: 2 });
  expect(statisticsLocal(table, all, 1)).toMatchObject({ count: 4, missing: 1, distinct: 3 });
});
