/** What people do to runs, on a real engine: approvals, waits, pause, stop, clear, mark, dry run. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { toOutputs } from "./command-run";
import { ServerProcess } from "./testing/killable-server";
import { ended, openWorkbench, reached, toSpec, type Changes, type RunSummary, type Workbench } from "./testing/workbench";

let database: TestDatabase;
let bench: Workbench;
beforeAll(async () => {
  database = await createTestDatabase();
  bench = await openWorkbench(database.url, { leaseSeconds: 2 });
});
afterAll(async () => {
  await bench.close();
  await database.drop();
  expect(bench.problems).toEqual([]);
});

async function submit(text: string, changes?: Changes): Promise<string> {
  const result = await bench.submit(text, changes);
  if (!result.ok) throw new Error(result.message);
  return result.id;
}

async function end(id: string): Promise<RunSummary> {
  await ended(bench.pool, id);
  return bench.summary(id);
}

const statuses = ({ tasks }: RunSummary) =>
  Object.fromEntries(
    Object.entries(tasks).map(([key, { status, reason }]) => [key, reason === undefined ? status : `${status} ${reason}`]),
  );

const asking = `// %% Train
const error = 0.25;

// %% Promote? [approval] form="rate:number, note:text=none, tier:gold|silver" timeout=1h
// The error is \${error}. Promote it?

// %% Deploy
export const deployed = [rate * 2, note.toUpperCase(), tier, error].join(" ");
`;

test("an approval holds no attempt, and its answers reach the cells as values with types", async () => {
  const id = await submit(asking, { cache: "off" });
  await reached(bench.pool, id, "promote", "waiting");
  expect(bench.engine.load().attempts).toBe(0);
  const outputs = toOutputs({ rate: 0.5, note: "ship it", tier: "gold" });
  expect(await bench.engine.command(id, { type: "answered", ordinal: 0, approved: true, outputs, note: "fine", by: "Ada" })).toBe(false);
  const ordinal = Number((await bench.summary(id)).tasks["promote"]!.id.split("-").at(-1));
  expect(await bench.engine.command(id, { type: "answered", ordinal, approved: true, outputs, note: "fine", by: "Ada" })).toBe(true);
  expect(await bench.engine.command(id, { type: "answered", ordinal, approved: false, outputs: {}, note: undefined, by: "Bob" })).toBe(
    false,
  );
  const run = await end(id);
  expect(run).toMatchObject({ status: "succeeded", tasks: { deploy: { outputs: { deployed: 'string · "1 SHIP IT gold 0.25"' } } } });
  expect(run.tasks["promote"]!.attempt).toBe(0);
});

test("a rejection fails the task and the run, and both say who and why", async () => {
  const id = await submit(asking, { cache: "off" });
  await reached(bench.pool, id, "promote", "waiting");
  const ordinal = Number((await bench.summary(id)).tasks["promote"]!.id.split("-").at(-1));
  await bench.engine.command(id, { type: "answered", ordinal, approved: false, outputs: {}, note: "too costly", by: "Ada" });
  const run = await end(id);
  expect(run).toMatchObject({ status: "failed", reason: "rejected", message: "“Promote?” was rejected by Ada: too costly" });
  expect(statuses(run)).toEqual({ train: "succeeded", promote: "failed rejected", deploy: "skipped upstream-failed" });
  // Retried, it asks again.
  expect(await bench.engine.retry(id)).toBe(true);
  await reached(bench.pool, id, "promote", "waiting");
  expect(await bench.engine.cancel(id, "Ada")).toBe(true);
  expect(await end(id)).toMatchObject({ status: "cancelled", message: "Stopped by Ada." });
});

test("an approval that nobody gives fails by its timeout, and a wait goes on by itself", async () => {
  const run = await bench.run(`// %% Ask [approval] timeout=50ms
// Well?

// %% Pause a moment [wait] for=20ms

// %% Then after=pause-a-moment
export const then = 1;
`);
  expect(statuses(run)).toEqual({ ask: "failed timeout", "pause-a-moment": "succeeded", then: "succeeded" });
  expect(run).toMatchObject({ status: "failed", reason: "timeout" });
});

test("an approval asks only when its condition holds", async () => {
  const text = (error: number) => `// %% Train
const error = ${error};

// %% Ask [approval] when="error > limit()"
// Sure?

// %% Rules
function limit() { return 0.5; }

// %% Go on join=done after=ask
export const done = error;
`;
  const calm = await bench.run(text(0.1));
  expect(statuses(calm)).toEqual({ train: "succeeded", ask: "skipped when-false", "go-on": "succeeded" });
  const id = await submit(text(0.9));
  await reached(bench.pool, id, "ask", "waiting");
  expect(await bench.engine.cancel(id)).toBe(true);
  expect(await end(id)).toMatchObject({ status: "cancelled" });
});

test("a paused run starts nothing new and lets what runs go on; resumed, it ends", async () => {
  const id = await submit(
    `// %% First
const first = await new Promise((resolve) => setTimeout(() => resolve(1), 150));

// %% Second
export const second = first + 1;
`,
    { cache: "off" },
  );
  await reached(bench.pool, id, "first", "running");
  expect(await bench.engine.command(id, { type: "pause-requested", by: "Ada" })).toBe(true);
  expect(await bench.engine.command(id, { type: "pause-requested", by: "Bob" })).toBe(false);
  await reached(bench.pool, id, "second", "queued");
  expect(statuses(await bench.summary(id))).toEqual({ first: "succeeded", second: "queued" });
  expect(bench.engine.load().attempts).toBe(0);
  expect(await bench.engine.command(id, { type: "resume-requested", by: "Bob" })).toBe(true);
  expect(await end(id)).toMatchObject({ status: "succeeded", tasks: { second: { outputs: { second: "number · 2" } } } });
  const { rows } = await bench.pool.query("select event->'acts' as acts from run_event where run_id = $1 and event ? 'acts' order by seq", [
    id,
  ]);
  expect(rows.flatMap(({ acts }) => acts)).toMatchObject([
    { type: "paused", by: "Ada" },
    { type: "resumed", by: "Bob" },
  ]);
});

const endless = `// %% Endless
const a = await new Promise(() => setInterval(() => {}, 1000));

// %% Tell on=exit
import { run } from "heddle";
export const told = run.status;
`;

test("a run that is stopped still runs its handlers; one that is terminated does not", async () => {
  for (const how of ["stop", "terminate"] as const) {
    const id = await submit(endless, { cache: "off" });
    await reached(bench.pool, id, "endless", "running");
    await bench.engine.command(id, { type: "cancel-requested", how, by: "Ada" });
    const run = await end(id);
    expect(run).toMatchObject({ status: "cancelled", message: "Stopped by Ada." });
    expect(run.tasks["tell"]).toMatchObject(
      how === "stop" ? { status: "succeeded", outputs: { told: 'string · "cancelled"' } } : { status: "cancelled", attempt: 0 },
    );
  }
});

test("a run that is out of time fails, and its handlers tell so", async () => {
  const run = await bench.run(endless, { cache: "off", timeout: 300 });
  expect(run).toMatchObject({ status: "failed", reason: "run-timeout" });
  expect(statuses(run)).toEqual({ endless: "cancelled run-timeout", tell: "succeeded" });
  expect(run.tasks["tell"]!.outputs).toEqual({ told: 'string · "failed"' });
  expect(toSpec("// ---\n// defaults: { runTimeout: 2h }\n// ---\n// %% A\nexport const a = 1;\n").dag.runTimeout).toBe(7_200_000);
});

const chain = `// %% Load
const seed = Math.random();

// %% Train each="n of [1, 2, 3]"
const model = seed + n + Math.random();

// %% Report
export const report = model.join(" ");

// %% Aside
export const aside = Math.random();

// %% Done on=exit
export const done = Date.now();
`;

test("clearing a task runs it and all downstream anew, and nothing else", async () => {
  const first = await bench.run(chain, { notebookId: "clear" });
  expect(first.status).toBe("succeeded");
  const load = Number(first.tasks["load"]!.id.split("-").at(-1));
  expect(await bench.engine.command(first.id, { type: "clear-requested", ordinal: load, by: "Ada" })).toBe(true);
  const again = await end(first.id);
  expect(again.status).toBe("succeeded");
  expect(again.tasks["load"]).toMatchObject({ status: "succeeded", attempt: 2, why: "cleared" });
  expect(again.tasks["train[1]"]).toMatchObject({ status: "succeeded", why: "cleared" });
  expect(again.tasks["report"]!.outputs).not.toEqual(first.tasks["report"]!.outputs);
  expect(again.tasks["aside"]).toEqual(first.tasks["aside"]);
  expect(again.tasks["done"]!.attempt).toBe(2);
  const { rows } = await bench.pool.query(
    "select status, reason, count(*)::int as n from task_run where run_id = $1 and map_index is not null group by 1, 2",
    [first.id],
  );
  expect(rows).toEqual(
    expect.arrayContaining([
      { status: "skipped", reason: "cleared", n: 3 },
      { status: "succeeded", reason: null, n: 3 },
    ]),
  );
  // What it gave now is what a later run finds.
  const later = await bench.run(chain, { notebookId: "clear" });
  expect(later.tasks["load"]).toMatchObject({ status: "cached", outputs: again.tasks["load"]!.outputs });
});

const failing = `// %% Load
export const rows = [1];

// %% Check
import { run } from "heddle";
export const checked = rows.length;
if (run.attempt < 2) throw new Error("no");

// %% Reads
export const reads = checked + 1;

// %% Follows after=check
export const follows = 1;

// %% Other
import { run as me } from "heddle";
if (me.attempt < 2) throw new Error("other");
export const other = 1;
`;

test("a task marked succeeded lets what follows go on, and fails who wants a value of it with its name", async () => {
  const first = await bench.run(failing, { cache: "off" });
  expect(statuses(first)).toMatchObject({
    check: "failed exception",
    reads: "skipped upstream-failed",
    follows: "skipped upstream-failed",
  });
  const check = Number(first.tasks["check"]!.id.split("-").at(-1));
  expect(await bench.engine.command(first.id, { type: "mark-requested", ordinal: check, as: "succeeded", note: "by eye", by: "Ada" })).toBe(
    true,
  );
  const marked = await end(first.id);
  expect(statuses(marked)).toMatchObject({
    check: "succeeded",
    reads: "failed missing-value",
    follows: "succeeded",
    other: "failed exception",
  });
  const { rows } = await bench.pool.query("select decision, error from task_run where id = any($1) order by decision is null", [
    [first.tasks["check"]!.id, first.tasks["reads"]!.id],
  ]);
  expect(rows[0].decision).toMatchObject({ type: "marked-succeeded", by: "Ada", note: "by eye" });
  expect(rows[1].error.message).toContain("has no value checked");
});

test("one task is retried, and the others stay as they are", async () => {
  const first = await bench.run(failing, { cache: "off" });
  const check = Number(first.tasks["check"]!.id.split("-").at(-1));
  expect(await bench.engine.command(first.id, { type: "retry-requested", ordinal: check, by: "Ada" })).toBe(true);
  const again = await end(first.id);
  expect(statuses(again)).toEqual({
    load: "succeeded",
    check: "succeeded",
    reads: "succeeded",
    follows: "succeeded",
    other: "failed exception",
  });
  expect(again).toMatchObject({ status: "failed", tasks: { other: { attempt: 1 } } });
  const load = Number(first.tasks["load"]!.id.split("-").at(-1));
  expect(await bench.engine.command(first.id, { type: "mark-requested", ordinal: load, as: "failed", note: undefined, by: "Ada" })).toBe(
    true,
  );
  expect(await end(first.id)).toMatchObject({ status: "failed", tasks: { load: { status: "failed", reason: "marked-failed" } } });
});

test("a dry run tells what is stored, what would run and why, and runs nothing", async () => {
  const text = (factor: number) => `// %% Parameters [params]
import { param } from "heddle";
const factor = param(${factor});

// %% Load
const rows = [1, 2];

// %% Each each="row of rows"
const plus = row * factor;

// %% Sum
export const sum = plus.length;

// %% Ask [approval] after=sum
// Well?

// %% Fresh cache=off
export const fresh = 1;
`;
  const spec = (factor: number, targets?: string[]) => ({ ...toSpec(text(factor), { notebookId: "plan" }), targets });
  const targets = ["fresh", "sum"];
  expect((await bench.run(text(2), { notebookId: "plan", targets })).status).toBe("succeeded");
  const verdicts = async (given: ReturnType<typeof spec>) =>
    Object.fromEntries(
      (await bench.engine.plan(given)).map(({ key, verdict, why, on }) => [key, [verdict, why?.type, ...on].filter(Boolean).join(" ")]),
    );
  expect(await verdicts(spec(2))).toEqual({
    load: "cached cached",
    each: "cached cached",
    sum: "cached cached",
    ask: "waits waits",
    fresh: "runs cache-off",
  });
  const changed = await verdicts(spec(3));
  expect(changed).toMatchObject({ load: "cached cached", sum: "depends each", ask: "depends sum" });
  expect(changed["each"]).toMatch(/^runs/);
  expect(await verdicts(spec(3, ["load"]))).toMatchObject({ load: "cached cached", each: "skipped", sum: "skipped" });
  const { rows } = await bench.pool.query("select count(*)::int as n from run where notebook_id = 'plan'");
  expect(rows).toEqual([{ n: 1 }]);
});

test("an approval and a pause survive a kill -9, and the answer may be given at another server", async () => {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-control-"));
  fs.mkdirSync(path.join(home, "data", "w1"), { recursive: true });
  // Nobody else takes the run before its own server is back.
  const options = { databaseUrl: database.url, home, leaseSeconds: 60 };
  const killed = new ServerProcess(options);
  await killed.hear("ready");
  killed.send({ type: "submit", text: asking });
  const { result } = await killed.hear("accepted");
  for (;;) {
    const { rows } = await bench.pool.query("select 1 from task_run where run_id = $1 and status = 'waiting'", [result.id]);
    if (rows.length > 0) break;
    await killed.hear("changed", (word) => word.runId === result.id);
  }
  // Asked of a server that does not own the run: its owner sees the wish.
  expect(await bench.engine.command(result.id, { type: "pause-requested", by: "Ada" })).toBe(true);
  await killed.kill();
  const server = new ServerProcess(options);
  await server.hear("ready");
  const ordinal = Number((await bench.summary(result.id)).tasks["promote"]!.id.split("-").at(-1));
  const outputs = toOutputs({ rate: 1, note: "a", tier: "silver" });
  expect(await bench.engine.command(result.id, { type: "answered", ordinal, approved: true, outputs, note: undefined, by: "Ada" })).toBe(
    true,
  );
  const { rows: held } = await (async () => {
    for (;;) {
      const found = await bench.pool.query(
        "select control from run r join task_run t on t.run_id = r.id where r.id = $1 and t.task_key = 'deploy' and t.status = 'queued'",
        [result.id],
      );
      if (found.rows.length > 0) return found;
      await server.hear("changed", (word) => word.runId === result.id);
    }
  })();
  expect(held[0].control.paused).toMatchObject({ by: "Ada" });
  await server.kill();
  // Paused still, for whoever has it now.
  const last = new ServerProcess(options);
  await last.hear("ready");
  expect(await bench.engine.command(result.id, { type: "resume-requested", by: "Ada" })).toBe(true);
  await last.hear("changed", (word) => word.runId === result.id && word.ended);
  await last.close();
  const run = await bench.summary(result.id);
  expect(run).toMatchObject({
    status: "succeeded",
    tasks: { deploy: { attempt: 1, outputs: { deployed: 'string · "2 A silver 0.25"' } } },
  });
  const { rows: wishes } = await bench.pool.query("select 1 from run_wish where run_id = $1", [result.id]);
  expect(wishes).toEqual([]);
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}, 120_000);

test("a command for a run that is nowhere does nothing", async () => {
  expect(await bench.engine.command("nowhere", { type: "pause-requested", by: "Ada" })).toBe(false);
});

test("fan-outs nest over values of the run: two variables with the last fastest, then over what they gave, then one reduce", async () => {
  const run = await bench.run(`// %% Grid
const rates = [0.1, 0.2];
const depths = ["a", "b", "c"];

// %% Fit each="rate of rates, depth of depths" when="rate < 0.2 || depth !== 'b'"
const model = rate * 10 + depth;

// %% Score each="m of model, fold of [1, 2]" concurrency=3
const score = m + fold;

// %% Reduce
export const all = score.join(" ");
export const shapes = [model.length, score.length].join();

// %% Told on=success
import { run } from "heddle";
export const told = run.status;
`);
  expect(run).toMatchObject({ status: "succeeded", tasks: { told: { status: "succeeded" } } });
  expect(run.tasks["fit[4]"]).toMatchObject({ status: "skipped", reason: "when-false" });
  expect(run.tasks["reduce"]!.outputs).toEqual({
    all: 'string · "1a1 1a2 1b1 1b2 1c1 1c2 2a1 2a2 2c1 2c2"',
    shapes: 'string · "5,10"',
  });
});
