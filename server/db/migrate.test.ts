import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { migrate } from "./migrate";
import { createTestDatabase } from "./testing/database";

const databases: { drop(): Promise<void> }[] = [];
afterAll(async () => void (await Promise.all(databases.map((database) => database.drop()))));

test("a migrated database has the tables of the schema and a second migration does nothing", async () => {
  const database = await createTestDatabase();
  databases.push(database);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ table_name: string }>(
    "select table_name from information_schema.tables where table_schema = 'public'",
  );
  await client.end();
  expect(rows.map((row) => row.table_name)).toEqual(expect.arrayContaining(["run", "task_run", "attempt", "notebook"]));
  expect(await migrate(database.url, "prisma/migrations")).toEqual([]);
});

test("a database of a newer version is refused with the remedy", async () => {
  const database = await createTestDatabase();
  databases.push(database);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(
    "insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('x', 'x', '99990101000000_future', now())",
  );
  await client.end();
  await expect(migrate(database.url, "prisma/migrations")).rejects.toThrow(/99990101000000_future.*newer version/);
});
