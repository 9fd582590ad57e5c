/** A run that cannot be saved or read is set aside after a few tries; the others never notice. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { ended, openWorkbench, reached, type Workbench } from "./testing/workbench";

let database: TestDatabase;
let bench: Workbench;

beforeEach(async () => {
  database = await createTestDatabase();
  bench = await openWorkbench(database.url, { leaseSeconds: 1 });
});
afterEach(async () => {
  await bench.close();
  await database.drop();
});

const setAside = { status: "failed", reason: "internal", message: expect.stringContaining("set it aside") as string };

test("a run that the database refuses to save is set aside while others go on", async () => {
  await bench.pool.query(`create function refuse() returns trigger language plpgsql as $$ begin
    if new.task_key = 'poisoned' and new.status = 'succeeded' then raise exception 'this row is poison'; end if; return new; end $$;
    create trigger refuse before update on task_run for each row execute function refuse()`);
  const poisoned = await bench.submit("// %% Poisoned\nexport const a = 1;\n", { cache: "off" });
  const fine = await Promise.all(
    [1, 2, 3].map((n) => bench.run(`// %% Fine\nexport const n = ${n};\n\n// %% After\nexport const after = n + 1;\n`, { cache: "off" })),
  );
  expect(fine.map(({ status }) => status)).toEqual(["succeeded", "succeeded", "succeeded"]);
  if (!poisoned.ok) throw new Error(poisoned.message);
  await ended(bench.pool, poisoned.id);
  expect(await bench.summary(poisoned.id)).toMatchObject({ ...setAside, tasks: { poisoned: { status: "cancelled", reason: "internal" } } });
  expect(bench.engine.load()).toEqual({ runs: 0, attempts: 0 });
  expect(bench.problems.join("\n")).toContain("this row is poison");
  expect((await bench.run("// %% Later\nexport const later = 1;\n")).status).toBe("succeeded");
}, 60_000);

test("a run of a server that is gone and that nobody can read is set aside while its neighbour goes on", async () => {
  const waiting = `// %% Wait
import { run } from "heddle";
if (run.attempt === 1) await new Promise(() => setInterval(() => {}, 1000));
export const attempt = run.attempt;
`;
  const [broken, whole] = await Promise.all([bench.submit(waiting, { cache: "off" }), bench.submit(waiting, { cache: "off" })]);
  if (!broken.ok || !whole.ok) throw new Error("They were to be accepted.");
  for (const { id } of [broken, whole]) await reached(bench.pool, id, "wait", "running");
  await bench.pool.query("update run set spec = jsonb_set(spec, '{dag}', '7') where id = $1", [broken.id]);
  await bench.pool.query("update task_run set lease_until = clock_timestamp() where status = 'running'");
  await bench.close();
  const next = await openWorkbench(database.url, { instance: "next", leaseSeconds: 1 });
  await ended(next.pool, whole.id);
  expect(await next.summary(whole.id)).toMatchObject({ status: "succeeded", tasks: { wait: { attempt: 2 } } });
  await next.close();
  bench = await openWorkbench(database.url);
  expect(await bench.summary(broken.id)).toMatchObject(setAside);
}, 60_000);
