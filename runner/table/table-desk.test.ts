/** Tables as the pages ask for them: against what plain JavaScript says of the same rows. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { TableFilter, TablePage, TableQuestion, TableRequest } from "@/pipelines/protocol/table";
import { ClassRegistry } from "../values/class-registry";
import { encodeValue } from "../values/encode";
import { Extensions } from "../values/extensions";
import { TableDesk } from "./table-desk";

const folder = mkdtempSync(join(tmpdir(), "heddle-tables-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const desk = new TableDesk();
let files = 0;

function store(value: unknown, extensions = new Extensions()): Pick<TableRequest, "path" | "format" | "stamp"> {
  const path = join(folder, `v${files++}`);
  writeFileSync(path, Buffer.concat(encodeValue("rows", value, new ClassRegistry(), extensions).chunks));
  return { path, format: "value", stamp: path };
}

const ask = (source: Pick<TableRequest, "path" | "format" | "stamp">, question: TableQuestion) =>
  desk.answer({ id: 1, ...source, question });
const view = (sort: { column: number; down: boolean }[] = [], filters: TableFilter[] = []) => ({ sort, filters });
async function page(source: ReturnType<typeof store>, seen = view(), from = 0, count = 1000): Promise<TablePage> {
  const answer = await ask(source, { type: "page", view: seen, from, count });
  if (answer.type !== "page") throw new Error(JSON.stringify(answer));
  return answer;
}

const many = Array.from({ length: 3000 }, (_, index) => ({
  id: index,
  price: index % 7 === 0 ? null : Math.round(Math.sin(index) * 1000) / 8,
  kind: ["oak", "ash", "elm"][index % 3]!,
  name: `tree number ${(index * 7919) % 3000}`,
  on: index % 2 === 0,
  day: new Date(Date.UTC(2026, 0, 1 + (index % 400))),
}));
const trees = store(many);

test("a page has its rows, their places, and how many there are", async () => {
  const seen = await page(trees, view(), 2990, 50);
  expect(seen).toMatchObject({
    rowCount: 3000,
    matching: 3000,
    from: 2990,
    places: [2990, 2991, 2992, 2993, 2994, 2995, 2996, 2997, 2998, 2999],
  });
  expect(seen.columns.map(({ type }) => type)).toEqual(["number", "number", "string", "string", "boolean", "date"]);
  expect(seen.rows[0]).toEqual([2990, many[2990]!.price, "elm", many[2990]!.name, true, many[2990]!.day.toISOString()]);
});

test("sorting is stable, in both directions, by several columns, with what is missing last", async () => {
  for (const down of [false, true]) {
    const seen = await page(trees, view([{ column: 1, down }]), 0, 1000);
    const sign = down ? -1 : 1;
    const expected = many.toSorted(
      (a, b) => Number(a.price === null) - Number(b.price === null) || sign * ((a.price ?? 0) - (b.price ?? 0)),
    );
    expect(seen.places).toEqual(expected.slice(0, 1000).map(({ id }) => id));
  }
  const two = await page(
    trees,
    view([
      { column: 2, down: true },
      { column: 1, down: false },
    ]),
    0,
    3,
  );
  expect(two.rows.map((row) => row[2])).toEqual(["oak", "oak", "oak"]);
  const prices = two.rows.map((row) => row[1] as number);
  expect(prices).toEqual(prices.toSorted((a, b) => a - b));
  const names = await page(trees, view([{ column: 3, down: false }]), 0, 1000);
  expect(names.rows.map((row) => row[3])).toEqual(
    many
      .map(({ name }) => name)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .slice(0, 1000),
  );
});

test("sorting agrees with plain JavaScript for any numbers and any texts", async () => {
  const number = fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.constantFrom(0, -0, Infinity, -Infinity, null));
  const rows = fc.array(fc.record({ n: number, t: fc.option(fc.string({ unit: "binary" }), { freq: 4 }) }), {
    minLength: 40,
    maxLength: 400,
  });
  await fc.assert(
    fc.asyncProperty(rows, fc.boolean(), async (table, down) => {
      const source = store(table.map((row, index) => ({ ...row, index })));
      const sign = down ? -1 : 1;
      const byNumber = table
        .map((_, index) => index)
        .toSorted((a, b) => {
          const [x, y] = [table[a]!.n, table[b]!.n];
          return x === null || y === null ? Number(x === null) - Number(y === null) : x === y ? 0 : sign * (x < y ? -1 : 1);
        });
      expect((await page(source, view([{ column: 0, down }]))).places).toEqual(byNumber);
      const places = (await page(source, view([{ column: 1, down: false }]))).places;
      expect(places.toSorted((a, b) => a - b)).toEqual(table.map((_, index) => index));
    }),
    { numRuns: 25 },
  );
});

test("long texts without repetition are in the order of their letters", async () => {
  const rows = Array.from({ length: 5000 }, (_, index) => ({
    text: `the same beginning ${(index * 7919) % 5000}${"x".repeat(index % 9)}`,
  }));
  const seen = await page(store(rows), view([{ column: 0, down: false }]), 0, 1000);
  expect(seen.rows.map(([text]) => text)).toEqual(
    rows
      .map(({ text }) => text)
      .toSorted()
      .slice(0, 1000),
  );
});

test.each<[TableFilter, (row: (typeof many)[number]) => boolean]>([
  [{ column: 0, op: "above", value: "2500" }, ({ id }) => id > 2500],
  [{ column: 0, op: "between", value: "10", to: "20" }, ({ id }) => id >= 10 && id <= 20],
  [{ column: 1, op: "missing", value: "" }, ({ price }) => price === null],
  [{ column: 1, op: "present", value: "" }, ({ price }) => price !== null],
  [{ column: 1, op: "at-most", value: "-50" }, ({ price }) => price !== null && price <= -50],
  [{ column: 2, op: "equals", value: "oak" }, ({ kind }) => kind === "oak"],
  [{ column: 2, op: "not-equals", value: "oak" }, ({ kind }) => kind !== "oak"],
  [{ column: 3, op: "contains", value: "NUMBER 29" }, ({ name }) => name.includes("number 29")],
  [{ column: 4, op: "equals", value: "true" }, ({ on }) => on],
  [{ column: 5, op: "at-least", value: "2027-01-01" }, ({ day }) => day >= new Date("2027-01-01")],
])("filter %j", async (filter, passes) => {
  const expected = many.filter(passes).map(({ id }) => id);
  const seen = await page(trees, view([], [filter]));
  expect([seen.matching, seen.places]).toEqual([expected.length, expected.slice(0, 1000)]);
});

test("a filter that makes no sense is refused in a sentence", async () => {
  const answer = await ask(trees, { type: "page", view: view([], [{ column: 0, op: "above", value: "tall" }]), from: 0, count: 1 });
  expect(answer).toEqual({ type: "refused", reason: "bad-question", message: "“tall” is no number." });
});

test("statistics are exact and follow the filters", async () => {
  const all = await ask(trees, { type: "statistics", view: view(), columns: [0, 1, 2] });
  if (all.type !== "statistics") throw new Error("no statistics");
  expect(all.columns[0]).toMatchObject({ count: 3000, missing: 0, distinct: 3000, min: 0, max: 2999, mean: 1499.5, median: 1499.5 });
  expect(all.columns[0]!.histogram!.reduce((a, b) => a + b, 0)).toBe(3000);
  expect(all.columns[1]).toMatchObject({ missing: many.filter(({ price }) => price === null).length });
  expect(all.columns[2]).toMatchObject({
    distinct: 3,
    top: [
      ["oak", 1000],
      ["ash", 1000],
      ["elm", 1000],
    ],
  });
  const some = await ask(trees, { type: "statistics", view: view([], [{ column: 0, op: "below", value: "10" }]), columns: [0] });
  expect(some).toMatchObject({ columns: [{ count: 10, max: 9 }] });
});

test("points of a chart are grouped, or as they are and thinned", async () => {
  const grouped = await ask(trees, { type: "chart", x: "kind", y: "id", aggregation: "mean" });
  expect(grouped).toEqual({
    type: "chart",
    points: 3,
    rows: [
      { kind: "ash", id: 1499 + 0.5 - 0.5 },
      { kind: "elm", id: 1500.5 },
      { kind: "oak", id: 1498.5 },
    ].map((row) => ({ ...row, id: many.filter(({ kind }) => kind === row.kind).reduce((sum, { id }) => sum + id, 0) / 1000 })),
  });
  const counted = await ask(trees, { type: "chart", x: "kind", y: "id", series: "on", aggregation: "count" });
  expect(counted).toMatchObject({ points: 6 });
  expect(await ask(trees, { type: "chart", x: "id", y: "kind", aggregation: "sum" })).toMatchObject({
    type: "refused",
    message: "“kind” holds no numbers: count it instead.",
  });
  expect(await ask(trees, { type: "chart", x: "none", y: "id", aggregation: "none" })).toMatchObject({ type: "refused" });
});

test("few rows, rows of anything, and Arrow tables are tables too", async () => {
  expect(await page(store([{ a: 1, b: { deep: [1] } }, { a: 2 }]))).toMatchObject({
    rowCount: 2,
    rows: [
      [1, { deep: [1] }],
      [2, null],
    ],
  });
  const extensions = new Extensions();
  extensions.learn("apache-arrow", arrow as unknown as Record<string, unknown>);
  const table = arrow.tableFromArrays({ x: Float32Array.from([3, 1, 2]), n: Int32Array.from([1, 2, 3]) });
  expect((await page(store(table, extensions), view([{ column: 0, down: false }]))).places).toEqual([1, 2, 0]);
});

test.each([
  ["a number", 4, "It is number · 4, not a table."],
  ["an empty array", [], "It is an empty array, not a table."],
  ["a map", new Map([[1, 2]]), "It is Map · 1 entry, not a table."],
])("%s is refused with a reason", async (_, value, sentence) => {
  expect(await ask(store(value), { type: "page", view: view(), from: 0, count: 1 })).toEqual({
    type: "refused",
    reason: "not-a-table",
    message: `${sentence} A table is an array of objects, or an Arrow table.`,
  });
});

test("data files are tables; what is broken says how", async () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return { path: join(folder, name), stamp: name };
  };
  expect(await page({ ...file("a.csv", "x,y\n1,a\n2,\n"), format: "csv" })).toMatchObject({
    rows: [
      [1, "a"],
      [2, null],
    ],
  });
  expect(await page({ ...file("a.json", '[{"x":1}]'), format: "json" })).toMatchObject({ rows: [[1]] });
  expect(await page({ ...file("a.ndjson", '{"x":1}\n{"x":2}\n'), format: "ndjson" })).toMatchObject({ rows: [[1], [2]] });
  const question = { type: "page", view: view(), from: 0, count: 1 } as const;
  expect(await ask({ ...file("b.json", "{"), format: "json" }, question)).toMatchObject({ reason: "unreadable" });
  expect(await ask({ ...file("b.parquet", "no"), format: "parquet" }, question)).toMatchObject({ reason: "unreadable" });
  expect(await ask({ path: join(folder, "gone"), stamp: "", format: "csv" }, question)).toMatchObject({
    message: "It is not there any more.",
  });
});
