/**
 * Layer L1, the fourth way: the server is killed (kill -9) at each statement of engine and store and at each call of executor
 * and container engine, right after it was carried out, and is started again. Which scene comes upon which point is written
 * down; a point without one fails the test. By default every third is killed at, with HEDDLE_FAULTS=full each.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createPool, type Pool } from "../db/pool";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { openEngine } from "../executor/docker/testing/engine";
import { findEngine } from "../executor/docker/find-engine";
import { engineStatements, executorCalls, storageStatements } from "./testing/faults/failpoints";
import { holdGate, setPools } from "./testing/faults/limits";
import { judge } from "./testing/faults/oracle";
import { observe } from "./testing/faults/observations";
import { calling, everything, hold, letGo, waiting } from "./testing/faults/stories";
import { readWitness, witnessFolder } from "./testing/faults/witness";
import { ServerProcess, type ServerProcessOptions } from "./testing/killable-server";
import { addNotebook, areOver, openWorkbench, until, type Workbench } from "./testing/workbench";

const docker = await findEngine();
const isFull = process.env.HEDDLE_FAULTS === "full";
let database: TestDatabase;
let pool: Pool;
let home: string;
let folder: string;
let other: Workbench | undefined;

beforeEach(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-kills-"));
  folder = witnessFolder(home);
  await addNotebook(
    pool,
    "Child",
    "// %% Child lock=door\nawait new Promise((resolve) => setTimeout(resolve, 100));\nexport const one = 1;\n",
  );
});
afterEach(async () => {
  await other?.close();
  other = undefined;
  await pool.end();
  await database.drop();
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** What the scenes have to do with. */
interface Stage {
  readonly server: ServerProcess;
  /** A different number in each round. */
  readonly round: number;
  /** Accepted runs of all rounds. */
  readonly runs: string[];
  submit(text: string, more?: { orderKey?: string; notebookId?: string; cache?: "use" | "off" }): Promise<string>;
  answered(order: object): Promise<void>;
  /** Resolves once it holds; rejects once the server is dead. */
  until(test: () => Promise<boolean>): Promise<void>;
}

interface Scene {
  readonly points: readonly string[];
  /** Comes upon the points, one of which ends the server. */
  play(stage: Stage): Promise<void>;
  /** Goes wrong besides, so that the point is come upon. */
  readonly first?: ServerProcessOptions["failpoints"];
  /** Before the first round. */
  before?(): Promise<void>;
  /** Of its servers; default 3: attempts that nobody adopts within that and a grace are made again. */
  readonly leaseSeconds?: number;
  /** What stands still goes on standing still from round to round. */
  readonly holds?: boolean;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms).unref());
const isAtWork = async (run: string) => readWitness(folder).some((seen) => seen.run === run);
const begin = async ({ submit, until }: Stage, options = "") => {
  hold(folder);
  const id = await submit(waiting(folder, options));
  await until(() => isAtWork(id));
  return id;
};

/** A run of `other`, which this server does not own. */
async function foreign(stage: Stage): Promise<string> {
  hold(folder);
  const result = await other!.submit(waiting(folder), { cache: "off" });
  if (!result.ok) throw new Error(result.message);
  stage.runs.push(result.id);
  await stage.until(() => isAtWork(result.id));
  return result.id;
}

/** A run whose attempt is at work without a server, and one that waits for somebody to resume it. */
let left = "";
let paused = "";

const scenes: readonly Scene[] = [
  {
    points: [
      ...["writerSettingsSql", "beatSql", "forgetPermitsSql", "limitsSql", "takeRunsSql", "listenSql", "notifySql", "outsideRunsSql"],
      ...["renewSql", "wishesSql", "orphansSql", "insertRunSql", "lookupSql", "saveRunsSql 0", "saveRunsSql 2", "saveRunsSql 3"],
      ...["ensureSeriesSql", "appendPointsSql", "recordArtifactSql", "executor.launch", "saveUsageSql", "roomSql", "addUsageSql"],
    ],
    async play(stage) {
      const { round, submit, until } = stage;
      const id = await submit(everything(folder, 3, 40, round), { cache: "use" });
      await until(() => areOver(pool, [id]));
      // Long enough for a sample of what it uses, and for every loop to come round.
      const long = await begin(stage);
      await until(async () => (await pool.query("select from attempt_usage where run_id = $1", [long])).rowCount === 1);
      letGo(folder);
      await until(() => areOver(pool, [long]));
    },
  },
  // Elements only, and nothing that is remembered.
  {
    points: ["saveRunsSql 1"],
    async play({ submit, until }) {
      const id = await submit(`// %% Each each="n of [1, 2, 3]"\nexport const twice = n * 2;\n`);
      await until(() => areOver(pool, [id]));
    },
  },
  {
    points: ["clearWishesSql", "executor.stop"],
    async play(stage) {
      const id = await begin(stage);
      await other!.engine.cancel(id);
      await stage.until(() => areOver(pool, [id]));
    },
  },
  {
    points: ["wishSql"],
    async play(stage) {
      await stage.answered({ type: "cancel", runId: await foreign(stage) });
    },
  },
  {
    points: ["orderedRunSql"],
    async play(stage) {
      hold(folder);
      const order = { orderKey: `order ${stage.round}` };
      await stage.submit(waiting(folder), order);
      await stage.submit(waiting(folder), order);
    },
  },
  {
    points: ["reopenRunSql"],
    async play({ round, runs, submit, until, answered }) {
      const id = await submit(everything(folder, 1, 10, round));
      await until(() => areOver(pool, [id]));
      await answered({ type: "retry", runId: runs.at(-1) });
    },
  },
  {
    points: ["leaveSql"],
    async play({ server }) {
      await server.close();
    },
  },
  // An attempt is at work while its server is killed; the next one takes it up.
  {
    points: ["beginReadSql", "loadRunSql", "loadTaskRunsSql", "commitReadSql", "executor.adopt", "loadUsageSql"],
    holds: true,
    leaseSeconds: 30,
    async before() {
      const server = new ServerProcess({ databaseUrl: database.url, home, leaseSeconds: 30 });
      await server.hear("ready");
      hold(folder);
      server.send({ type: "submit", text: waiting(folder) });
      const { id } = (await server.hear("accepted")).result;
      left = id;
      await until(() => isAtWork(id));
      await server.kill();
    },
    async play(stage) {
      if (!stage.runs.includes(left)) stage.runs.push(left);
      // Its next sample is written with those before.
      await stage.until(async () => false);
    },
  },
  {
    points: [
      ...["makeGatesSql", "beginPermitsSql", "lockGatesSql", "permitStateSql", "takePermitsSql", "commitPermitsSql", "layDownPermitsSql"],
      ...["findCallSql", "heldLocksSql", "countTreeSql", "beginCallSql", "endedRunsSql", "outcomeSql"],
    ],
    before: () => setPools(pool, { small: 1 }),
    async play({ runs, submit, until }) {
      await submit(calling);
      await until(() => areOver(pool, runs));
    },
  },
  // A call that was written down, and nobody heard so.
  {
    points: ["callAgainSql", "callerOfSql"],
    first: [{ points: ["beginCallSql"], action: "execute-then-error" }],
    async play({ submit, until }) {
      const id = await submit(calling);
      await until(() => areOver(pool, [id]));
    },
  },
  {
    points: ["labelPermitsSql"],
    before: () => setPools(pool, { small: 1 }),
    async play(stage) {
      await begin(stage, "pool=small");
      await setPools(pool, { small: 1, [`other${stage.round}`]: 1 });
      await stage.answered({ type: "limits" });
    },
  },
  {
    points: ["giveBackPermitsSql"],
    before: () => setPools(pool, { large: 9 }),
    async play({ runs, submit, answered, until }) {
      // Nobody else asks for a place.
      await until(() => areOver(pool, runs));
      const gate = await holdGate(pool);
      const id = (paused = await submit(waiting(folder, "pool=large")));
      await gate.asked();
      await answered({ type: "pause", runId: id });
      await gate.open();
      await until(async () => false);
    },
  },
  {
    points: ["spareSql", "forgetResultsSql"],
    async play({ answered }) {
      await answered({ type: "put", words: "said twice" });
      await answered({ type: "put", words: "said twice" });
      await answered({ type: "lost", hash: "0".repeat(64) });
    },
  },
  {
    points: [
      ...["dueSweepsSql", "lockSweepSql", "beginSweepSql", "expiredRunsSql", "deleteCacheOfRunsSql", "deleteRunsSql"],
      ...["deleteExpiredCacheSql", "makeReachedSql", "markSql", "unreachedSql", "condemnSql", "claimCondemnedSql", "forgetCondemnedSql"],
      ...["knownRunsSql", "setUsageSql", "forgetOldCondemnedSql", "usageByNotebookSql", "endSweepSql", "forgetSweepsSql", "dropReachedSql"],
      "unlockSweepSql",
    ],
    // Ended runs of a notebook of their own, which the sweeps take away.
    before: () => pool.query("insert into storage_policy (workspace_id, quota_bytes) values ('w1', 1000000000)").then(() => undefined),
    async play({ round, runs, submit, answered, until }) {
      const id = await submit(everything(folder, 1, 10, round), { notebookId: "swept" });
      // Nothing is being written: the sweeps below give no time of grace.
      await until(() =>
        areOver(
          pool,
          runs.filter((run) => run !== paused),
        ),
      );
      // It is to go: nobody asks for it in the end.
      runs.splice(runs.indexOf(id), 1);
      await pool.query("update run set finished_at = finished_at - interval '3 days' where notebook_id = 'swept'");
      await pool.query("update storage_policy set keep_days = 1 where workspace_id = 'w1'");
      await answered({ type: "put", words: `nobody refers to it ${round}` });
      await pool.query("update condemned_value set since = since - interval '2 hours', deleting = deleting - interval '5 minutes'");
      await pool.query("delete from storage_sweep where workspace_id = 'w1'");
      await answered({ type: "clean" });
      await answered({ type: "sweep", graceSeconds: 0 });
      await answered({ type: "sweep", graceSeconds: 0 });
    },
  },
  {
    points: ["failSweepSql"],
    first: [{ points: ["markSql"], action: "throw" }],
    async play({ answered }) {
      await answered({ type: "sweep", graceSeconds: 0 });
    },
  },
  {
    points: ["runNumberSql"],
    first: [{ points: ["insertRunSql"], action: "execute-then-error" }],
    async play({ submit }) {
      await submit(everything(folder, 1, 10));
    },
  },
  {
    points: ["savedRevisionsSql"],
    first: [{ points: ["saveRunsSql 0"], action: "execute-then-error" }],
    async play({ round, submit, until }) {
      const id = await submit(everything(folder, 1, 10, round));
      await until(() => areOver(pool, [id]));
    },
  },
  // A run that the database refuses.
  {
    points: ["poisonRunSql", "setAsideSql"],
    async before() {
      await pool.query(`create function refuse() returns trigger language plpgsql as $$ begin
        if new.task_key = 'poisoned' and new.status = 'succeeded' then raise exception 'this row is poison'; end if; return new; end $$;
        create trigger refuse before update on task_run for each row execute function refuse()`);
    },
    async play({ submit, until }) {
      const id = await submit("// %% Poisoned\nexport const a = 1;\n");
      await until(() => areOver(pool, [id]));
    },
  },
];

test("every statement of engine and store and every call of the executor has its scene", () => {
  const points = scenes.flatMap((scene) => scene.points);
  expect([...points].sort()).toEqual([...engineStatements.keys(), ...storageStatements.keys(), ...executorCalls].sort());
});

test("kill -9 at every statement of engine and store and every call of the executor", async () => {
  const runs: string[] = [];
  const all = scenes.flatMap((scene) => scene.points);
  const chosen = new Set(all.filter((_, index) => isFull || index % 3 === 0));
  other = await openWorkbench(database.url, { leaseSeconds: 3, home: path.join(home, "other"), instance: "second" });
  let round = 0;
  for (const { points, play, first = [], before, holds = false, leaseSeconds = 3 } of scenes) {
    const open = new Set(points.filter((point) => chosen.has(point)));
    if (open.size > 0) await before?.();
    while (open.size > 0) {
      round++;
      const server = new ServerProcess({
        databaseUrl: database.url,
        home,
        leaseSeconds,
        failpoints: [...first, { points: [...open], action: "kill" }],
      });
      const stage: Stage = {
        server,
        round,
        runs,
        async submit(text, more) {
          server.send({ type: "submit", text, ...more });
          const { id } = (await server.hear("accepted")).result;
          runs.push(id);
          return id;
        },
        async answered(order) {
          server.send(order);
          await server.hear("answered");
        },
        until: (test) =>
          until(async () => {
            if (await test()) return true;
            return server.isOver;
          }),
      };
      if (!holds) letGo(folder);
      // What a scene says of a server that has died is of no interest: dead is what it should be.
      const played = server.hear("ready").then(() => play(stage));
      const late = pause(45_000).then(() => "nor after 45 s");
      const why = await Promise.race([played.then(() => "", String), server.exit.then(() => ""), late]);
      // Every loop has come round by then.
      const patience = setTimeout(() => server.signal("SIGKILL"), 10_000);
      await server.exit;
      clearTimeout(patience);
      const point = (await server.lastWord("killed"))?.point;
      if (point === undefined || !open.delete(point)) throw new Error(`Never reached: ${[...open].join(", ")}\n${why}\n${server.errors}`);
    }
  }
  letGo(folder);
  const server = new ServerProcess({ databaseUrl: database.url, home, leaseSeconds: 3 });
  await server.hear("ready");
  if (paused !== "") {
    server.send({ type: "resume", runId: paused });
    await server.hear("answered");
  }
  await until(() => areOver(pool, runs));
  server.send({ type: "load" });
  const { load } = await server.hear("load");
  const homes = [home, path.join(home, "other")];
  expect(await judge({ pool, runs, witness: readWitness(folder), homes, loads: [load, other.engine.load()], retried: runs })).toEqual([]);
  // The sweeps go on where those that were killed stopped, and what is used is what is there.
  await pool.query("update condemned_value set since = since - interval '2 hours', deleting = deleting - interval '5 minutes'");
  for (let sweeps = 0; sweeps < 2; sweeps++) {
    server.send({ type: "sweep", graceSeconds: 0 });
    expect((await server.hear("answered")).result).toBe(true);
  }
  const { rows } = await pool.query<{ used: number }>("select used_bytes::float8 as used from storage_usage where workspace_id = 'w1'");
  expect(rows[0]!.used).toBe(bytesIn(path.join(home, "store", "w1")));
  expect(await judge({ pool, runs, witness: [], homes, retried: runs })).toEqual([]);
  observe(
    "F1 F8",
    "`kill -9` at statements of engine and store and calls of the executor",
    round,
    "runs ended, sweeps went on, nothing lost",
  );
  await server.close();
}, 600_000);

/** Without what a writer that was killed left half done: that goes after a day. */
function bytesIn(at: string): number {
  return fs
    .readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && path.basename(each.parentPath) !== "incoming")
    .reduce((bytes, each) => bytes + fs.statSync(path.join(each.parentPath, each.name)).size, 0);
}

if (docker.ok || process.env.HEDDLE_REQUIRE_DOCKER === "1") {
  test("kill -9 at every call of the container engine", async () => {
    const open = new Set<string>([
      "docker.createContainer",
      "container.start",
      "docker.listContainers",
      "container.wait",
      "executor.launch",
    ]);
    const all = open.size;
    const options = { databaseUrl: database.url, home, executor: "docker", witness: folder } as const;
    const runs: string[] = [];
    for (let rounds = 0; open.size > 0 && rounds < all + 5; rounds++) {
      // A wait is answered only at the end: it is killed at, by what ends the container.
      const points = [...open].filter((point) => point !== "container.wait" || open.size === 1);
      const server = new ServerProcess({ ...options, failpoints: [{ points, action: "kill" }] });
      if (await server.hearOrEnd("ready")) {
        server.send({ type: "submit", text: everything("/heddle/witness") });
        const accepted = await server.hearOrEnd("accepted");
        if (accepted) {
          runs.push(accepted.result.id);
          if (points[0] === "container.wait") await killContainers(home, server.exit);
        }
      }
      // All over without having come upon one of them: waiting for the server's end would be waiting for ever.
      await Promise.race([server.exit, ...(points[0] === "container.wait" ? [] : [until(() => areOver(pool, runs))])]);
      if (!server.isOver && points[0] !== "container.wait") throw new Error(`Never reached: ${points.join(", ")}\n${server.errors}`);
      const point = (await server.lastWord("killed"))?.point;
      if (point === undefined) throw new Error(`Ended before: ${points.join(", ")}\n${server.errors}`);
      open.delete(point);
    }
    expect([...open]).toEqual([]);
    const server = new ServerProcess(options);
    await server.hear("ready");
    await until(() => areOver(pool, runs));
    server.send({ type: "load" });
    const { load } = await server.hear("load");
    expect(await judge({ pool, runs, witness: readWitness(folder), homes: [home], loads: [load] })).toEqual([]);
    await server.close();
  }, 180_000);
}

/** Whether its task is at work or over by then: the container stays warm, and its end is what matters. */
async function killContainers(of: string, serverEnd: Promise<void>): Promise<void> {
  const engine = openEngine();
  const id = createHash("sha256").update(of).digest("hex").slice(0, 16);
  let done = false;
  void serverEnd.then(() => (done = true));
  for (; !done; await new Promise((resolve) => setTimeout(resolve, 50))) {
    for (const { Id } of await engine.listContainers({ filters: { label: [`heddle.home=${id}`], status: ["running"] } })) {
      await engine
        .getContainer(Id)
        .kill()
        .then(() => (done = true))
        .catch(() => undefined);
    }
  }
}
