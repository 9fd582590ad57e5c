/** Workers that die, freeze, or come back too late: the task is tried again once nothing of it can run, and never ends twice. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWorkerBench, type WorkerBench } from "./testing/worker-bench";

let bench: WorkerBench;
beforeAll(async () => {
  bench = await openWorkerBench({ leaseSeconds: 6 });
}, 120_000);
afterAll(() => bench.close(), 60_000);

const patient = (pool: string) => `// %% Patient pool=${pool}
import { run } from "heddle";
console.log("begun", run.attempt);
if (run.attempt === 1) await new Promise((resolve) => setTimeout(resolve, 600_000));
export const attempt = run.attempt;
`;

async function twoWorkers(pool: string) {
  const first = bench.worker({ pools: [pool], name: `${pool}-first` });
  await first.connected();
  const id = await bench.start(patient(pool));
  await bench.begun(id);
  const second = bench.worker({ pools: [pool], name: `${pool}-second` });
  await second.connected();
  return { first, second, id };
}

test("a worker that is killed loses its attempt after lease and grace; another one tries it again, and it ends once", async () => {
  const { first, id } = await twoWorkers("killed");
  await first.kill();
  const run = await bench.ended(id);
  expect(run.status).toBe("succeeded");
  expect(await bench.attempts(id)).toMatchObject([
    { attempt: 1, status: "lost", reason: "node-lost" },
    { attempt: 2, status: "succeeded", handle: expect.stringContaining("killed-second") as string },
  ]);
}, 120_000);

test("a worker that was frozen beyond its lease comes back to a refusal, and its own harness had stopped the attempt", async () => {
  const { first, id } = await twoWorkers("frozen");
  first.signal("SIGSTOP");
  const run = await bench.ended(id);
  expect(run.status).toBe("succeeded");
  first.signal("SIGCONT");
  await first.says("the server refuses it (409, lease-lost)");
  expect(await bench.attempts(id)).toMatchObject([
    { attempt: 1, status: "lost" },
    { attempt: 2, status: "succeeded" },
  ]);
  const { rows } = await bench.server.heddle.database.pool.query(
    "select count(*)::int as n from attempt a join task_run t on t.id = a.task_run_id where t.run_id = $1 and a.status = 'succeeded'",
    [id],
  );
  expect(rows).toEqual([{ n: 1 }]);
  // It is a worker as before.
  await first.says("Connected again");
}, 120_000);
