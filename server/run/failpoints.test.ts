/**
 * Layer L1: every statement of the engine and every call of its executor and of the container engine goes wrong once in
 * each of four ways, and the oracle finds nothing broken. A new statement is a new point: unreached, it fails here.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createPool } from "../db/pool";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { openEngine } from "../executor/docker/testing/engine";
import { findEngine } from "../executor/docker/find-engine";
import { dockerCalls, executorCalls, failpoints, faultActions, statements } from "./testing/faults/failpoints";
import { judge } from "./testing/faults/oracle";
import { everything, hold, letGo, waiting } from "./testing/faults/stories";
import { readWitness, witnessFolder } from "./testing/faults/witness";
import { ServerProcess } from "./testing/killable-server";
import { dockerExecutor, ended, hear, openWorkbench, over, processExecutor, reached, toSpec, type Workbench } from "./testing/workbench";

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
});
afterAll(async () => {
  await database.drop();
});

/** Of the database's statements these come only after another has gone wrong. */
const afterCuts = ["savedRevisionsSql", "runNumberSql", "poisonRunSql", "setAsideSql"];
const inProcess = faultActions.filter((action) => action !== "kill");

test("every statement of the engine lies in a file of statements", () => {
  const texts = new Set(statements.values());
  expect(texts.size).toBe(statements.size);
  const places = ["server/run", "server/worker", "server/metric", "server/artifact"].flatMap((place) =>
    fs
      .readdirSync(place)
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
      .map((name) => path.join(place, name)),
  );
  // The web side reads inside workspaceRead, with statements of its own; the engine has none but these.
  const engine = places.filter((name) =>
    /(engine|run-writer|load-run|cache-lookup|outside-news|append|record|rescuer|lease-keeper|dispatcher)\.ts$/.test(name),
  );
  expect(engine.length).toBeGreaterThan(8);
  for (const name of engine)
    expect({
      name,
      inline: /\.query[^;]{0,80}["`](select|insert|update|delete|begin|with)\b/i.test(fs.readFileSync(name, "utf8")),
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

test.each(inProcess)(
  "%s at every statement and every call of the executor",
  async (action) => {
    const options = { leaseSeconds: 2, home };
    const points = [...statements.keys()].filter((name) => !afterCuts.includes(name));
    failpoints.arm(points, action);
    const executor = (at: string, log: (message: string) => void) => failpoints.executor(processExecutor(at, log));
    const bench = await openWorkbench(database.url, { ...options, executor, instance: "first" });
    const other = await openWorkbench(database.url, { ...options, home: path.join(home, "other"), executor, instance: "second" });
    failpoints.arm(
      executorCalls.filter((name) => name !== "executor.adopt"),
      action,
    );
    const runs = await story(bench, other);
    // Once more, with what comes only after a cut: the cut, then a fault in what finds out about it.
    failpoints.arm(["insertRunSql", "saveRunsSql 0"], "execute-then-error");
    failpoints.arm(["savedRevisionsSql", "runNumberSql"], action);
    runs.push(...(await story(bench, other)));
    // A run that the database refuses is set aside, whatever happens on the way.
    await bench.pool.query(`create function refuse() returns trigger language plpgsql as $$ begin
    if new.task_key = 'poisoned' and new.status = 'succeeded' then raise exception 'this row is poison'; end if; return new; end $$;
    create trigger refuse before update on task_run for each row execute function refuse()`);
    failpoints.arm(["poisonRunSql", "setAsideSql"], action);
    const poisoned = await bench.submit("// %% Poisoned\nexport const a = 1;\n", { cache: "off" });
    if (!poisoned.ok) throw new Error(poisoned.message);
    await ended(bench.pool, poisoned.id);
    expect((await bench.summary(poisoned.id)).reason).toBe("internal");
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
    await bench.close();
    await other.close();
    expect([...failpoints.armed.keys()]).toEqual([]);
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  },
  120_000,
);

/** Sent by the second server, or only when runs are read back at a certain moment: not every story comes upon them. */
const seldomReached = ["reopenRunSql", "wishSql", "orderedRunSql", "leaveSql", "commitReadSql", "loadTaskRunsSql", "saveRunsSql 1"];
/** Each round starts and kills a server: by default every third point, with HEDDLE_FAULTS=full each. */
const isFull = process.env.HEDDLE_FAULTS === "full";

test("kill -9 at every statement and every call of the executor", async () => {
  // What the second server sends in the name of another owner, or only after a cut, is killed elsewhere (kill.test.ts, the model).
  const open = new Set(
    [...statements.keys(), ...executorCalls]
      .filter((name) => ![...afterCuts, ...seldomReached].includes(name))
      .filter((_, index) => isFull || index % 3 === 0),
  );
  const all = open.size;
  const bench = await openWorkbench(database.url, { leaseSeconds: 3, home: path.join(home, "other"), instance: "second" });
  const runs: string[] = [];
  let kills = 0;
  let idle = false;
  for (let rounds = 0; open.size > 0 && rounds < all + 10; rounds++) {
    const server = new ServerProcess({
      databaseUrl: database.url,
      home,
      leaseSeconds: 3,
      failpoints: { points: [...open], action: "kill" },
    });
    const ready = await server.hearOrEnd("ready");
    if (ready) {
      // What is left is reached by a cancel of something that is at work.
      const stopping = idle || [...open].every((point) => point === "clearWishesSql" || point === "executor.stop");
      hold(folder);
      server.send({
        type: "submit",
        text: stopping ? waiting(folder) : everything(folder, 3, 40, rounds + 1),
        cache: rounds % 2 === 0 ? "use" : "off",
      });
      const accepted = await server.hearOrEnd("accepted");
      if (accepted) {
        const { id } = accepted.result;
        runs.push(id);
        while (stopping && !readWitness(folder).some(({ run }) => run === id)) await new Promise((resolve) => setTimeout(resolve, 50));
        if (stopping) await bench.engine.cancel(id);
        // All that this round can reach is reached by then; what the loops do comes within their turn.
        await Promise.race([server.exit, ended(bench.pool, id).then(() => new Promise((resolve) => setTimeout(resolve, 4000)))]);
        await server.kill();
      }
    }
    await server.exit;
    const point = (await server.lastWord("killed"))?.point;
    idle = point === undefined && !idle;
    if (point === undefined) continue;
    open.delete(point);
    kills++;
  }
  expect({ open: [...open], kills }).toEqual({ open: [], kills: all });
  const server = new ServerProcess({ databaseUrl: database.url, home, leaseSeconds: 3 });
  await server.hear("ready");
  for (const id of runs) await ended(bench.pool, id);
  server.send({ type: "load" });
  const { load } = await server.hear("load");
  expect(
    await judge({ pool: bench.pool, runs, witness: readWitness(folder), homes: [home, path.join(home, "other")], loads: [load] }),
  ).toEqual([]);
  await server.close();
  await bench.close();
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}, 600_000);

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

  test("kill -9 at every call of the container engine", async () => {
    const open = new Set<string>([
      "docker.createContainer",
      "container.start",
      "docker.listContainers",
      "container.wait",
      "executor.launch",
    ]);
    const all = open.size;
    const pool = createPool(database.url);
    const options = { databaseUrl: database.url, home, executor: "docker", witness: folder } as const;
    const runs: string[] = [];
    for (let rounds = 0; open.size > 0 && rounds < all + 5; rounds++) {
      // A wait is answered only at the end: it is killed at, by what ends the container.
      const points = [...open].filter((point) => point !== "container.wait" || open.size === 1);
      const server = new ServerProcess({ ...options, failpoints: { points, action: "kill" } });
      if (await server.hearOrEnd("ready")) {
        server.send({ type: "submit", text: everything("/heddle/witness") });
        const accepted = await server.hearOrEnd("accepted");
        if (accepted) {
          runs.push(accepted.result.id);
          if (points[0] === "container.wait") await killContainers(home, server.exit);
        }
      }
      // All over without having come upon one of them: waiting for the server's end would be waiting for ever.
      await Promise.race([server.exit, ...(points[0] === "container.wait" ? [] : [over(pool, runs)])]);
      if (!server.isOver && points[0] !== "container.wait") throw new Error(`Never reached: ${points.join(", ")}\n${server.errors}`);
      const point = (await server.lastWord("killed"))?.point;
      if (point === undefined) throw new Error(`Ended before: ${points.join(", ")}\n${server.errors}`);
      open.delete(point);
    }
    expect([...open]).toEqual([]);
    const server = new ServerProcess(options);
    await server.hear("ready");
    await over(pool, runs);
    server.send({ type: "load" });
    const { load } = await server.hear("load");
    expect(await judge({ pool, runs, witness: readWitness(folder), homes: [home], loads: [load] })).toEqual([]);
    await server.close();
    await pool.end();
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
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
