/** A database whose clock stands elsewhere: `clock_timestamp` of the test's schema is found before PostgreSQL's own. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseClock } from "./database-clock";
import { createPool, type Pool } from "./pool";
import { createTestDatabase, type TestDatabase } from "./testing/database";

let database: TestDatabase;
let pool: Pool;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  await pool.query("create schema later");
  await pool.query(
    "create function later.clock_timestamp() returns timestamptz language sql as 'select pg_catalog.clock_timestamp() + interval ''1 hour'''",
  );
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

test("the clock is the database's, however wrong this machine's is", async () => {
  const url = new URL(database.url);
  url.searchParams.set("options", "-c search_path=later,pg_catalog");
  const later = createPool(url.toString());
  const clock = await databaseClock(later);
  const ahead = clock() - Date.now();
  await later.end();
  expect(Math.round(ahead / 60_000)).toBe(60);
});

test("where both clocks are one nothing is corrected", async () => {
  const clock = await databaseClock(pool);
  const before = Date.now();
  const now = clock();
  expect(now >= before && now <= Date.now()).toBe(true);
});
