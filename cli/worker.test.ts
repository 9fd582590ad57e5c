/** `heddle worker` as it is used: a process of its own against a real server, killed, frozen, cut off and drained. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findEngine } from "@/server/executor/docker/find-engine";
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
export const whole = sum === 3_750_000 && back.length === 2_500_000 && back[2_499_999] === 21.5;
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
  expect(outputs).toMatchObject({ whole: "boolean · true", count: "number · 2000" });

  const far = run.taskRuns.find(({ taskKey }) => taskKey === "far")!;
  const { records } = (await bench.person.call("run.logs", { taskRunId: far.id, attempt: 1 })).data as { records: { text: string }[] };
  expect(records.map(({ text }) => text)).toEqual(["far é from the data folder"]);
  const { rows } = await bench.server.heddle.database.pool.query(
    "select count(*)::int as points, count(distinct seq)::int as seqs from metric_point p join metric_series s on s.id = p.series_id where s.task_run_id = $1",
    [far.id],
  );
  expect(rows).toEqual([{ points: 50, seqs: 50 }]);
  const artifacts = await bench.server.heddle.database.pool.query(
    "select name, value ->> 'bytes' as bytes from artifact where run_id = $1",
    [id],
  );
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

/** In its first attempt it waits until it is killed; in the second it ends at once. Tells that it has begun. */
const patient = `// %% Patient pool=far
import { run } from "heddle";
console.log("begun", run.attempt);
if (run.attempt === 1) await new Promise((resolve) => setTimeout(resolve, 600_000));
export const attempt = run.attempt;
`;

/** Ends by itself once a file of this name appears. */
const awaited = (file: string) => `// %% Awaited pool=far
import { metric } from "heddle";
const { existsSync } = process.getBuiltinModule("node:fs");
let step = 0;
for (; !existsSync(${JSON.stringify(file)}); step++) {
  if (step % 10 === 0) metric("turn", step, { step });
  await new Promise((resolve) => setTimeout(resolve, 20));
}
console.log("seen");
export const done = step > 0;
`;

test("the page's list shows machine, slots and what runs there; a drained worker takes nothing until it may again", async () => {
  const file = path.join(worker.home, "go-1");
  const id = await bench.start(awaited(file));
  await bench.begun(id);
  const views = await bench.workers();
  expect(views.map(({ kind, state, pools }) => ({ kind, state, pools }))).toEqual([
    { kind: "server", state: "online", pools: ["default"] },
    { kind: "worker", state: "online", pools: ["far"] },
  ]);
  const rig = views[1]!;
  expect(rig).toMatchObject({ name: "rig", labels: { room: "cellar" }, executor: "process" });
  expect(rig.slots.total).toBe(3);

  expect((await bench.person.mutate("worker.drain", { id: rig.id, on: true })).status).toBe(200);
  await worker.says("drains this worker");
  const waiting = await bench.start(awaited(file));
  const queued = await bench.until(waiting, ({ taskRuns }) => taskRuns[0]!.status === "queued");
  const why = await bench.person.call("run.whyWaiting", { taskRunId: queued.taskRuns[0]!.id });
  expect(JSON.stringify(why.data)).toContain("No worker serves the pool “far” now: rig is draining.");
  // What it has is ended.
  fs.writeFileSync(file, "");
  expect((await bench.ended(id)).status).toBe("succeeded");
  expect((await bench.get(waiting)).taskRuns[0]!.status).toBe("queued");
  expect((await bench.person.mutate("worker.drain", { id: rig.id, on: false })).status).toBe(200);
  expect((await bench.ended(waiting)).status).toBe("succeeded");
  expect((await bench.person.mutate("worker.remove", { id: rig.id })).code).toBe("CONFLICT");
}, 60_000);

test("a run that is cancelled stops on the worker", async () => {
  const id = await bench.start(patient);
  await bench.begun(id);
  await bench.person.mutate("run.cancel", { id });
  expect((await bench.ended(id)).status).toBe("cancelled");
  expect(await bench.attempts(id)).toMatchObject([{ status: "cancelled", reason: "cancelled" }]);
}, 60_000);

test("a server that is started anew while a worker's task runs finds it again: it goes on, and nothing is lost or doubled", async () => {
  const file = path.join(worker.home, "go-2");
  const id = await bench.start(awaited(file));
  await bench.begun(id);
  const { taskRuns } = await bench.get(id);
  await bench.restart();
  await worker.says("Connected again");
  fs.writeFileSync(file, "");
  const run = await bench.ended(id);
  expect(run.status).toBe("succeeded");
  expect(await bench.attempts(id)).toMatchObject([{ attempt: 1, status: "succeeded" }]);
  const { rows } = await bench.server.heddle.database.pool.query<{ seq: number }>(
    "select seq from metric_point p join metric_series s on s.id = p.series_id where s.task_run_id = $1 order by seq",
    [taskRuns[0]!.id],
  );
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, n) => n));
  const logs = await bench.person.call("run.logs", { taskRunId: taskRuns[0]!.id, attempt: 1 });
  expect((logs.data as { records: { text: string }[] }).records.map(({ text }) => text)).toEqual(["seen"]);
}, 90_000);

test("a worker that is killed and started again takes up what it left at work", async () => {
  const mine = bench.worker({ pools: ["other"], name: "phoenix" });
  await mine.connected();
  const file = path.join(mine.home, "go-3");
  const id = await bench.start(awaited(file).replace("pool=far", "pool=other"));
  await bench.begun(id);
  await mine.kill();
  const again = bench.worker({ pools: ["other"], name: "phoenix", home: mine.home });
  await again.says("1 attempts of an earlier process");
  await again.connected();
  fs.writeFileSync(file, "");
  expect((await bench.ended(id)).status).toBe("succeeded");
  expect(await bench.attempts(id)).toMatchObject([{ attempt: 1, status: "succeeded" }]);
  // Ctrl-C: with nothing to end it leaves at once, and can be removed.
  again.signal("SIGINT");
  expect(await again.exit).toBe(0);
  const gone = (await bench.workers()).find(({ name }) => name === "phoenix")!;
  expect(gone.state).toBe("gone");
  expect((await bench.person.mutate("worker.remove", { id: gone.id })).status).toBe(200);
  expect((await bench.workers()).map(({ name }) => name)).not.toContain("phoenix");
}, 90_000);

test("Ctrl-C ends what it has first; a second one stops it and the task goes elsewhere", async () => {
  const mine = bench.worker({ pools: ["short"], name: "first" });
  await mine.connected();
  const id = await bench.start(patient.replace("pool=far", "pool=short"));
  await bench.begun(id);
  mine.signal("SIGINT");
  await mine.says("1 attempts are ended first");
  const other = bench.worker({ pools: ["short"], name: "second" });
  await other.connected();
  mine.signal("SIGINT");
  expect(await mine.exit).toBe(0);
  expect((await bench.ended(id)).status).toBe("succeeded");
  expect(await bench.attempts(id)).toMatchObject([
    { attempt: 1, status: "lost", reason: "lease-lost", handle: expect.stringContaining("worker/first/") as string },
    { attempt: 2, status: "succeeded", handle: expect.stringContaining("worker/second/") as string },
  ]);
}, 90_000);

test("only a worker's token of an owner opens the door, and opens nothing else", async () => {
  const { url } = bench.server;
  const make = async (scope: string) =>
    ((await bench.person.mutate("workspace.createToken", { name: "t", scope })).data as { token: string }).token;
  const plain = bench.worker({ token: await make("owner"), name: "stranger" });
  expect(await plain.exit).toBe(2);
  expect(plain.output).toContain("refuses this token");
  expect(fs.existsSync(path.join(plain.home, "worker-id"))).toBe(false);
  for (const procedure of ["run.list", "worker.list", "workspace.session", "notebook.list"]) {
    expect((await query(url, procedure, {}, { authorization: `Bearer ${bench.token}` })).status, procedure).toBe(401);
  }
  // Revoked while connected.
  const made = (await bench.person.mutate("workspace.createToken", { name: "brief", scope: "worker" })).data as {
    id: string;
    token: string;
  };
  const brief = bench.worker({ token: made.token, name: "brief", pools: ["brief"] });
  await brief.connected();
  await bench.person.mutate("workspace.revokeToken", { id: made.id });
  expect(await brief.exit).toBe(2);
  expect(brief.output).toContain("revoked");
}, 60_000);

test("plain http to another machine is refused unless somebody insists, and so is nonsense", async () => {
  for (const [server, words] of [
    ["http://192.0.2.1:4680", "is not encrypted"],
    ["ftp://heddle.example.org", "is no address of a server"],
  ] as const) {
    const mine = bench.worker({ server, name: "lost" });
    expect(await mine.exit).toBe(2);
    expect(mine.output).toContain(words);
  }
}, 30_000);

test.runIf(docker.ok)(
  "in containers, too",
  async () => {
    const mine = bench.worker({ executor: "docker", pools: ["boxed"], name: "boxed" });
    await mine.says("Cells run in containers");
    await mine.connected();
    const id = await bench.start(values.replaceAll("pool=far", "pool=boxed"));
    const run = await bench.ended(id);
    expect(run.status, run.message).toBe("succeeded");
  },
  180_000,
);
