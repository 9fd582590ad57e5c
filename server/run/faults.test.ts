/**
 * Layer L2: real faults in real processes, a real PostgreSQL and a real network between them, judged by one oracle
 * (testing/faults/oracle.ts). Sizes fit a test run; HEDDLE_FAULTS=full takes those of docs/reliability.md.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openValueStore } from "../artifact/open-value-store";
import { startFaultyProxy } from "../artifact/testing/faulty-proxy";
import { startTestS3 } from "../artifact/testing/s3-server";
import { startEmbeddedPostgres } from "../db/embedded-postgres";
import { openDatabase, type Database } from "../db/database";
import { migrate } from "../db/migrate";
import { createPool, type Pool } from "../db/pool";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import type { HarnessExecutor } from "../executor/harness-executor";
import { FaultProxy, type Trouble } from "./testing/faults/fault-proxy";
import { failpoints } from "./testing/faults/failpoints";
import { judge, type Evidence } from "./testing/faults/oracle";
import { MemoryGroup } from "./testing/faults/memory-group";
import { observe } from "./testing/faults/observations";
import { busy, everything, hold, letGo, waiting } from "./testing/faults/stories";
import { readWitness, witnessFolder } from "./testing/faults/witness";
import { ServerProcess } from "./testing/killable-server";
import type { RunPatch } from "./run-views";
import { watchRun } from "./watch-run";
import { ended, openWorkbench, processExecutor, reached, until, type Workbench } from "./testing/workbench";

const full = process.env.HEDDLE_FAULTS === "full";
const size = (small: number, large: number) => (full ? large : small);

let database: TestDatabase;
let pool: Pool;
let pages: Database;
let home: string;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  pages = openDatabase(database.url);
});
afterAll(async () => {
  await pages.close();
  await pool.end();
  await database.drop();
});
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-fault-"));
  folder = witnessFolder(home);
  hold(folder);
});

/** Nothing is broken; says what the witness saw. */
async function expectWhole(evidence: Omit<Evidence, "witness">): Promise<{ attempts: number; lost: number }> {
  const witness = readWitness(folder);
  expect(await judge({ ...(evidence.pool === pool ? { pages } : {}), ...evidence, witness })).toEqual([]);
  const { rows } = await evidence.pool.query<{ lost: number }>(
    "select count(*) filter (where a.status = 'lost')::int as lost from attempt a join task_run t on t.id = a.task_run_id where t.run_id = any($1)",
    [evidence.runs],
  );
  return { attempts: witness.length, lost: rows[0]!.lost };
}

/** What somebody who looks at the run's page all the time has seen last. */
async function lastSeen(runId: string): Promise<RunPatch["run"] | undefined> {
  let last: RunPatch | undefined;
  for await (const patch of watchRun(pages, { workspaceId: "w1", runId, seq: 0, signal: undefined })) last = patch;
  return last?.run;
}

const isOver = (on: Pool, id: string) => async () =>
  (await on.query("select 1 from run where id = $1 and status in ('succeeded', 'failed', 'cancelled')", [id])).rowCount === 1;

async function accepted(bench: Workbench, text: string, changes?: Parameters<Workbench["submit"]>[1]): Promise<string> {
  const result = await bench.submit(text, changes);
  if (!result.ok) throw new Error(result.message);
  return result.id;
}

test("F3 F12: a server that freezes beyond its lease and thaws: another goes on, and no two attempts are ever at work at once", async () => {
  const bench = await openWorkbench(database.url, { instance: "taker", leaseSeconds: 2, home: path.join(home, "taker") });
  const runs: string[] = [];
  for (let time = 0; time < size(1, 5); time++) {
    hold(folder);
    const frozen = new ServerProcess({ databaseUrl: database.url, home: path.join(home, `frozen${time}`), leaseSeconds: 2 });
    await frozen.hear("ready");
    frozen.send({ type: "submit", text: waiting(folder) });
    const { id } = (await frozen.hear("accepted")).result;
    runs.push(id);
    await until(async () => readWitness(folder).some(({ run }) => run === id));
    const seen = lastSeen(id);
    frozen.signal("SIGSTOP");
    await until(async () => readWitness(folder).filter(({ run }) => run === id).length === 2);
    frozen.signal("SIGCONT");
    await frozen.complains(`Run ${id} was changed elsewhere`);
    letGo(folder);
    await ended(pool, id);
    expect((await seen)?.status).toBe("succeeded");
    await frozen.close();
  }
  const { attempts } = await expectWhole({ pool, runs, loads: [bench.engine.load()] });
  expect(attempts).toBe(2 * runs.length);
  observe(
    "F3 F12",
    "server stopped (SIGSTOP) past its lease with an attempt at work, then continued",
    runs.length,
    "taken over; old attempt stopped by its harness before the new one began; stale words refused",
  );
  await bench.close();
}, 240_000);

test("F5 F6: PostgreSQL crashes again and again, also while a server takes up its runs", async () => {
  const dir = path.join(home, "pg");
  fs.chmodSync(home, 0o711);
  let postgres = await startEmbeddedPostgres({ dir });
  await migrate(postgres.url, path.join(process.cwd(), "prisma/migrations"));
  // Always the same address, whatever port the next one listens on.
  const { proxy, url } = await FaultProxy.before(postgres.url);
  const crash = async () => {
    process.kill(postgres.pid, "SIGQUIT");
    await until(async () => {
      try {
        process.kill(postgres.pid, 0);
        return false;
      } catch {
        return true;
      }
    });
    postgres = await startEmbeddedPostgres({ dir });
    proxy.redirect(postgres.url);
  };
  let bench = await openWorkbench(url, { leaseSeconds: 10, home });
  const runs = [await accepted(bench, everything(folder, 20, 100), { cache: "off" })];
  let crashes = 0;
  for (; crashes < size(2, 10); crashes++) {
    await reached(bench.pool, runs[0]!, "items", "succeeded").catch(() => undefined);
    await crash();
  }
  runs.push(await accepted(bench, everything(folder, 20, 100), { cache: "off" }));
  await bench.engine.close();
  await bench.executor.close();
  await bench.pool.end();
  // The crash comes while the next one starts.
  const [next] = await Promise.all([openWorkbench(url, { leaseSeconds: 10, home }), crash()]);
  bench = next;
  crashes++;
  for (const id of runs) await until(isOver(bench.pool, id));
  const { lost } = await expectWhole({ pool: bench.pool, runs, homes: [home], loads: [bench.engine.load()] });
  const { rows } = await bench.pool.query("select status from run where id = any($1)", [runs]);
  expect(rows.every(({ status }) => status === "succeeded")).toBe(true);
  observe(
    "F5 F6",
    "PostgreSQL stopped immediately (SIGQUIT) during a run and during recovery",
    crashes,
    `runs succeeded, ${lost} attempts lost, no process ended`,
  );
  await bench.close();
  await proxy.close();
  await postgres.stop();
}, 240_000);

const troubles: [string, Trouble][] = [
  ["cut", { type: "none" }],
  ["deaf", { type: "deaf" }],
  ["silence", { type: "silence" }],
  ["latency", { type: "latency", ms: 60 }],
  ["slices", { type: "slices", bytes: 7 }],
  ["limit", { type: "limit", bytes: 3_000 }],
];

test.each(troubles)(
  "F7 F8: the network to the database: %s",
  async (name, trouble) => {
    const { proxy, url } = await FaultProxy.before(database.url);
    const bench = await openWorkbench(url, { leaseSeconds: 30, home, instance: `net-${name}` });
    const runs = [await accepted(bench, everything(folder, 20), { cache: "off" })];
    await reached(pool, runs[0]!, "items", "running");
    const seen = lastSeen(runs[0]!);
    for (let time = 0; time < size(2, 10); time++) {
      proxy.trouble = trouble;
      if (name === "cut") proxy.cut();
      await new Promise((resolve) => setTimeout(resolve, 300));
      proxy.trouble = { type: "none" };
      runs.push(await accepted(bench, everything(folder, 3), { cache: "off" }));
    }
    for (const id of runs) await until(isOver(pool, id));
    expect((await seen)?.status).toBe("succeeded");
    const { lost } = await expectWhole({ pool, runs, homes: [home], loads: [bench.engine.load()] });
    observe(
      name === "deaf" ? "F7 F8" : "F7",
      `${name} between server and PostgreSQL for 300 ms`,
      size(2, 10),
      `runs ended, ${lost} attempts lost, nothing doubled`,
    );
    await bench.close();
    await proxy.close();
  },
  240_000,
);

test("F9 F10 F11: three servers on one database: hints lost and doubled, one killed, equal orders at all of them", async () => {
  const homes = [0, 1, 2].map((n) => path.join(home, `s${n}`));
  const open = (n: number) => new ServerProcess({ databaseUrl: database.url, home: homes[n]!, leaseSeconds: 3 });
  const servers = [0, 1, 2].map(open);
  await Promise.all(servers.map((server) => server.hear("ready")));
  const runs = new Set<string>();
  hold(folder);
  for (const server of servers) for (let n = 0; n < 3; n++) server.send({ type: "submit", text: waiting(folder), orderKey: "equal" });
  for (const server of servers) for (let n = 0; n < 3; n++) runs.add((await server.hear("accepted")).result.id);
  expect(runs.size).toBe(1);
  for (const server of servers)
    for (let n = 0; n < size(3, 20); n++) server.send({ type: "submit", text: everything(folder), notebookId: `n${n}` });
  for (const server of servers) for (let n = 0; n < size(3, 20); n++) runs.add((await server.hear("accepted")).result.id);
  for (let n = 0; n < 100; n++)
    await pool.query("select pg_notify('heddle_runs', $1)", [JSON.stringify({ from: "nobody", runs: [...runs] })]);
  // Each hears of the others' ends.
  const [equal] = [...runs];
  letGo(folder);
  await Promise.all(servers.map((server) => server.hear("changed", (word) => word.runId === equal && word.ended)));
  hold(folder);
  servers[0]!.send({ type: "submit", text: waiting(folder) });
  const { id } = (await servers[0]!.hear("accepted")).result;
  runs.add(id);
  await until(async () => readWitness(folder).some(({ run }) => run === id));
  await servers[0]!.kill();
  await until(async () => readWitness(folder).filter(({ run }) => run === id).length === 2);
  letGo(folder);
  for (const run of runs) await until(isOver(pool, run));
  const loads: { runs: number; attempts: number }[] = [];
  for (const server of servers.slice(1)) {
    server.send({ type: "load" });
    loads.push((await server.hear("load")).load);
  }
  await expectWhole({ pool, runs: [...runs], loads });
  observe(
    "F10 F11",
    "three servers, nine equal orders at once, 100 doubled notifications, one server killed for good",
    1,
    `one run for the equal orders; ${runs.size} runs ended; the killed server's attempt was made again after its lease`,
  );
  await Promise.all(servers.slice(1).map((server) => server.close()));
}, 240_000);

test("F9: where no notification ever arrives, a look every two seconds finds what other servers did", async () => {
  failpoints.install();
  const deaf = setInterval(() => failpoints.arm(["listenSql"], "throw"), 20);
  const other = new ServerProcess({ databaseUrl: database.url, home: path.join(home, "other"), leaseSeconds: 10 });
  await other.hear("ready");
  const bench = await openWorkbench(database.url, { instance: "deaf", leaseSeconds: 10, home });
  other.send({ type: "submit", text: waiting(folder) });
  const { id } = (await other.hear("accepted")).result;
  // The hub of this process hears it from the bench's own looks only.
  await until(async () => readWitness(folder).some(({ run }) => run === id));
  const seen = lastSeen(id);
  letGo(folder);
  await ended(pool, id);
  expect((await seen)?.status).toBe("succeeded");
  await expectWhole({ pool, runs: [id] });
  observe("F9", "LISTEN refused for as long as the server ran", 1, "the other server's run was seen to its end by polling");
  clearInterval(deaf);
  failpoints.armed.clear();
  await bench.close();
  await other.close();
}, 120_000);

test("F13: clocks a day ahead and a day behind change nothing", async () => {
  const day = 86_400_000;
  const runs: string[] = [];
  for (const clockShift of [day, -day, 3_600_000]) {
    const server = new ServerProcess({ databaseUrl: database.url, home, leaseSeconds: 5, clockShift });
    await server.hear("ready");
    server.send({ type: "submit", text: everything(folder) });
    runs.push((await server.hear("accepted")).result.id);
    await server.hear("changed");
    await server.kill();
  }
  const server = new ServerProcess({ databaseUrl: database.url, home, leaseSeconds: 5 });
  await server.hear("ready");
  for (const id of runs) await until(isOver(pool, id));
  await expectWhole({ pool, runs, homes: [home] });
  const { rows } = await pool.query(
    "select 1 from run where id = any($1) and abs(extract(epoch from finished_at - clock_timestamp())) < 600",
    [runs],
  );
  expect(rows).toHaveLength(runs.length);
  observe(
    "F13",
    "server's clock shifted by +1 day, −1 day, +1 h, killed in between",
    runs.length,
    "runs ended; their times are the database's",
  );
  await server.close();
}, 120_000);

test("F15: an object store each of whose requests goes wrong once, and one that stays away", async () => {
  const s3 = await startTestS3();
  const proxy = await startFaultyProxy(s3.place.endpoint!);
  const { bucket, prefix, credentials } = s3.place;
  process.env.AWS_ACCESS_KEY_ID = credentials!.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials!.secretAccessKey;
  const store = openValueStore(home, pool, { HEDDLE_STORE: `s3://${bucket}/${prefix}`, HEDDLE_STORE_ENDPOINT: proxy.url });
  const { objects } = store;
  const bench = await openWorkbench(database.url, {
    instance: "s3",
    leaseSeconds: 10,
    home,
    objects,
    executor: (at, log) => processExecutor(at, log, store),
  });
  // Goes up in parts, too.
  const text = (salt: number) =>
    `${everything(folder, 3, 10, salt)}\n// %% Big\nconst big = new Uint8Array(20_000_000).fill(${salt});\n\n// %% Size\nexport const size = big.length;\n`;
  const runs: string[] = [];
  let wrong = 0;
  for (const [salt, fault] of (["unavailable", "cut", "lost-answer"] as const).entries()) {
    const known = new Set<string>();
    proxy.fault = ({ method, url }) => {
      const request = `${method} ${url}`;
      // Only what has a body can be cut in the middle of it.
      if (known.has(request) || (fault === "cut" && method !== "PUT")) return "none";
      known.add(request);
      wrong++;
      return fault;
    };
    const run = await bench.run(text(salt), { cache: "off" });
    expect([fault, run.status, run.message]).toEqual([fault, "succeeded", undefined]);
    runs.push(run.id);
  }
  proxy.fault = () => "unavailable";
  const without = await bench.run(text(7), { cache: "off" });
  expect(without.status).toBe("failed");
  const { reason, status } = without.tasks.big!;
  expect({ status, reason }).toEqual({ status: "failed", reason: "internal" });
  proxy.fault = () => "none";
  const after = await bench.run(text(7), { cache: "off" });
  expect(after.status).toBe("succeeded");
  runs.push(without.id, after.id);
  await expectWhole({ pool, runs, objects, loads: [bench.engine.load()] });
  observe(
    "F15",
    "requests to an object store: 503, cut in the middle, done but not answered; 503 throughout a run",
    wrong,
    `${runs.length - 1} runs succeeded with every value whole; the run without a store failed with its reason`,
  );
  await bench.close();
  await proxy.close();
  await s3.close();
}, 120_000);

const group = MemoryGroup.make(400 * 1024 ** 2);
afterAll(() => group?.remove());
if (group) {
  test("F17: what is ended by the kernel because the machine has no more memory says so, and the server goes on", async () => {
    const server = new ServerProcess({ databaseUrl: database.url, home, leaseSeconds: 10 });
    group.add(server.pid);
    await server.hear("ready");
    // Far below its own limit of 1 GB: nobody but the kernel ends it.
    server.send({
      type: "submit",
      text: `// %% Hog
const held = [];
for (;;) {
  held.push(Buffer.alloc(4_000_000, 1));
  await new Promise((resolve) => setTimeout(resolve, 5));
}
`,
    });
    const { id } = (await server.hear("accepted")).result;
    await until(isOver(pool, id));
    const { rows } = await pool.query("select status, reason, error->>'name' as name from task_run where run_id = $1", [id]);
    expect(rows).toEqual([{ status: "failed", reason: "out-of-memory", name: "OutOfMemory" }]);
    server.send({ type: "submit", text: everything(folder) });
    const next = (await server.hear("accepted")).result.id;
    await until(isOver(pool, next));
    expect((await pool.query("select status from run where id = $1", [next])).rows).toEqual([{ status: "succeeded" }]);
    await expectWhole({ pool, runs: [id, next], homes: [home] });
    observe(
      "F17",
      "a cell within its limit takes the last memory of its machine (a control group of 400 MB)",
      1,
      "ended by the kernel: out-of-memory; server and next run went on",
    );
    await server.close();
  }, 60_000);
}

test("F20 F21: a flood of lines and of metric points is stored whole or declared as cut", async () => {
  const bench = await openWorkbench(database.url, { instance: "flood", leaseSeconds: 10, home });
  const lines = size(20_000, 200_000);
  const points = size(20_000, 1_000_000);
  const { witnessCell } = await import("./testing/faults/witness");
  const run = await bench.run(
    `${witnessCell(folder)}
// %% Flood
import { metric } from "heddle";
export const flood = await witness("flood", async (given) => {
  for (let n = 0; n < ${lines}; n++) { console.log("\\u001b[31mline " + n + " \\u00fc\\u{1f600}"); given.lines++; }
  for (let n = 0; n < ${points}; n++) { metric("loss", n, { step: n }); given.points++; if (n % 5000 === 0) await new Promise((resolve) => setImmediate(resolve)); }
  return true;
});
`,
    { cache: "off" },
  );
  expect(run.status).toBe("succeeded");
  await expectWhole({ pool, runs: [run.id], loads: [bench.engine.load()] });
  observe(
    "F20 F21",
    `${lines} lines with ANSI and UTF-8 and ${points} metric points from one attempt`,
    1,
    "every line and every point stored once",
  );
  await bench.close();
}, 300_000);

test("F22 F23 F28: many tasks and many runs, while somebody holds a transaction open", async () => {
  // Somebody's own connection, without the limits that ours have.
  const reader = new pg.Client({ connectionString: database.url });
  await reader.connect();
  await reader.query("begin isolation level repeatable read");
  await reader.query("select count(*) from run");
  const bench = await openWorkbench(database.url, { instance: "many", leaseSeconds: 10, home });
  const wide = size(500, 10_000);
  const many = size(40, 1_000);
  const fan = await accepted(
    bench,
    `// %% Items\nconst items = Array.from({ length: ${wide} }, (_, n) => n);\n\n// %% Work each="n of items"\nconst twice = n * 2;\n\n// %% Sum\nexport const sum = twice.reduce((a, b) => a + b, 0);\n`,
    { cache: "off" },
  );
  const chain = Array.from({ length: 10 }, (_, n) => `// %% T${n}\nexport const v${n} = ${n === 0 ? "1" : `v${n - 1} + 1`};\n`).join("\n");
  const runs = [fan];
  for (let n = 0; n < many; n++)
    runs.push(await accepted(bench, chain, { cache: "off", workspaceId: `ws${n % 10}`, notebookId: `chain${n % 10}` }));
  for (const id of runs) await ended(pool, id);
  await expectWhole({ pool, runs, loads: [bench.engine.load()] });
  expect((await pool.query("select 1 from run where id = any($1) and status = 'succeeded'", [runs])).rowCount).toBe(runs.length);
  await reader.query("rollback");
  await reader.end();
  observe(
    "F22 F23 F28",
    `fan-out of ${wide} and ${many} runs of 10 tasks in ten workspaces, with a repeatable-read transaction open throughout`,
    1,
    "all succeeded, no slot left over",
  );
  await bench.close();
}, 600_000);

test("F26: a cancel that is said into a broken connection to the harness is said again", async () => {
  const bench = await openWorkbench(database.url, { instance: "cancel", leaseSeconds: 30, home });
  const runs: string[] = [];
  for (let time = 0; time < size(3, 20); time++) {
    const id = await accepted(bench, waiting(folder), { cache: "off" });
    runs.push(id);
    await until(async () => readWitness(folder).some(({ run }) => run === id));
    await Promise.all([bench.engine.cancel(id, "Ada"), (bench.executor as HarnessExecutor).interrupt()]);
    await ended(pool, id);
    expect((await bench.summary(id)).status).toBe("cancelled");
  }
  await expectWhole({ pool, runs, loads: [bench.engine.load()] });
  observe("F26", "cancel at the moment at which the connection to the harness breaks", runs.length, "cancelled, process gone, slot free");
  await bench.close();
}, 120_000);

test("F27: words that the database can never take do not keep an attempt from ending", async () => {
  const bench = await openWorkbench(database.url, { instance: "words", leaseSeconds: 10, home });
  const run = await bench.run(
    `// %% Odd
import { artifact, metric } from "heddle";
metric("a\\0b", 1);
artifact("n\\0te.txt", "hello", { metadata: { "k\\0": "v\\0", half: "\\ud800" } });
export const odd = "x\\0y";
`,
    { cache: "off" },
  );
  expect(run.status).toBe("succeeded");
  expect((await pool.query("select name from artifact where run_id = $1", [run.id])).rows).toEqual([{ name: "n\ufffdte.txt" }]);
  await expectWhole({ pool, runs: [run.id], loads: [bench.engine.load()] });
  observe(
    "F27",
    "NUL characters and half surrogates in names and metadata of metrics and artifacts",
    1,
    "stored with a replacement character; the attempt ended",
  );
  await bench.close();
}, 60_000);

test("F34: a cell that holds its process for longer than the lease is not taken for dead", async () => {
  const bench = await openWorkbench(database.url, { instance: "busy", leaseSeconds: 1, home });
  const ms = size(3_000, 60_000);
  const run = await bench.run(busy(folder, ms), { cache: "off" });
  expect(run).toMatchObject({ status: "succeeded", tasks: { busy: { attempt: 1 } } });
  await expectWhole({ pool, runs: [run.id], loads: [bench.engine.load()] });
  observe("F34", `a busy loop of ${ms / 1000} s with a lease of 1 s`, 1, "no false death: one attempt");
  await bench.close();
}, 120_000);
