/** Whole runs: real notebooks, compiled, on real Postgres and real processes. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPool } from "../db/pool";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { runHub } from "./run-hub";
import { ended, hear, openWorkbench, reached, type Workbench } from "./testing/workbench";

let database: TestDatabase;
let bench: Workbench;

beforeAll(async () => {
  database = await createTestDatabase();
  bench = await openWorkbench(database.url);
});
afterAll(async () => {
  await bench.close();
  await database.drop();
});

const statuses = (tasks: Record<string, { status: string; reason?: string | undefined }>) =>
  Object.fromEntries(
    Object.entries(tasks).map(([key, { status, reason }]) => [key, reason === undefined ? status : `${status} ${reason}`]),
  );

test("a notebook runs from its first cell to its last, and values travel", async () => {
  const run = await bench.run(`// %% Load
const rows = [1, 2, 3];

// %% Sum
const sum = rows.reduce((a, b) => a + b, 0);

// %% Report
export const report = "sum is " + sum;
`);
  expect(bench.problems).toEqual([]);
  expect(run).toMatchObject({ status: "succeeded", number: 1 });
  expect(statuses(run.tasks)).toEqual({ load: "succeeded", sum: "succeeded", report: "succeeded" });
  expect(run.tasks.report!.outputs.report).toContain("sum is 6");
});

test("what may start at once is claimed in the commit that accepts the run", async () => {
  const submitted = await bench.submit("// %% One\nconst one = 1;\n\n// %% Two\nexport const two = one + 1;\n", { cache: "off" });
  if (!submitted.ok) throw new Error(submitted.message);
  await ended(bench.pool, submitted.id);
  const { rows } = await bench.pool.query(
    "select event->'status' as status, event->'taskRuns' as tasks from run_event where run_id = $1 and seq = 1",
    [submitted.id],
  );
  expect(rows).toEqual([{ status: "running", tasks: [[`${submitted.id}-0`, "running", 1, null]] }]);
});

test("a fan-out gives its readers the values of its elements in order", async () => {
  const run = await bench.run(`// %% Numbers
const numbers = [1, 2, 3, 4];
const letters = ["a", "b"];

// %% Pair each="n of numbers, letter of letters" concurrency=2
const pair = letter + n;

// %% Join
export const joined = pair.join(" ");
`);
  expect(run.status).toBe("succeeded");
  expect(run.tasks.join!.outputs.joined).toContain("a1 b1 a2 b2 a3 b3 a4 b4");
  expect(run.tasks["pair[7]"]).toMatchObject({ status: "succeeded" });
});

test("a fan-out over a fan-out reads the gathered list, an empty one gives []", async () => {
  const run = await bench.run(`// %% Source
const xs = [1, 2, 3];
const none: number[] = [];

// %% Square each="x of xs"
const square = x * x;

// %% Add each="y of square"
const total = y + square.length;

// %% Nothing each="z of none"
const nothing = z;

// %% End
export const end = JSON.stringify([total, nothing]);
`);
  expect(run.status).toBe("succeeded");
  expect(run.tasks.end!.outputs.end).toContain("[[4,7,12],[]]");
});

test("elements whose when is false are left out, and a fan-out of only those gives []", async () => {
  const run = await bench.run(`// %% Source
const xs = [1, 2, 3, 4];

// %% Even each="x of xs" when="x % 2 === 0"
const even = x;

// %% Huge each="x of xs" when="x > 100"
const huge = x;

// %% End
export const end = JSON.stringify([even, huge]);
`);
  expect(statuses(run.tasks)).toMatchObject({
    "even[0]": "skipped when-false",
    "even[1]": "succeeded",
    huge: "succeeded",
    end: "succeeded",
  });
  expect(run.tasks.end!.outputs.end).toContain("[[2,4],[]]");
});

test("a failed element fails its fan-out and what reads it, and everything else runs", async () => {
  const run = await bench.run(`// %% Source
const xs = [1, 2, 3];

// %% Work each="x of xs"
if (x === 2) throw new Error("not two");
const done = x;

// %% Reader
export const read = done.length;

// %% Anyway join=done
export const anyway = done === undefined ? "absent" : "there";

// %% Other
export const other = xs.length;
`);
  expect(run).toMatchObject({ status: "failed", reason: "exception" });
  expect(run.message).toMatch(/“Work” failed at element 1/);
  expect(statuses(run.tasks)).toMatchObject({
    "work[0]": "succeeded",
    "work[1]": "failed exception",
    "work[2]": "succeeded",
    work: "failed exception",
    reader: "skipped upstream-failed",
    anyway: "succeeded",
    other: "succeeded",
  });
  expect(run.tasks.anyway!.outputs.anyway).toContain("absent");
});

test("join, when and skips follow the page of the language", async () => {
  const run = await bench.run(`// %% Good
const good = 1;

// %% Bad
throw new Error("no");
const bad = 1;

// %% No when="good > 5"
const no = 1;

// %% All
const all = good + bad;

// %% Any join=any
const any = (good ?? 0) + (bad ?? 0);

// %% Done join=done
const done = [good, bad];

// %% Mend join=failed
const mend = bad === undefined;

// %% No need join=failed
const unneeded = good;

// %% After no
const afterNo = no;

// %% Chain
const chain = [all, afterNo];

// %% Out
export const out = [any, done, mend, chain, unneeded];
`);
  expect(statuses(run.tasks)).toEqual({
    good: "succeeded",
    bad: "failed exception",
    no: "skipped when-false",
    all: "skipped upstream-failed",
    any: "succeeded",
    done: "succeeded",
    mend: "succeeded",
    "no-need": "skipped join-unmet",
    "after-no": "skipped upstream-skipped",
    chain: "skipped upstream-failed",
    out: "skipped upstream-failed",
  });
});

test("handlers run after everything else, as their on= asks", async () => {
  const text = (fails: boolean) => `// %% Work
const work = 1;
${fails ? 'throw new Error("x");' : ""}

// %% Good on=success
console.log("good");

// %% Bad on=failure
console.log("bad", work);

// %% Always on=exit
console.log("always");
`;
  expect(statuses((await bench.run(text(false))).tasks)).toEqual({
    work: "succeeded",
    good: "succeeded",
    bad: "skipped handler-not-needed",
    always: "succeeded",
  });
  const failed = await bench.run(text(true));
  expect(failed.status).toBe("failed");
  expect(statuses(failed.tasks)).toEqual({
    work: "failed exception",
    good: "skipped handler-not-needed",
    bad: "succeeded",
    always: "succeeded",
  });
});

test("a handler is told how the run went: its status, what failed and why, and how long it took", async () => {
  const run = await bench.run(
    `// %% Work
export const work = 1;
throw new Error("no such file");

// %% Numbers
const numbers = [1, 2, 3];

// %% Each each="n of numbers"
import { run } from "heddle";
if (n === 2) throw new RangeError("two is too many");
const inside = run.status === undefined && run.failed.length === 0;

// %% Tell on=failure
import { run } from "heddle";
export const how = \`\${run.status} \${run.reason}\`;
export const [first, second] = run.failed.map(({ task, mapIndex, reason, message }) => [task, mapIndex ?? "-", reason, message].join(" ")).sort();
export const timed = run.durationMs! >= 0;
`,
    { cache: "off" },
  );
  expect(run.tasks.tell!.outputs).toEqual({
    how: 'string · "failed exception"',
    first: 'string · "each 1 exception two is too many"',
    second: 'string · "work - exception no such file"',
    timed: "boolean · true",
  });
});

test("failFast stops what has not started", async () => {
  const run = await bench.run(`// ---
// defaults:
//   failFast: true
// ---

// %% Bad
throw new Error("x");

// %% Slow
await new Promise((resolve) => setTimeout(resolve, 600_000));
const slow = 1;

// %% After slow
export const after = slow;

// %% Clean on=exit
console.log("clean");
`);
  expect(run).toMatchObject({ status: "failed", reason: "exception" });
  expect(run.tasks["after-slow"]!.status).not.toBe("succeeded");
  expect(run.tasks.clean!.status).toBe("succeeded");
});

test("a failing cell is tried again as often as it says", async () => {
  const run = await bench.run(`// %% Flaky retries=2 retryDelay=20ms
import { run } from "heddle";
if (run.attempt < 3) throw new Error("attempt " + run.attempt);
export const attempt = run.attempt;
`);
  expect(run.status).toBe("succeeded");
  expect(run.tasks.flaky!.attempt).toBe(3);
  const { rows } = await bench.pool.query("select attempt, status, reason from attempt where task_run_id = $1 order by attempt", [
    run.tasks.flaky!.id,
  ]);
  expect(rows).toEqual([
    { attempt: 1, status: "failed", reason: "exception" },
    { attempt: 2, status: "failed", reason: "exception" },
    { attempt: 3, status: "succeeded", reason: null },
  ]);
});

test("an endless cell is killed at its timeout", async () => {
  const run = await bench.run(`// %% Endless timeout=200ms
for (;;) {}
`);
  expect(run).toMatchObject({ status: "failed", reason: "timeout" });
});

test("a cancelled run ends at once, whatever it was doing", async () => {
  const result = await bench.submit(`// %% Endless
const a = await new Promise(() => setInterval(() => {}, 1000));

// %% After
export const b = a;
`);
  if (!result.ok) throw new Error(result.message);
  await reached(bench.pool, result.id, "endless", "running");
  expect(await bench.engine.cancel(result.id, "Ada")).toBe(true);
  await ended(bench.pool, result.id);
  const run = await bench.summary(result.id);
  expect(run).toMatchObject({ status: "cancelled", reason: "cancelled", message: "Stopped by Ada." });
  expect(statuses(run.tasks)).toEqual({ endless: "cancelled cancelled", after: "cancelled cancelled" });
  expect(bench.engine.load()).toMatchObject({ attempts: 0 });
});

test("a run is cancelled at whichever of its changes that is asked for, and leaves nothing behind", async () => {
  // Without a cancel it would wait for an hour to try again.
  const text = `// %% Source
const xs = [1, 2, 3];

// %% Work each="x of xs" concurrency=1
const y = x;

// %% Again retries=3 retryDelay=1h
throw new Error("again");

// %% Last
export const end = y.length;

// %% Tell on=exit
console.log("told");
`;
  for (let change = 1; change <= 5; change++) {
    const cancelled = new Promise<void>((resolve) => {
      const stop = runHub.subscribe((each) => {
        if (each.type !== "changed") return;
        if (each.seq !== change) return;
        stop();
        // The first change is told before it is accepted: the cancel comes in the next turn.
        setImmediate(() => void bench.engine.cancel(each.runId).then(() => resolve()));
      });
    });
    const result = await bench.submit(text, { cache: "off", notebookId: `cancel${change}` });
    if (!result.ok) throw new Error(result.message);
    await cancelled;
    await ended(bench.pool, result.id);
    const run = await bench.summary(result.id);
    expect(run).toMatchObject({ status: "cancelled", reason: "cancelled" });
    for (const { status } of Object.values(run.tasks)) expect(["succeeded", "cancelled", "skipped", "failed"]).toContain(status);
    expect(bench.engine.load()).toMatchObject({ attempts: 0 });
    expect(await bench.engine.cancel(result.id)).toBe(false);
  }
}, 60_000);

const cached = (threshold: number, tail = "") => `// %% Parameters [params]
import { param } from "heddle";
const scale = param(2);

// %% Load
const rows = [1, 2, 3, 4];

// %% Filter
const big = rows.filter((row) => row > ${threshold});

// %% Scale
const scaled = big.map((row) => row * scale);

// %% Each each="row of big"
const plus = row + 1;${tail}

// %% Report
export const report = JSON.stringify([scaled, plus]);
`;

test("what did not change is not run again, and each task says why it ran", async () => {
  const notebook = { notebookId: "cached" };
  const first = await bench.run(cached(2), notebook);
  expect(first.tasks.load!.why).toBe("first-run");
  const again = await bench.run(cached(2), notebook);
  expect(statuses(again.tasks)).toEqual({
    load: "cached",
    filter: "cached",
    scale: "cached",
    each: "cached",
    "each[0]": "cached",
    "each[1]": "cached",
    report: "cached",
  });
  expect(again.tasks.report!.outputs).toEqual(first.tasks.report!.outputs);

  const scaled = await bench.run(cached(2), { ...notebook, params: { scale: 3 } });
  expect(statuses(scaled.tasks)).toMatchObject({
    load: "cached",
    filter: "cached",
    scale: "succeeded",
    each: "cached",
    report: "succeeded",
  });
  expect(scaled.tasks.scale!.why).toBe("param scale");
  expect(scaled.tasks.report!.why).toBe("input scaled");

  // One element more: the others keep theirs, because an element's key holds its own value and not the list.
  const wider = await bench.run(cached(1), notebook);
  expect(wider.tasks.filter!.why).toBe("program");
  expect(statuses(wider.tasks)).toMatchObject({ load: "cached", "each[0]": "succeeded", "each[1]": "cached", "each[2]": "cached" });

  const off = await bench.run(cached(2), { ...notebook, cache: "off" });
  expect(new Set(Object.values(off.tasks).map(({ status }) => status))).toEqual(new Set(["succeeded"]));
  expect(off.tasks.load!.why).toBe("cache-off");
});

test("a changed cell that gives the same value stops the recompute there", async () => {
  const notebook = { notebookId: "cut-off" };
  await bench.run(cached(2), notebook);
  const run = await bench.run(cached(2.5), notebook);
  expect(statuses(run.tasks)).toMatchObject({ load: "cached", filter: "succeeded", scale: "cached", report: "cached" });
});

test("another image runs everything again, and each task says so", async () => {
  const notebook = { notebookId: "another-image" };
  const text = cached(2, "\nconst other = 1;");
  await bench.run(text, notebook);
  const other = await openWorkbench(database.url, { instance: "another-image", imageDigest: async () => "sha256:another" });
  const run = await other.run(text, notebook);
  expect(statuses(run.tasks)).toMatchObject({ load: "succeeded", filter: "succeeded" });
  expect(run.tasks["each[0]"]!.why).toBe("environment image");
  await other.close();
});

test("only the targets and what they need run", async () => {
  const run = await bench.run(cached(2), { notebookId: "targets", targets: ["scale"] });
  expect(statuses(run.tasks)).toEqual({
    load: "cached",
    filter: "cached",
    scale: "cached",
    each: "skipped not-targeted",
    report: "skipped not-targeted",
  });
});

test("a retried run goes on where it failed", async () => {
  const run = await bench.run(
    `// %% Steady
import { artifact } from "heddle";
export const steady = Math.random();

// %% Fails once
import { run } from "heddle";
const worked = steady;
if (run.attempt === 1) throw new Error("the first time");

// %% After
export const after = worked;
`,
    { cache: "off" },
  );
  expect(run.status).toBe("failed");
  expect(await bench.engine.retry(run.id)).toBe(true);
  await ended(bench.pool, run.id);
  const retried = await bench.summary(run.id);
  expect(statuses(retried.tasks)).toEqual({ steady: "succeeded", "fails-once": "succeeded", after: "succeeded" });
  expect(retried).toMatchObject({ status: "succeeded", reason: undefined, message: undefined });
  expect(retried.tasks.steady).toEqual(run.tasks.steady);
  expect(retried.tasks["fails-once"]!.attempt).toBe(2);
  expect(await bench.engine.retry(run.id)).toBe(false);
});

test("logs, metrics, displays and artifacts of a run are stored when it has ended", async () => {
  const run = await bench.run(
    `// %% Train
import { artifact, log, metric } from "heddle";
for (let step = 0; step < 500; step++) metric("loss", 1 / (step + 1), { step });
for (let line = 0; line < 200; line++) console.log("line " + line);
log.warn("careful");
artifact("note.txt", "hello");
[{ a: 1 }, { a: 2 }]
`,
    { cache: "off" },
  );
  expect(run.status).toBe("succeeded");
  const { id } = run.tasks.train!;
  const {
    rows: [points],
  } = await bench.pool.query(
    "select count(*)::int n, count(distinct seq)::int d from metric_point p join metric_series s on s.id = p.series_id where s.task_run_id = $1 and s.name = 'loss'",
    [id],
  );
  expect(points).toEqual({ n: 500, d: 500 });
  const place = { workspaceId: "w1", runId: run.id, taskRunId: id, attempt: 1 };
  const {
    rows: [attempt],
  } = await bench.pool.query("select log_records from attempt where task_run_id = $1", [id]);
  expect(attempt).toEqual({ log_records: 201 });
  const page = await bench.engine.logs.read(place, 100, 50);
  expect(page).toMatchObject({ next: 150, total: 201, cut: 0 });
  expect(page.records[0]!.text).toBe("line 100");
  const {
    rows: [task],
  } = await bench.pool.query("select displays from task_run where id = $1", [id]);
  expect(task.displays[0]).toMatchObject({ type: "table", rowCount: 2 });
  const { rows: artifacts } = await bench.pool.query("select name from artifact where task_run_id = $1", [id]);
  expect(artifacts).toEqual([{ name: "note.txt" }]);
});

test("what a cell shows and gives keeps the order of its keys, also where it is reused", async () => {
  const text = `// %% Show\nexport const beasts = { zebra: 1, ant: { yes: 1, no: 2 }, middle: 3 };\nbeasts\n`;
  for (const reused of [false, true]) {
    const run = await bench.run(text, { cache: "use" });
    expect(run.tasks.show!.status).toBe(reused ? "cached" : "succeeded");
    const { rows } = await bench.pool.query<{ displays: { value: object }[]; outputs: { beasts: { preview: object } } }>(
      "select displays, outputs from task_run where id = $1",
      [run.tasks.show!.id],
    );
    for (const seen of [rows[0]!.displays[0]!.value, rows[0]!.outputs.beasts.preview])
      expect(JSON.stringify(seen)).toMatch(/zebra.*ant.*yes.*no.*middle/);
  }
});

test("two tasks with the same lock never run at once, in whichever run", async () => {
  const text = `// %% Locked each="i of [1, 2, 3]" lock=door
import { existsSync, rmSync, writeFileSync } from "node:fs";
const file = "/tmp/heddle-lock-${process.pid}";
if (existsSync(file)) throw new Error("somebody is inside");
writeFileSync(file, "");
await new Promise((resolve) => setTimeout(resolve, 5));
rmSync(file);
`;
  const runs = await Promise.all([bench.run(text, { cache: "off" }), bench.run(text, { cache: "off" })]);
  expect(runs.map(({ status, message }) => message ?? status)).toEqual(["succeeded", "succeeded"]);
});

test("a notebook without tasks has succeeded when it is accepted", async () => {
  expect(await bench.run("// %% [markdown]\n// # Nothing to do\n")).toMatchObject({ status: "succeeded" });
});

test("nothing was complained about", () => {
  expect(bench.problems).toEqual([]);
});

test("a database that cuts every connection again and again loses nothing and doubles nothing", async () => {
  const cutting: Promise<unknown>[] = [];
  const cut = () =>
    bench.pool
      .query("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
      .catch(() => undefined);
  let cuts = 0;
  const stop = runHub.subscribe((news) => {
    if (news.type === "changed" && news.seq % 4 === 0 && cuts++ < 8) cutting.push(cut());
  });
  const result = await bench.submit(
    `// %% Source
const xs = Array.from({ length: 60 }, (_, n) => n);

// %% Work each="x of xs"
import { metric } from "heddle";
metric("x", x, { step: x });
const y = x;

// %% End
export const end = y.reduce((a, b) => a + b, 0);
`,
    { notebookId: "cut" },
  );
  if (!result.ok) throw new Error(result.message);
  const end = new Promise<void>((resolve) => {
    const off = runHub.subscribe((news) => {
      if (news.type !== "changed" || news.runId !== result.id || !news.ended) return;
      off();
      resolve();
    });
  });
  await end;
  stop();
  await Promise.all(cutting);
  const pool = createPool(database.url);
  expect(cuts).toBeGreaterThan(0);
  const {
    rows: [attempts],
  } = await pool.query(
    "select count(*) filter (where a.status = 'succeeded')::int as n, count(distinct t.id)::int as tasks from attempt a join task_run t on t.id = a.task_run_id where t.run_id = $1",
    [result.id],
  );
  expect(attempts).toEqual({ n: 63, tasks: 63 });
  const {
    rows: [points],
  } = await pool.query(
    "select count(*)::int as n from metric_point p join metric_series s on s.id = p.series_id join attempt a on a.task_run_id = s.task_run_id and a.attempt = s.attempt where s.run_id = $1 and a.status = 'succeeded'",
    [result.id],
  );
  expect(points).toEqual({ n: 60 });
  await pool.end();
}, 60_000);

test("the start of an attempt is saved though nothing else happens", async () => {
  const submitted = await bench.submit(`// %% Wait\nawait new Promise(() => setInterval(() => {}, 1000));\n`);
  if (!submitted.ok) throw new Error(submitted.message);
  for (;;) {
    const heard = hear((news) => news.type === "changed" && news.runId === submitted.id);
    const { rows } = await bench.pool.query("select status, handle from attempt where task_run_id = $1", [`${submitted.id}-0`]);
    if (rows[0]?.status === "running" && rows[0].handle !== null) break;
    await heard;
  }
  await bench.engine.cancel(submitted.id);
  await ended(bench.pool, submitted.id);
});
