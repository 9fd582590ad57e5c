/**
 * Layer L1: every statement of engine and store and every call of executor and container engine goes wrong once in each of
 * three ways, and the oracle finds nothing broken. A new statement is a new point: unreached, it fails here. The fourth way,
 * kill -9, is failpoints-kill.test.ts; statements of workers are cli/worker-failpoints.test.ts.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { collectGarbage } from "../artifact/collect-garbage";
import { openValueStore } from "../artifact/open-value-store";
import { createStorageLedger } from "../artifact/storage-ledger";
import { createPool } from "../db/pool";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { openEngine } from "../executor/docker/testing/engine";
import { findEngine } from "../executor/docker/find-engine";
import { createCleaner } from "../worker/cleaner";
import {
  dockerCalls,
  engineStatements,
  executorCalls,
  failpoints,
  faultActions,
  statements,
  storageStatements,
} from "./testing/faults/failpoints";
import { holdGate, setPools } from "./testing/faults/limits";
import { judge } from "./testing/faults/oracle";
import { calling, everything, hold, letGo, waiting } from "./testing/faults/stories";
import { readWitness, witnessFolder } from "./testing/faults/witness";
import {
  addNotebook,
  dockerExecutor,
  ended,
  hear,
  openWorkbench,
  processExecutor,
  reached,
  toSpec,
  until,
  type Workbench,
} from "./testing/workbench";

const docker = await findEngine();
const hasDocker = docker.ok || process.env.HEDDLE_REQUIRE_DOCKER === "1";
let database: TestDatabase;
let home: string;
let folder: string;

beforeAll(() => failpoints.install());
beforeEach(async () => {
  database = await createTestDatabase();
  home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-points-"));
  folder = witnessFolder(home);
  failpoints.fired.length = 0;
  failpoints.armed.clear();
});
afterAll(async () => {
  await database.drop();
});

/** Of the database's statements these come only after another has gone wrong, or to a server that is started anew. */
const afterCuts = ["savedRevisionsSql", "runNumberSql", "poisonRunSql", "setAsideSql", "callAgainSql", "callerOfSql", "loadUsageSql"];
/** What a server asks when it takes up runs. */
const readingBack = ["takeRunsSql", "beginReadSql", "loadRunSql", "loadTaskRunsSql", "commitReadSql", "forgetPermitsSql", "limitsSql"];
const inProcess = faultActions.filter((action) => action !== "kill");

test("every statement of engine, store and workers lies in a file of statements", () => {
  const texts = new Set(statements.values());
  expect(texts.size).toBe(statements.size);
  const places = ["server/run", "server/worker", "server/workers", "server/metric", "server/artifact"].flatMap((place) =>
    fs
      .readdirSync(place)
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .map((name) => path.join(place, name)),
  );
  // The web side reads inside workspaceRead, with statements of its own; the engine has none but these.
  const engine = places.filter((name) =>
    /\/(engine|run-writer|load-run|cache-lookup|outside-news|append|record|rescuer|lease-keeper|dispatcher|permit-desk|sub-runs|start-sub-run|usage-keeper|collect-garbage|storage-ledger|cleaner|registry)\.ts$/.test(
      name,
    ),
  );
  expect(engine).toHaveLength(18);
  for (const name of engine)
    expect({
      name,
      inline: /\.query[^;]{0,80}["`](select|insert|update|delete|begin|with|create|drop)\b/i.test(fs.readFileSync(name, "utf8")),
    }).toEqual({ name, inline: false });
});

test("every call of the container engine has a point", () => {
  const source = fs
    .readdirSync("server/executor/docker")
    .filter((name) => name === "docker-host.ts")
    .map((name) => fs.readFileSync(path.join("server/executor/docker", name), "utf8"))
    .join("\n");
  const calls = new Set(
    [...source.matchAll(/\b(docker|container|leftover)\.(\w+)\(/g)].map(
      ([, kind, name]) => `${kind === "docker" ? "docker" : "container"}.${name}`,
    ),
  );
  // Asked only about gpu= and for a handle: nothing hangs on them.
  for (const harmless of ["docker.info", "docker.getContainer"]) calls.delete(harmless);
  expect([...calls].sort()).toEqual([...dockerCalls].sort());
});

/** All that an engine does, so that each of its points is reached. */
async function story(bench: Workbench, other: Workbench): Promise<string[]> {
  const runs: string[] = [];
  const submit = async (on: Workbench, text: string, orderKey?: string, cache: "use" | "off" = "off") => {
    const result = await on.engine.submit(toSpec(text, { cache }), { source: text, versionId: undefined, createdBy: undefined, orderKey });
    if (!result.ok) throw new Error(result.message);
    runs.push(result.id);
    return result.id;
  };
  const over = (id: string) => ended(bench.pool, id);
  hold(folder);
  const held = await submit(bench, waiting(folder), "the same");
  expect(await submit(bench, waiting(folder), "the same")).toBe(held);
  await reached(bench.pool, held, "wait", "running");
  for (const cache of ["use", "use", "off"] as const) await over(await submit(bench, everything(folder), undefined, cache));
  // Asked for at the one that does not own it, and gone on with there.
  await insist(() => other.engine.cancel(held));
  await over(held);
  letGo(folder);
  const again = hear((news) => news.type === "changed" && news.runId === held && news.ended && news.outside !== true);
  await insist(() => other.engine.retry(held));
  await again;
  return [...new Set(runs)];
}

/** As a person who presses the button again. */
async function insist(ask: () => Promise<boolean>): Promise<void> {
  for (;;) {
    const done = await ask().catch(() => false);
    if (done) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Places that are limited, a run that calls another, and a limit that is made while an attempt is at work. */
async function limitedStory(bench: Workbench): Promise<string[]> {
  const { pool } = bench;
  await addNotebook(pool, "Child", "// %% Child lock=door\nexport const one = 1;\n");
  await setPools(pool, { small: 1 });
  await insist(async () => (await bench.engine.readLimits(), true));
  const runs: string[] = [];
  const submit = async (text: string) => {
    const result = await bench.submit(text, { cache: "off" });
    if (!result.ok) throw new Error(result.message);
    runs.push(result.id);
    return result.id;
  };
  await ended(pool, await submit(calling));
  hold(folder);
  const held = await submit(waiting(folder, "pool=small"));
  await reached(pool, held, "wait", "running");
  // It counts for the new one, too.
  await setPools(pool, { small: 1, other: 1 });
  await insist(async () => (await bench.engine.readLimits(), true));
  // Another asks, and is paused before it hears that it may.
  const gate = await holdGate(pool);
  const asking = await submit(waiting(folder, "pool=other"));
  await gate.asked();
  await insist(() => bench.engine.command(asking, { type: "pause-requested", by: undefined }));
  await gate.open();
  // Given back, if that is still to go wrong: before the run is wanted again.
  await until(async () => !failpoints.armed.has("giveBackPermitsSql"));
  await insist(() => bench.engine.command(asking, { type: "resume-requested", by: undefined }));
  letGo(folder);
  await ended(pool, asking);
  await ended(pool, held);
  return runs;
}

test.each(inProcess)(
  "%s at every statement of the engine and every call of the executor",
  async (action) => {
    const options = { leaseSeconds: 2, home };
    failpoints.arm(
      [...engineStatements.keys()].filter((name) => !afterCuts.includes(name)),
      action,
    );
    const executor = (at: string, log: (message: string) => void) => failpoints.executor(processExecutor(at, log));
    let bench = await openWorkbench(database.url, { ...options, executor, instance: "first" });
    const other = await openWorkbench(database.url, { ...options, home: path.join(home, "other"), executor, instance: "second" });
    failpoints.arm(
      executorCalls.filter((name) => name !== "executor.adopt"),
      action,
    );
    const runs = await story(bench, other);
    runs.push(...(await limitedStory(bench)));
    // Once more, with what comes only after a cut: the cut, then a fault in what finds out about it.
    failpoints.arm(["insertRunSql", "saveRunsSql 0", "beginCallSql"], "execute-then-error");
    failpoints.arm(["savedRevisionsSql", "runNumberSql", "callAgainSql", "callerOfSql"], action);
    runs.push(...(await story(bench, other)), ...(await limitedStory(bench)));
    // A run that the database refuses is set aside, whatever happens on the way.
    await bench.pool.query(`create function refuse() returns trigger language plpgsql as $$ begin
    if new.task_key = 'poisoned' and new.status = 'succeeded' then raise exception 'this row is poison'; end if; return new; end $$;
    create trigger refuse before update on task_run for each row execute function refuse()`);
    failpoints.arm(["poisonRunSql", "setAsideSql"], action);
    const poisoned = await bench.submit("// %% Poisoned\nexport const a = 1;\n", { cache: "off" });
    if (!poisoned.ok) throw new Error(poisoned.message);
    await ended(bench.pool, poisoned.id);
    expect((await bench.summary(poisoned.id)).reason).toBe("internal");
    // Started anew while an attempt is at work, whose use of the machine goes on being kept.
    hold(folder);
    const atWork = await bench.submit(waiting(folder), { cache: "off" });
    if (!atWork.ok) throw new Error(atWork.message);
    runs.push(atWork.id);
    const samples = async () =>
      (await bench.pool.query<{ n: number }>("select cardinality(at_ms) as n from attempt_usage where run_id = $1", [atWork.id])).rows[0]
        ?.n ?? 0;
    await until(async () => (await samples()) > 0);
    failpoints.arm(["loadUsageSql", ...readingBack], action);
    await bench.close();
    bench = await openWorkbench(database.url, { ...options, executor, instance: "first" });
    const before = await samples();
    await until(async () => (await samples()) > before && !failpoints.armed.has("loadUsageSql"));
    letGo(folder);
    await ended(bench.pool, atWork.id);
    await Promise.all([bench, other].map((each) => each.pool.query("select 1")));
    const loads = [bench.engine.load(), other.engine.load()];
    const verdict = await judge({
      pool: bench.pool,
      runs,
      witness: readWitness(folder),
      homes: [home, path.join(home, "other")],
      loads,
      retried: runs,
    });
    expect(verdict).toEqual([]);
    // Nobody keeps a place of an attempt that has ended.
    const { rows: kept } = await bench.pool.query(
      `select p.holder from permit p left join run r on r.id = p.run_id left join task_run t on t.id = p.holder where permit_is_live(p, r, t)`,
    );
    expect(kept).toEqual([]);
    await bench.close();
    await other.close();
    expect([...failpoints.armed.keys()]).toEqual([]);
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  },
  120_000,
);

test.each(inProcess)(
  "%s at every statement of the store",
  async (action) => {
    const pool = createPool(database.url);
    const store = openValueStore(home, pool, {});
    const { objects } = store;
    const bench = await openWorkbench(database.url, {
      leaseSeconds: 10,
      home,
      objects,
      executor: (at, log) => processExecutor(at, log, store),
    });
    await addNotebook(pool, "Any", "// %% Any\nexport const any = 1;\n");
    await pool.query("insert into storage_policy (workspace_id, keep_last, quota_bytes) values ('w1', 1, 1000000000)");
    const old = await bench.run(everything(folder, 3, 10, 1), { cache: "off" });
    const orphan = await store.put("w1", Buffer.from("nobody refers to it".padEnd(1000, ".")));
    failpoints.arm(storageStatements.keys(), action);
    // Runs go on being stored, with quotas and references, while sweeps go wrong.
    const kept = await bench.run(everything(folder, 3, 10, 2), { cache: "off" });
    expect(kept.status).toBe("succeeded");
    await store.put("w1", Buffer.from("nobody refers to it".padEnd(1000, ".")));
    await store.put("w1", Buffer.from("said twice"));
    await store.put("w1", Buffer.from("said twice"));
    await createStorageLedger(pool, async () => 0).lost("w1", "0".repeat(64));
    const cleaner = createCleaner({ pool, objects, logs: bench.engine.logs, everyMs: 20, complain: () => undefined });
    cleaner.start();
    await until(async () => !failpoints.armed.has("dueSweepsSql"));
    await cleaner.stop();
    const sweep = () =>
      collectGarbage({ pool, objects, workspaceId: "w1", dryRun: false, trigger: "timer" }).then(
        (result) => result.ok,
        () => false,
      );
    // As if the time of grace had passed since the one before, and that in which a sweep that was cut off is believed to go on.
    const age = () =>
      pool.query("update condemned_value set since = since - interval '2 hours', deleting = deleting - interval '5 minutes'");
    if (action === "sleep") failpoints.arm(["markSql"], "throw");
    for (let sweeps = 0; failpoints.armed.size > 0 && sweeps < 60; sweeps++) {
      await sweep();
      await age();
    }
    expect([...failpoints.armed.keys()]).toEqual([]);
    expect(await sweep()).toBe(true);
    expect(await judge({ pool, runs: [kept.id], witness: readWitness(folder), homes: [home], loads: [bench.engine.load()] })).toEqual([]);
    expect((await pool.query("select 1 from run where id = $1", [old.id])).rowCount).toBe(0);
    expect(await store.has("w1", orphan.hash)).toBe(false);
    let bytes = 0;
    for await (const object of objects.list("w1/")) bytes += object.bytes;
    expect((await pool.query("select used_bytes::float8 as used from storage_usage where workspace_id = 'w1'")).rows).toEqual([
      { used: bytes },
    ]);
    await bench.close();
    await pool.end();
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  },
  60_000,
);

if (hasDocker) {
  test.each(inProcess)(
    "%s at every call of the container engine",
    async (action) => {
      const real = failpoints.docker(openEngine(), [`${folder}:/heddle/witness:rw`]);
      const bench = await openWorkbench(database.url, {
        leaseSeconds: 5,
        home,
        instance: "first",
        executor: (at, log) => dockerExecutor(at, log, real),
      });
      failpoints.arm(
        dockerCalls.filter((call) => call !== "docker.listContainers"),
        action,
      );
      const text = everything("/heddle/witness");
      const runs: string[] = [];
      for (let round = 0; round < 2; round++) {
        const run = await bench.run(text, { cache: "off", notebookId: `n${round}` });
        expect(run.status).toBe("succeeded");
        runs.push(run.id);
      }
      expect(await judge({ pool: bench.pool, runs, witness: readWitness(folder), homes: [home], loads: [bench.engine.load()] })).toEqual(
        [],
      );
      await bench.close();
      await real.listContainers({ all: true });
      expect([...failpoints.armed.keys()]).toEqual([]);
      fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
    120_000,
  );
}
