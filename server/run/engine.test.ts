/** Whole runs: real notebooks, compiled, on real Postgres and real processes. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { ended, openWorkbench, reached, type Workbench } from "./testing/workbench";

let database: TestDatabase;
let bench: Workbench;

beforeAll(async () => {
  database = await createTestDatabase();
  bench = await openWorkbench(database.url);
});
afterAll(async () => {
  await bench.close();
  await database.drop();
});

const statuses = (tasks: Record<string, { status: string; reason?: string | undefined }>) =>
  Object.fromEntries(Object.entries(tasks).map(([key, { status, reason }]) => [key, reason === undefined ? status : `${status} ${reason}`]));

test("a notebook runs from its first cell to its last, and values travel", async () => {
  const run = await bench.run(`// %% Load
const rows = [1, 2, 3];

// %% Sum
const sum = rows.reduce((a, b) => a + b, 0);

// %% Report
export const report = "sum is " + sum;
`);
  expect(bench.problems).toEqual([]);
  expect(run).toMatchObject({ status: "succeeded", number: 1 });
  expect(statuses(run.tasks)).toEqual({ load: "succeeded", sum: "succeeded", report: "succeeded" });
  expect(run.tasks.report!.outputs.report).toContain("sum is 6");
});
