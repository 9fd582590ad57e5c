/** A server that is killed in the middle of a run and started again: the run ends as if nothing had happened. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPool, type Pool } from "../db/pool";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { findEngine } from "../executor/docker/find-engine";
import { ServerProcess } from "./testing/killable-server";

let database: TestDatabase;
let pool: Pool;
const docker = await findEngine();

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const elements = 40;

const text = `// %% Steps
const steps = Array.from({ length: ${elements} }, (_, n) => n);

// %% Train each="n of steps"
import { metric } from "heddle";
for (let step = 0; step < 60; step++) {
  metric("loss", n * 1000 + step, { step });
  if (step % 4 === 0) console.log("step", step);
  await new Promise((resolve) => setTimeout(resolve, 4));
}
const loss = n;

// %% Report
export const report = loss.reduce((a, b) => a + b, 0);
`;

async function killAndGoOn(executor: "process" | "docker"): Promise<void> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-kill-"));
  fs.mkdirSync(path.join(home, "data", "w1"), { recursive: true });
  let server = new ServerProcess({ databaseUrl: database.url, home, executor });
  await server.hear("ready");
  server.send({ type: "submit", text });
  const {
    result: { id },
  } = await server.hear("accepted");
  // Killed three times: early, then each time something more was saved.
  let over = false;
  let hits = 0;
  for (let kills = 0; kills < 3; kills++) {
    for (let saves = 0; saves < 2 && !over; saves++) over = (await server.hear("changed", (word) => word.runId === id)).ended;
    await server.kill();
    if (!over) hits++;
    server = new ServerProcess({ databaseUrl: database.url, home, executor });
    await server.hear("ready");
  }
  const {
    rows: [run],
  } = await pool.query("select status from run where id = $1", [id]);
  if (run.status !== "succeeded") await server.hear("changed", (word) => word.runId === id && word.ended);
  await server.close();

  expect(server.errors).toBe("");
  // Otherwise the kills came too late to prove anything.
  expect(hits).toBeGreaterThan(0);
  const {
    rows: [ended],
  } = await pool.query("select status, message from run where id = $1", [id]);
  expect(ended).toEqual({ status: "succeeded", message: null });
  const { rows: succeeded } = await pool.query(
    "select t.id, count(*) filter (where a.status = 'succeeded')::int as n from task_run t join attempt a on a.task_run_id = t.id where t.run_id = $1 group by t.id",
    [id],
  );
  expect(succeeded).toHaveLength(elements + 3);
  expect(succeeded.every(({ n }) => n === 1)).toBe(true);
  // Of each task run's successful attempt: every point once, and what it logged.
  const { rows: points } = await pool.query(
    `select s.task_run_id, count(*)::int as n, count(distinct p.step)::int as steps from metric_series s join metric_point p on p.series_id = s.id
     join attempt a on a.task_run_id = s.task_run_id and a.attempt = s.attempt and a.status = 'succeeded' where s.run_id = $1 group by 1`,
    [id],
  );
  expect(points).toHaveLength(elements);
  expect(points.every(({ n, steps }) => n === 60 && steps === 60)).toBe(true);
  const { rows: logs } = await pool.query(
    `select a.log_records, a.log_cut from attempt a join task_run t on t.id = a.task_run_id where t.run_id = $1 and t.map_index is not null
     and a.status = 'succeeded'`,
    [id],
  );
  expect(logs).toEqual(Array.from({ length: elements }, () => ({ log_records: 15, log_cut: 0 })));
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

test("kill -9 three times in the middle of a run of local processes", () => killAndGoOn("process"), 120_000);

// Without an engine there are no containers to lose; HEDDLE_REQUIRE_DOCKER makes its absence a failure.
if (docker.ok || process.env.HEDDLE_REQUIRE_DOCKER === "1") {
  test("kill -9 three times in the middle of a run in containers", () => killAndGoOn("docker"), 180_000);
}
