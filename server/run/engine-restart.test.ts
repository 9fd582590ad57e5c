/** F16: the container engine under a server is stopped, crashes and comes back, with and without live-restore. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { findEngine } from "../executor/docker/find-engine";
import { failpoints } from "./testing/faults/failpoints";
import { judge } from "./testing/faults/oracle";
import { observe } from "./testing/faults/observations";
import { canHavePrivateDocker, PrivateDocker } from "./testing/faults/private-docker";
import { everything, letGo, waiting } from "./testing/faults/stories";
import { readWitness, witnessFolder } from "./testing/faults/witness";
import { dockerExecutor, ended, openWorkbench, until } from "./testing/workbench";

const docker = await findEngine();
let database: TestDatabase;
let home: string;
let folder: string;
let own: PrivateDocker | undefined;

beforeEach(async () => {
  database = await createTestDatabase();
  home = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-engine-"));
  fs.mkdirSync(path.join(home, "shared"));
  fs.chmodSync(path.join(home, "shared"), 0o1777);
  folder = witnessFolder(path.join(home, "shared"));
});
afterEach(async () => {
  await own?.remove();
  await database.drop();
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

const cases = [
  { signal: "SIGTERM", liveRestore: true },
  { signal: "SIGKILL", liveRestore: true },
  // Its containers end with it, or when it comes back.
  { signal: "SIGTERM", liveRestore: false },
  { signal: "SIGKILL", liveRestore: false },
] as const;

const canRestart = (docker.ok || process.env.HEDDLE_REQUIRE_DOCKER === "1") && canHavePrivateDocker;
test.skipIf(!canRestart).each(cases)(
  "the container engine is restarted ($signal, live-restore $liveRestore) with an attempt at work",
  async ({ signal, liveRestore }) => {
    own = new PrivateDocker(path.join(home, "docker"), liveRestore);
    await own.start();
    const engine = failpoints.docker(own.engine, [`${path.join(home, "shared")}:/shared:rw`]);
    const bench = await openWorkbench(database.url, { leaseSeconds: 10, home, executor: (at, log) => dockerExecutor(at, log, engine) });
    const result = await bench.submit(waiting("/shared/witness"), { cache: "off" });
    if (!result.ok) throw new Error(result.message);
    const { id } = result;
    const seen = (attempt: number) => readWitness(folder).find((each) => each.run === id && each.attempt === attempt);
    await until(async () => seen(1) !== undefined);
    await own.stop(signal);
    if (liveRestore) {
      // The attempt goes on without it.
      const { last } = seen(1)!;
      await until(async () => seen(1)!.last > last);
    }
    await own.start();
    // One that is made again while the engine goes down ends with it, too.
    const isAgain = async () => readWitness(folder).some((each) => each.run === id && each.attempt > 1);
    if (!liveRestore) await until(isAgain);
    letGo(folder);
    await ended(bench.pool, id);
    const { rows } = await bench.pool.query(
      "select a.status, a.reason from attempt a join task_run t on t.id = a.task_run_id where t.run_id = $1 order by a.attempt",
      [id],
    );
    expect(rows.pop()).toEqual({ status: "succeeded", reason: null });
    expect(rows.length > 0).toBe(!liveRestore);
    if (!liveRestore) expect(rows[0]).toEqual({ status: "lost", reason: "node-lost" });
    for (const { status } of rows) expect(status).toBe("lost");
    // And it is an engine like before.
    const next = await bench.run(everything("/shared/witness"), { cache: "off", notebookId: "next" });
    expect(next.status).toBe("succeeded");
    const runs = [id, next.id];
    expect(await judge({ pool: bench.pool, runs, witness: readWitness(folder), homes: [home], loads: [bench.engine.load()] })).toEqual([]);
    observe(
      "F16",
      `container engine ${signal === "SIGTERM" ? "stopped" : "killed"} and started again, live-restore ${liveRestore ? "on" : "off"}`,
      1,
      liveRestore ? "the attempt went on, one attempt" : "the attempt ended with its container (node-lost) and was made again",
    );
    await bench.close();
  },
  120_000,
);
