/** Notebooks that run notebooks: real Postgres, real processes. */
import fs from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase } from "../db/database";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { listRuns } from "./list-runs";
import { viewRun } from "./view-run";
import { viewTaskRun } from "./view-task-run";
import { addNotebook, ended, hear, openWorkbench, reached, type Workbench } from "./testing/workbench";

let database: TestDatabase;
let bench: Workbench;

beforeAll(async () => {
  database = await createTestDatabase();
  // One slot: whoever waited in it would wait for ever.
  bench = await openWorkbench(database.url, { capacity: { cpu: 1, memory: 8 * 1024 ** 3 }, callLimits: { depth: 24, total: 100 } });
  await addNotebook(
    bench.pool,
    "Add one",
    `// %% Parameters [params]
import { param } from "heddle";
export const n = param(0, { min: 0, integer: true });
const name = param("x", { options: ["x", "y"] });

// %% Add
export const sum = n + 1;
export const big = new Float64Array(20_000).fill(n);
export const label = name + n;
`,
  );
});
afterAll(async () => {
  await bench.close();
  await database.drop();
});

async function children(runId: string) {
  const { rows } = await bench.pool.query<{
    number: number;
    trigger: string;
    status: string;
    nth: number;
    try: number;
    call: number;
    depth: number;
  }>(
    `select r.number, r.trigger, r.status, r.message, s.nth, s.try, s.call, s.depth from sub_run s left join run r on r.id = s.child_run_id
     where s.parent_run_id = $1 order by s.call, s.try, r.number`,
    [runId],
  );
  return rows;
}

test("a loop runs another notebook with each of its values and reads what it exports", async () => {
  const run = await bench.run(`// %% Call
import { runNotebook } from "heddle";
type Added = { sum: number; n: number; big: Float64Array; label: string };
const seen: number[] = [];
let last: Added | undefined;
for (let n = 0; n < 3; n++) {
  last = await runNotebook<Added>("Add one", { n: seen.at(-1) ?? 10, name: "y" });
  seen.push(last.sum);
}
const names = Object.keys(last!).sort().join();
const mean = last!.big.reduce((a, b) => a + b, 0) / last!.big.length;
const label = last!.label;
const given = last!.n;

// %% Report
export const report = [seen.join(), names, mean, label, given].join(" | ");
`);
  expect(bench.problems).toEqual([]);
  expect(run).toMatchObject({
    status: "succeeded",
    tasks: { report: { outputs: { report: expect.stringContaining("11,12,13 | big,label,n,sum | 12 | y12 | 12") } } },
  });
  expect(await children(run.id)).toMatchObject([
    { trigger: "notebook", status: "succeeded", call: 0, nth: 0, try: 0, depth: 1 },
    { call: 1 },
    { call: 2 },
  ]);
});

test("fifty calls at once are fifty runs, also of the same parameters", async () => {
  const run = await bench.run(`// %% Call
import { runNotebook } from "heddle";
const all = await Promise.all(Array.from({ length: 50 }, (_, i) => runNotebook<{ sum: number }>("add-one", { n: i % 10 })));
export const total = all.reduce((sum, one) => sum + one.sum, 0);
`);
  expect(run.tasks.call!.outputs.total).toBe("number · 275");
  const rows = await children(run.id);
  expect(rows).toHaveLength(50);
  expect(rows.map(({ nth }) => nth)).toEqual(Array.from({ length: 50 }, (_, i) => Math.floor(i / 10)));
  // Their numbers follow the calls.
  expect(rows.map(({ number }) => number)).toEqual(rows.map((_, i) => rows[0]!.number + i));
}, 60_000);

test("a notebook calls itself twenty deep, with one slot", async () => {
  const text = `// %% Parameters [params]
import { param } from "heddle";
const n = param(20);

// %% Count
import { runNotebook } from "heddle";
export const count: number = n === 0 ? 0 : 1 + (await runNotebook<{ count: number }>("Countdown", { n: n - 1 })).count;
`;
  const notebookId = await addNotebook(bench.pool, "Countdown", text);
  const run = await bench.run(text, { notebookId });
  expect(run.tasks.count!.outputs.count).toBe("number · 20");
  const { rows } = await bench.pool.query("select max(depth) as depth, count(*)::int as count from sub_run where root_run_id = $1", [
    run.id,
  ]);
  expect(rows).toEqual([{ depth: 20, count: 20 }]);
  const deeper = await bench.run(text, { notebookId, params: { n: 40 } });
  expect(deeper).toMatchObject({ status: "failed" });
  const { rows: errors } = await bench.pool.query<{ message: string }>(
    "select t.error->>'message' as message from sub_run s join task_run t on t.run_id = s.child_run_id where s.root_run_id = $1 and s.depth = 24",
    [deeper.id],
  );
  expect(errors[0]!.message).toContain("runNotebook() is 24 runs deep here");
}, 60_000);

test("a notebook calls itself deeper than its pool has places, and than runs are allowed at once", async () => {
  const text = `// %% Parameters [params]
import { param } from "heddle";
const n = param(4);

// %% Count pool=narrow
import { runNotebook } from "heddle";
export const count: number = n === 0 ? 0 : 1 + (await runNotebook<{ count: number }>("Narrow", { n: n - 1 })).count;
`;
  const notebookId = await addNotebook(bench.pool, "Narrow", text);
  await bench.pool.query(
    `insert into concurrency_limit (workspace_id, kind, name, slots, runs, updated_by)
     values ('w1', 'pool', 'narrow', 1, null, 'test'), ('w1', 'workspace', '', null, 1, 'test'), ('w1', 'notebook', $1, null, 1, 'test')`,
    [notebookId],
  );
  await bench.engine.readLimits();
  const run = await bench.run(text, { notebookId });
  expect(bench.problems).toEqual([]);
  expect(run.tasks.count!.outputs.count).toBe("number · 4");
  await bench.pool.query("delete from concurrency_limit");
  await bench.engine.readLimits();
}, 60_000);

test("a run that starts too many others is told so", async () => {
  const run = await bench.run(`// %% Call
import { runNotebook } from "heddle";
let started = 0;
try {
  for (; started < 200; started++) await runNotebook("Add one", { n: started % 7 });
} catch (error) {
  console.log(error);
  throw error;
}
`);
  expect(run.status).toBe("failed");
  const { rows } = await bench.pool.query("select error->>'message' as message from task_run where run_id = $1", [run.id]);
  expect(rows[0].message).toContain("has started 100 runs with runNotebook()");
}, 60_000);

test("a failure of the other notebook can be caught, and says which run it was and why", async () => {
  await addNotebook(bench.pool, "Fail", `// %% Break\nthrow new RangeError("no such luck");\n`);
  const run = await bench.run(`// %% Call
import { runNotebook, type NotebookRunError } from "heddle";
let caught: NotebookRunError | undefined;
try {
  await runNotebook("Fail");
} catch (error) {
  caught = error as NotebookRunError;
}
export const told = [caught!.name, caught!.status, caught!.reason, caught!.notebook, caught!.runNumber].join(" | ");

// %% Uncaught after=call
import { runNotebook } from "heddle";
await runNotebook("Fail");
`);
  const [first] = await children(run.id);
  expect(run.tasks.call!.outputs.told).toContain(`NotebookRunError | failed | exception | Fail | ${first!.number}`);
  expect(run.tasks.uncaught).toMatchObject({ status: "failed", reason: "exception" });
  const { rows } = await bench.pool.query("select error from task_run where id = $1", [run.tasks.uncaught!.id]);
  expect(rows[0].error.message).toMatch(/^Run \d+ of “Fail” failed: “Break” failed\..* RangeError: no such luck$/);
  expect(rows[0].error.frames[0]).toMatchObject({ cellKey: "uncaught", line: 2 });
});

test("what cannot be started is refused with all faults, before anything runs", async () => {
  await addNotebook(bench.pool, "Broken", "// %% One\nconst a = ;\n");
  const run = await bench.run(`// %% Call
import { runNotebook } from "heddle";
const refusal = (name: string, params = {}) => runNotebook(name, params).then(() => "", (error) => error.message);
export const told = JSON.stringify([await refusal("Ad one"), await refusal("Add one", { n: -1, name: "z", m: 1 }), await refusal("Broken"), await refusal("Zebra crossing")]);
`);
  const { rows } = await bench.pool.query("select outputs->'told'->'inline' as inline from task_run where run_id = $1", [run.id]);
  const text = Buffer.from(rows[0].inline, "base64").toString();
  expect(text).toContain("There is no notebook called “Ad one”. Did you mean “Add one”?");
  expect(text).toContain("There is no notebook called “Zebra crossing”.");
  for (const fault of ["has to be 0 or more", "has to be one of", "There is no parameter"]) expect(text).toContain(fault);
  expect(text).toContain("“Broken” cannot be run: it has errors.");
  expect(await children(run.id)).toEqual([]);
});

const waiting = `// %% Wait
import { dataset } from "heddle";
import fs from "node:fs";
while (!fs.existsSync("data/go-on")) await new Promise((resolve) => setTimeout(resolve, 20));
export const waited = 7;
`;

test("stopping the caller stops the runs that it waits for", async () => {
  await addNotebook(bench.pool, "Wait for ever", `// %% Wait\nawait new Promise(() => setInterval(() => {}, 1000));\n`);
  const submitted = await bench.submit(`// %% Call
import { runNotebook } from "heddle";
await Promise.all([runNotebook("Wait for ever"), runNotebook("Wait for ever")]);
`);
  if (!submitted.ok) throw new Error(submitted.message);
  const called = await bothCalled(submitted.id);
  // One has the only slot, the other waits for it.
  await Promise.race(called.map((id) => reached(bench.pool, id, "wait", "running")));
  await bench.engine.cancel(submitted.id, "Ada");
  await ended(bench.pool, submitted.id);
  for (const id of called) await ended(bench.pool, id);
  expect(await children(submitted.id)).toMatchObject([
    { status: "cancelled", message: "Stopped by the run that called it." },
    { status: "cancelled" },
  ]);
  expect(bench.engine.load().attempts).toBe(0);
});

test("a task that is tried again keeps the runs that succeeded and starts the failed one anew", async () => {
  await addNotebook(
    bench.pool,
    "Fail once",
    `// %% Look
import { run } from "heddle";
import fs from "node:fs";
const first = !fs.existsSync("data/second");
if (first) throw new Error("first time");
export const fine = 1;
`,
  );
  const run = await bench.run(`// %% Call retries=1 retryDelay=0s
import { run, runNotebook } from "heddle";
import fs from "node:fs";
const one = await runNotebook<{ sum: number }>("Add one", { n: 3 });
const two = await runNotebook<{ fine: number }>("Fail once");
export const sum = one.sum + two.fine;
`);
  expect(run.status).toBe("failed");
  expect(await children(run.id)).toMatchObject([
    { call: 0, try: 0, status: "succeeded" },
    { call: 1, try: 0, status: "failed" },
    { call: 1, try: 1, status: "failed" },
  ]);
  fs.writeFileSync(`${bench.home}/data/w1/second`, "");
  const end = hear((news) => news.type === "changed" && news.runId === run.id && news.ended);
  await bench.engine.retry(run.id);
  await end;
  expect((await bench.summary(run.id)).tasks.call!.outputs.sum).toBe("number · 5");
  expect(await children(run.id)).toMatchObject([
    { call: 0, try: 0, status: "succeeded" },
    { call: 1, try: 0 },
    { call: 1, try: 1 },
    { call: 1, try: 2, status: "succeeded" },
  ]);
});

test("a process that is lost while it waits starts no run a second time", async () => {
  await addNotebook(bench.pool, "Wait", waiting);
  const submitted = await bench.submit(`// %% Call
import { run, runNotebook } from "heddle";
import fs from "node:fs";
const before = await runNotebook<{ sum: number }>("Add one", { n: 1 });
console.log("pid", process.pid);
const [one, two] = await Promise.all([runNotebook<{ waited: number }>("Wait"), runNotebook<{ waited: number }>("Wait")]);
export const result = [run.attempt, before.sum, one.waited, two.waited].join(" ");
`);
  if (!submitted.ok) throw new Error(submitted.message);
  const harness = await parkedHarness(submitted.id, 3);
  process.kill(harness, "SIGKILL");
  await hear((news) => news.type === "changed" && news.runId === submitted.id);
  fs.writeFileSync(`${bench.home}/data/w1/go-on`, "");
  await ended(bench.pool, submitted.id);
  expect((await bench.summary(submitted.id)).tasks.call!.outputs.result).toContain("2 2 7 7");
  expect(await children(submitted.id)).toMatchObject([
    { call: 0, try: 0, status: "succeeded" },
    { call: 1, nth: 0, try: 0, status: "succeeded" },
    { call: 2, nth: 1, try: 0, status: "succeeded" },
  ]);
  const { rows } = await bench.pool.query("select attempt, status from attempt where task_run_id = $1 order by attempt", [
    `${submitted.id}-0`,
  ]);
  expect(rows).toMatchObject([
    { attempt: 1, status: "lost" },
    { attempt: 2, status: "succeeded" },
  ]);
}, 60_000);

test("a caller is not cached, the tasks of what it runs are, and pages know who called whom", async () => {
  const text = `// %% Call
import { runNotebook } from "heddle";
const { sum } = await runNotebook<{ sum: number }>("Add one", { n: 5 });

// %% Sneak
const heddle = await import("heddle");
const other = await heddle.runNotebook("Add one", { n: 5 });

// %% Read
export const read = sum;
`;
  await bench.run(text);
  const again = await bench.run(text);
  expect(again.tasks.call).toMatchObject({ status: "succeeded", why: "calls" });
  expect(again.tasks.sneak).toMatchObject({ status: "succeeded" });
  expect(again.tasks.read).toMatchObject({ status: "cached" });
  const { rows } = await bench.pool.query<{ child: string; status: string }>(
    `select s.child_run_id as child, t.status from sub_run s join task_run t on t.run_id = s.child_run_id where s.task_run_id = $1`,
    [again.tasks.call!.id],
  );
  expect(rows).toEqual([{ child: expect.any(String), status: "cached" }]);
  const web = openDatabase(database.url);
  const child = await viewRun(web, "w1", rows[0]!.child);
  expect(child).toMatchObject({ trigger: "notebook", calledBy: { runId: again.id, taskRunId: again.tasks.call!.id, taskTitle: "Call" } });
  expect(child.taskRuns[0]).toMatchObject({ calls: undefined });
  const parent = await viewRun(web, "w1", again.id);
  expect(parent.calledBy).toBeUndefined();
  expect(parent.taskRuns[0]).toMatchObject({ calls: { total: 1, live: 0 } });
  const task = await viewTaskRun(web, "w1", again.tasks.call!.id);
  expect(task.calledRuns).toMatchObject([
    { id: child.id, number: child.number, notebookTitle: "Add one", status: "succeeded", params: { n: 5 } },
  ]);
  const listed = await listRuns(web, "w1", { trigger: "notebook", limit: 200 });
  expect(listed.rows.map(({ id }) => id)).toContain(child.id);
  expect(listed.rows.every(({ trigger }) => trigger === "notebook")).toBe(true);
  await expect(viewTaskRun(web, "w2", again.tasks.call!.id)).rejects.toThrow();
  await web.close();
});

/** Once a run has two children that have begun: their ids. */
async function bothCalled(runId: string): Promise<string[]> {
  for (;;) {
    const heard = hear((news) => news.type === "calls" && news.runId === runId);
    const { rows } = await bench.pool.query<{ id: string }>(
      "select s.child_run_id as id from sub_run s join run r on r.id = s.child_run_id where s.parent_run_id = $1 order by s.call",
      [runId],
    );
    if (rows.length === 2) return rows.map(({ id }) => id);
    await heard;
  }
}

/** Once a run has so many children: the process id of the harness that holds its parked process. */
async function parkedHarness(runId: string, count: number): Promise<number> {
  for (;;) {
    const heard = hear((news) => (news.type === "calls" || news.type === "changed") && news.runId === runId);
    const { rows } = await bench.pool.query<{ handle: string | null }>("select handle from attempt where task_run_id = $1", [`${runId}-0`]);
    if ((await children(runId)).length === count && typeof rows[0]?.handle === "string") {
      const record = fs.readFileSync(`${bench.home}/harness/${rows[0].handle}/harness.json`, "utf8");
      return (JSON.parse(record) as { pid: number }).pid;
    }
    await heard;
  }
}
