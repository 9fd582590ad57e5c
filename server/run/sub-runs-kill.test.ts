/** A server killed while a cell waits for other notebooks, and the container of that cell killed with it. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPool, type Pool } from "../db/pool";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { findEngine } from "../executor/docker/find-engine";
import { ServerProcess } from "./testing/killable-server";
import { addNotebook } from "./testing/workbench";

let database: TestDatabase;
let pool: Pool;
const docker = await findEngine();

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  await addNotebook(
    pool,
    "Wait",
    `// %% Parameters [params]
import { param } from "heddle";
const n = param(0);

// %% Wait
import fs from "node:fs";
while (!fs.existsSync("data/go-on")) await new Promise((resolve) => setTimeout(resolve, 10));
export const waited = n;
`,
  );
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const text = `// %% Call
import { run, runNotebook } from "heddle";
const marks: string[] = [];
for (const n of [1, 2]) marks.push((await Promise.all([n, n + 10].map((each) => runNotebook<{ waited: number }>("Wait", { n: each })))).map(({ waited }) => waited).join("+"));
export const result = marks.join(" ") + " in attempt " + run.attempt;
`;

/** Kills the server while the cell waits, then, perhaps, its harness too while no server is there. */
async function killWhileParked(executor: "process" | "docker", harnessToo: boolean): Promise<void> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-parked-"));
  const data = path.join(home, "data", "w1");
  fs.mkdirSync(data, { recursive: true });
  let server = new ServerProcess({ databaseUrl: database.url, home, executor });
  await server.hear("ready");
  server.send({ type: "submit", text });
  const {
    result: { id },
  } = await server.hear("accepted");
  const calls = async () =>
    (
      await pool.query<{ id: string; status: string | null; attempt: string | null; try: number }>(
        `select s.child_run_id as id, r.status, s.try,
           (select a.status from attempt a join task_run t on t.id = a.task_run_id where t.run_id = r.id order by a.attempt desc limit 1) as attempt
         from sub_run s left join run r on r.id = s.child_run_id where s.parent_run_id = $1 order by s.call`,
        [id],
      )
    ).rows;
  let handle: string | undefined;
  // Both wait: each in its process, with the caller's place.
  for (;;) {
    const now = await calls();
    const { rows } = await pool.query<{ handle: string | null }>("select handle from attempt where task_run_id = $1", [`${id}-0`]);
    handle = rows[0]?.handle ?? undefined;
    if (handle !== undefined && now.length === 2 && now.every(({ attempt }) => attempt === "running")) break;
    await server.hear("changed");
  }
  const first = await calls();
  await server.kill();
  if (harnessToo) await killHarness(executor, home, handle);
  server = new ServerProcess({ databaseUrl: database.url, home, executor });
  await server.hear("ready");
  fs.writeFileSync(path.join(data, "go-on"), "");
  const { rows: before } = await pool.query("select status from run where id = $1", [id]);
  if (before[0].status === "running") await server.hear("changed", (word) => word.runId === id && word.ended);
  await server.close();

  const { rows: ended } = await pool.query("select outputs->'result'->>'summary' as result, attempt from task_run where run_id = $1", [id]);
  expect(ended).toEqual([{ result: `string · "1+11 2+12 in attempt ${harnessToo ? 2 : 1}"`, attempt: harnessToo ? 2 : 1 }]);
  const last = await calls();
  expect(last.map((each) => [each.status, each.try])).toEqual(Array.from({ length: 4 }, () => ["succeeded", 0]));
  expect(last.slice(0, 2).map((each) => each.id)).toEqual(first.map((each) => each.id));
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}

async function killHarness(executor: "process" | "docker", home: string, handle: string): Promise<void> {
  if (executor === "docker") return new Docker().getContainer(handle).kill() as Promise<void>;
  const { pid } = JSON.parse(fs.readFileSync(path.join(home, "harness", handle, "harness.json"), "utf8")) as { pid: number };
  process.kill(pid, "SIGKILL");
}

test("kill -9 of the server: a waiting process goes on with the runs that it had started", () => killWhileParked("process", false), 60_000);
test("kill -9 of server and process: the next attempt takes up the runs of the first", () => killWhileParked("process", true), 60_000);

// Without an engine there are no containers to lose; HEDDLE_REQUIRE_DOCKER makes its absence a failure.
if (docker.ok || process.env.HEDDLE_REQUIRE_DOCKER === "1") {
  test(
    "kill -9 of the server: a waiting container goes on with the runs that it had started",
    () => killWhileParked("docker", false),
    90_000,
  );
  test("kill -9 of server and container: the next attempt takes up the runs of the first", () => killWhileParked("docker", true), 90_000);
}
