/** Locks that are kept while a cell waits for another notebook: refused where that could never end, explained where it came about. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openDatabase, type Database } from "../db/database";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { addNotebook, ended, hear, openWorkbench, reached, type Workbench } from "./testing/workbench";
import { whyWaiting } from "./why-waiting";

let database: TestDatabase;
let reader: Database;
let bench: Workbench;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  reader = openDatabase(database.url);
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-cycles-"));
  bench = await openWorkbench(database.url, { capacity: { cpu: 4, memory: 8 * 1024 ** 3 } });
  await bench.pool.query("insert into workspace (id, slug, name) values ('w1', 'w1', 'One')");
  await addNotebook(bench.pool, "Write", "// %% Write lock=db cache=off\nexport const written = 1;\n");
  await addNotebook(
    bench.pool,
    "Middle",
    `// %% Middle cache=off\nimport { runNotebook } from "heddle";\nexport const through = (await runNotebook("Write")).written;\n`,
  );
  await addNotebook(
    bench.pool,
    "Perhaps",
    `// %% Sure\nexport const sure = true;\n\n// %% Write lock=db when="sure" cache=off\nexport const written = 2;\n`,
  );
  for (const side of ["left", "right"])
    await addNotebook(bench.pool, `Wants ${side}`, `// %% Take lock=${side} cache=off\nexport const took = "${side}";\n`);
});
afterAll(async () => {
  await bench.close();
  await reader.close();
  await database.drop();
  fs.rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => permits(undefined));

/** Of the lock `db`. */
async function permits(slots: number | undefined): Promise<void> {
  await bench.pool.query("delete from concurrency_limit");
  if (slots !== undefined)
    await bench.pool.query(
      "insert into concurrency_limit (workspace_id, kind, name, slots, updated_by) values ('w1', 'lock', 'db', $1, 'u')",
      [slots],
    );
  await bench.engine.readLimits();
}

const calling = (notebook: string, options: string, before = "") => `// %% Search ${options} cache=off
import { existsSync, writeFileSync } from "node:fs";
import { runNotebook } from "heddle";
${before}
export const got = JSON.stringify(await runNotebook("${notebook}"));
`;

async function submit(text: string): Promise<string> {
  const result = await bench.submit(text);
  if (!result.ok) throw new Error(result.message);
  return result.id;
}

/** The run that this one has started, once its task waits in a queue. */
async function child(parent: string, taskKey: string): Promise<string> {
  for (;;) {
    const heard = hear(() => true);
    const { rows } = await bench.pool.query<{ id: string }>(
      "select r.id from sub_run s join run r on r.id = s.child_run_id where s.parent_run_id = $1",
      [parent],
    );
    if (rows[0]) {
      await reached(bench.pool, rows[0].id, taskKey, "queued");
      return rows[0].id;
    }
    await heard;
  }
}

async function sentence(runId: string, taskKey: string): Promise<string> {
  const { rows } = await bench.pool.query<{ id: string }>("select id from task_run where run_id = $1 and task_key = $2", [runId, taskKey]);
  const { waiting } = await whyWaiting(reader, "w1", rows[0]!.id, 0);
  return waiting.map((each) => each.sentence).join("\n");
}

test("a call that could never come back because of a lock is refused, with both cells by name; so is one further down", async () => {
  const run = await bench.run(calling("Write", "lock=db"));
  expect(run).toMatchObject({ status: "failed" });
  const { rows } = await bench.pool.query<{ message: string }>("select error->>'message' as message from task_run where id = $1", [
    run.tasks.search!.id,
  ]);
  expect(rows[0]!.message).toContain(`“Write” has the cell “Write” with lock=db, and “Search” of run #${run.number}, which waits for it`);
  const deep = await bench.run(calling("Middle", "lock=db"));
  expect(deep).toMatchObject({ status: "failed" });
  const below = await bench.pool.query<{ message: string }>(
    "select t.error->>'message' as message from sub_run s join task_run t on t.run_id = s.child_run_id where s.parent_run_id = $1",
    [deep.id],
  );
  expect(below.rows[0]!.message).toContain(`“Search” of run #${deep.number}, which waits for it`);
  // Another lock, or none, is nobody's business.
  expect(await bench.run(calling("Write", "lock=other"))).toMatchObject({ status: "succeeded" });
});

test("a lock with a permit left is no obstacle", async () => {
  await permits(2);
  const run = await bench.run(calling("Middle", "lock=db"));
  expect(run.tasks.search!.outputs).toEqual({ got: `string · "{\\"through\\":1}"` });
});

test("where it came about all the same, who waits is told for whom, and another permit lets all of them go on", async () => {
  const id = await submit(calling("Perhaps", "lock=db"));
  const called = await child(id, "write");
  const { number } = await bench.summary(id);
  expect(await sentence(called, "write")).toBe(
    `The lock “db” is held by “Search” of run #${number}, which waits for this very run: none of them can go on. ` +
      `Give the lock another permit under Pools and they do, or stop one of the runs; then take lock= away from one of the cells.`,
  );
  await permits(2);
  await ended(bench.pool, id);
  expect(await bench.summary(id)).toMatchObject({ status: "succeeded" });
}, 60_000);

test("two callers that wait for each other's lock crosswise are told so", async () => {
  const cross = (mine: string, other: string, wants: string) =>
    calling(
      wants,
      `lock=${mine}`,
      `writeFileSync("${folder}/${mine}", "");\nwhile (!existsSync("${folder}/${other}")) await new Promise((resolve) => setTimeout(resolve, 20));`,
    );
  const [one, two] = [await submit(cross("left", "right", "Wants right")), await submit(cross("right", "left", "Wants left"))];
  const below = await child(one, "take");
  await child(two, "take");
  const [first, second] = [await bench.summary(one), await bench.summary(two)];
  expect(await sentence(below, "take")).toContain(
    `The lock “right” is held by “Search” of run #${second.number}, which waits for a lock of “Search” of run #${first.number}, which waits for this very run`,
  );
  expect(await bench.engine.cancel(two)).toBe(true);
  await ended(bench.pool, one);
  expect(await bench.summary(one)).toMatchObject({ status: "succeeded" });
}, 60_000);
