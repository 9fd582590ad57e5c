/** Two servers of one database: one goes on where the other stopped, and neither does harm to the other. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { ServerProcess } from "./testing/killable-server";
import { ended, hear, openWorkbench, reached, type Workbench } from "./testing/workbench";

let database: TestDatabase;
let bench: Workbench;

beforeAll(async () => {
  database = await createTestDatabase();
  bench = await openWorkbench(database.url, { instance: "second", leaseSeconds: 2 });
});
afterAll(async () => {
  await bench.close();
  await database.drop();
});

/** Waits for ever in its first attempt. */
const text = `// %% Wait
import { run } from "heddle";
if (run.attempt === 1) await new Promise(() => setInterval(() => {}, 1000));
export const attempt = run.attempt;
`;

async function attempts(runId: string) {
  const { rows } = await bench.pool.query(
    "select a.attempt, a.status, a.reason from attempt a join task_run t on t.id = a.task_run_id where t.run_id = $1 order by a.attempt",
    [runId],
  );
  return rows;
}

test("the run of a server that froze goes on at another one; thawed, the first one finds out and changes nothing", async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-frozen-"));
  fs.mkdirSync(path.join(home, "data", "w1"), { recursive: true });
  const first = new ServerProcess({ databaseUrl: database.url, home, leaseSeconds: 2 });
  await first.hear("ready");
  first.send({ type: "submit", text });
  const { result } = await first.hear("accepted");
  // Its attempt is at work: launched, and said to have started.
  for (;;) {
    await first.hear("changed", (word) => word.runId === result.id);
    const rows = await attempts(result.id);
    if (rows[0]?.status === "running") break;
  }
  const end = hear((news) => news.type === "changed" && news.runId === result.id && news.ended);
  first.signal("SIGSTOP");
  await end;
  expect(await bench.summary(result.id)).toMatchObject({
    status: "succeeded",
    tasks: { wait: { attempt: 2, outputs: { attempt: "number · 2" } } },
  });
  expect(await attempts(result.id)).toMatchObject([
    { attempt: 1, status: "lost", reason: "node-lost" },
    { attempt: 2, status: "succeeded" },
  ]);
  first.signal("SIGCONT");
  await first.complains(`Run ${result.id} was changed elsewhere`);
  await first.close();
  expect(await attempts(result.id)).toMatchObject([
    { attempt: 1, status: "lost" },
    { attempt: 2, status: "succeeded" },
  ]);
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 3 });
}, 120_000);

test("an attempt whose lease ran out is stopped, counted as lost, and made again", async () => {
  const result = await bench.submit(text, { cache: "off" });
  if (!result.ok) throw new Error(result.message);
  await reached(bench.pool, result.id, "wait", "running");
  // As after a pause of the whole machine.
  await bench.pool.query("update task_run set lease_until = clock_timestamp() - interval '1 second' where run_id = $1", [result.id]);
  await ended(bench.pool, result.id);
  expect(await bench.summary(result.id)).toMatchObject({ status: "succeeded", tasks: { wait: { attempt: 2 } } });
  expect(await attempts(result.id)).toMatchObject([
    { attempt: 1, status: "lost", reason: "lease-lost" },
    { attempt: 2, status: "succeeded" },
  ]);
}, 60_000);

test("a run is cancelled from a server that does not own it, and can be retried afterwards", async () => {
  const other = await openWorkbench(database.url, { instance: "third", leaseSeconds: 2 });
  const result = await bench.submit(text, { cache: "off" });
  if (!result.ok) throw new Error(result.message);
  await reached(bench.pool, result.id, "wait", "running");
  expect(await other.engine.cancel(result.id, "Ada")).toBe(true);
  await ended(bench.pool, result.id);
  expect(await bench.summary(result.id)).toMatchObject({
    status: "cancelled",
    message: "Stopped by Ada.",
    tasks: { wait: { status: "cancelled" } },
  });
  expect(await other.engine.cancel(result.id, "Ada")).toBe(false);
  expect(await other.engine.retry(result.id)).toBe(true);
  // Not its end as such: late news of the cancelled run tells of an end, too.
  await reached(bench.pool, result.id, "wait", "succeeded");
  expect(await bench.summary(result.id)).toMatchObject({ status: "succeeded", tasks: { wait: { attempt: 2 } } });
  await other.close();
}, 60_000);
