/**
 * Layer L1 for workers on other machines: each statement about them goes wrong once in each of three ways while a real worker
 * comes, works, drains, freezes and leaves. Rows say what is; nothing of a run hangs on them.
 */
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { failpoints, faultActions, workerStatements } from "@/server/run/testing/faults/failpoints";
import { openWorkerBench, type WorkerBench } from "./testing/worker-bench";

let bench: WorkerBench | undefined;
afterEach(async () => {
  failpoints.armed.clear();
  await bench?.close();
  bench = undefined;
}, 60_000);

const awaited = (file: string) => `// %% Awaited pool=far
import { run } from "heddle";
const { existsSync } = process.getBuiltinModule("node:fs");
while (!existsSync(${JSON.stringify(file)})) await new Promise((resolve) => setTimeout(resolve, 20));
export const attempt = run.attempt;
`;

async function until(test: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await test())) await new Promise((resolve) => setTimeout(resolve, 50));
}

test.each(faultActions.filter((action) => action !== "kill"))(
  "%s at every statement about workers",
  async (action) => {
    failpoints.install();
    // Those that a server sends as it starts and stops go wrong with its second life.
    bench = await openWorkerBench({ leaseSeconds: 3 });
    const here = bench;
    const first = ["knownWorkersSql", "labelledPoolsSql", "workerArrivedSql", "workerBeatSql"];
    failpoints.arm(first, action);
    const worker = here.worker({ args: ["--slots", "2"] });
    await worker.connected();
    const file = path.join(worker.home, "go");
    const id = await here.start(awaited(file));
    await here.begun(id);
    // Asked for on the page.
    const rig = (await here.workers()).find(({ kind }) => kind === "worker")!;
    const drain = (on: boolean) => here.person.mutate("worker.drain", { id: rig.id, on });
    await until(async () => (await drain(true)).status === 200);
    await worker.says("drains this worker");
    await until(async () => (await drain(false)).status === 200);
    await until(() => first.every((point) => !failpoints.armed.has(point)));
    // The server goes away and comes back, with the task at work all the time.
    failpoints.arm(["serverLeftSql", "forgetServersSql", "workerArrivedSql", "knownWorkersSql"], action);
    await here.restart();
    await until(() => failpoints.armed.size === 0);
    await worker.says("Connected again");
    // It freezes beyond its lease: its task is another's, what it says of it is refused, and its row says that it was away.
    const second = here.worker({ name: "second" });
    await second.connected();
    failpoints.arm(["workerLeftSql", "taskRunStandsSql"], action);
    worker.signal("SIGSTOP");
    await until(async () => (await here.attempts(id)).some(({ attempt, status }) => attempt > 1 && status === "running"));
    fs.writeFileSync(file, "");
    expect((await here.ended(id)).status).toBe("succeeded");
    worker.signal("SIGCONT");
    await worker.says("the server refuses it (409, lease-lost)");
    await until(() => failpoints.armed.size === 0);
    const attempts = await here.attempts(id);
    expect(attempts.map(({ status }) => status)).toEqual([...attempts.slice(1).map(() => "lost"), "succeeded"]);
    expect(attempts.length).toBeGreaterThan(1);
    // Both work as before, and the page shows it.
    fs.rmSync(file);
    const again = await here.start(awaited(file));
    await here.begun(again);
    fs.writeFileSync(file, "");
    expect((await here.ended(again)).status).toBe("succeeded");
    await until(async () => (await here.workers()).filter(({ kind, state }) => kind === "worker" && state === "online").length === 2);
    // It drains of its own, and leaves when it has nothing more.
    failpoints.arm(["drainWorkerSql"], action);
    second.signal("SIGINT");
    await second.exit;
    await until(() => failpoints.armed.size === 0);
    await until(async () => (await here.workers()).filter(({ kind, state }) => kind === "worker" && state === "online").length === 1);
    const { rows } = await here.server.heddle.database.pool.query("select count(*)::int as n from worker where workspace_id is not null");
    expect(rows).toEqual([{ n: 2 }]);
  },
  120_000,
);

test("each statement about workers is one of those", () => {
  expect([...workerStatements.keys()].sort()).toEqual(
    [
      ...[
        "drainWorkerSql",
        "forgetServersSql",
        "knownWorkersSql",
        "labelledPoolsSql",
        "serverLeftSql",
        "taskRunStandsSql",
        "workerArrivedSql",
      ],
      ...["workerBeatSql", "workerLeftSql"],
    ].sort(),
  );
});
