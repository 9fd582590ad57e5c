/** `heddle worker` as it is used: a process of its own against a real server, killed, frozen, cut off and drained. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findEngine } from "@/server/executor/docker/find-engine";
import type { RunDetail } from "@/server/run/run-views";
import { query } from "@/server/testing/test-server";
import { openWorkerBench, type WorkerBench } from "./testing/worker-bench";
import type { WorkerProcess } from "./testing/worker-process";

let bench: WorkerBench;
let worker: WorkerProcess;
const docker = await findEngine();

beforeAll(async () => {
  bench = await openWorkerBench();
  worker = bench.worker({ args: ["--label", "room=cellar", "--slots", "3"] });
  await worker.connected();
}, 120_000);
afterAll(() => bench.close(), 60_000);

const values = `// %% Small here
const small = { n: 20, text: "é" };
const big = new Float64Array(2_500_000).fill(1.5);

// %% Far pool=far
import { dataset, metric, artifact } from "heddle";
for (let step = 0; step < 50; step++) metric("loss", 1 / (step + 1), { step });
console.log("far", small.text, (await dataset("note.txt").text()).trim());
artifact("weights", new Uint8Array(100_000).fill(7));
let sum = 0;
for (const x of big) sum += x;
const back = big.map((x) => x + small.n);
const rows = Array.from({ length: 2000 }, (_, n) => ({ n, word: "row " + n }));

// %% Each of them each="n of [1, 2, 3, 4, 5]" pool=far
const square = n * n;

// %% Home again
export const total = sum + back.length + back[0]!;
export const squares = square;
export const count = rows.length;
`;

test("a notebook runs partly on a worker: values both ways, data files, logs, metrics and artifacts, each once", async () => {
  const data = bench.server.heddle.home.dataDir(bench.person.workspaceId);
  fs.writeFileSync(path.join(data, "note.txt"), "from the data folder\n");
  const id = await bench.start(values);
  const run = await bench.ended(id);
  expect(run.message ?? "").toBe("");
  expect(run.status).toBe("succeeded");
  const outputs = Object.fromEntries(run.outputs.map(({ name, value }) => [name, value?.summary]));
  expect(outputs).toMatchObject({ total: `number · ${2_500_000 * 1.5 + 2_500_000 + 21.5}`.replace(/(\d)(?=(\d{3})+(\.|$))/g, "$1"), count: "number · 2000" });

  const far = run.taskRuns.find(({ taskKey }) => taskKey === "far")!;
  const { records } = (await bench.person.call("run.logs", { taskRunId: far.id, attempt: 1 })).data as { records: { text: string }[] };
  expect(records.map(({ text }) => text)).toEqual(["far é from the data folder"]);
  const { rows } = await bench.server.heddle.database.pool.query(
    "select count(*)::int as points, count(distinct seq)::int as seqs from metric_point p join metric_series s on s.id = p.series_id where s.task_run_id = $1",
    [far.id],
  );
  expect(rows).toEqual([{ points: 50, seqs: 50 }]);
  const artifacts = await bench.server.heddle.database.pool.query("select name, value ->> 'bytes' as bytes from artifact where run_id = $1", [id]);
  expect(artifacts.rows).toEqual([{ name: "weights", bytes: expect.stringMatching(/^1000\d\d$/) }]);
  const { rows: places } = await bench.server.heddle.database.pool.query<{ task_key: string; handle: string }>(
    "select t.task_key, a.handle from attempt a join task_run t on t.id = a.task_run_id where t.run_id = $1 and t.map_index is not null or t.id = $2",
    [id, far.id],
  );
  expect(places.length).toBe(6);
  for (const { handle } of places) expect(handle).toMatch(/^worker\/rig\//);
  // Its larger preview came along.
  const preview = await bench.person.call("run.preview", { taskRunId: far.id, name: "rows" });
  expect(JSON.stringify(preview.data)).toContain("row 150");
}, 120_000);
