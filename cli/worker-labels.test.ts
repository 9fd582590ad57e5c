/** Pools that ask for labels, as node selectors do: real workers that have them, or not. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { WaitingView } from "@/server/run/why-waiting";
import type { PoolsView } from "@/server/pool/pool-views";
import { openWorkerBench, type WorkerBench } from "./testing/worker-bench";

let bench: WorkerBench;

beforeAll(async () => {
  bench = await openWorkerBench();
});
afterAll(() => bench.close());

const text = `// %% Train pool=big cache=off
export const trained = 1;
`;

async function save(labels: Record<string, string> | undefined): Promise<void> {
  const { status, message } = await bench.person.mutate("pool.save", { kind: "pool", name: "big", ...(labels && { labels }) });
  if (status !== 200) throw new Error(message);
}

async function sentences(runId: string): Promise<string[]> {
  const run = await bench.until(runId, ({ taskRuns }) => taskRuns[0]!.status === "queued");
  const { waiting } = (await bench.person.call("run.whyWaiting", { taskRunId: run.taskRuns[0]!.id })).data as WaitingView;
  return waiting.map(({ sentence }) => sentence);
}

test("a pool that asks for labels is served by the workers that have all of them, and by nobody else; who waits is told what is missing", async () => {
  await save({ card: "a100", zone: "eu" });
  expect(((await bench.person.call("pool.list")).data as PoolsView).pools[1]).toMatchObject({ labels: { card: "a100", zone: "eu" } });
  const id = await bench.start(text);
  expect(await sentences(id)).toEqual([
    "No worker serves the pool “big” (card=a100, zone=eu) now. Start one with --label card=a100 --label zone=eu.",
  ]);
  // It names the pool, and has one of the two labels.
  const plain = bench.worker({ name: "plain", pools: ["big"], args: ["--label", "card=a100"] });
  await plain.connected();
  expect(await sentences(id)).toEqual(["No worker serves the pool “big” (card=a100, zone=eu) now: plain lacks zone=eu."]);
  // It has both, and names another pool only.
  const labelled = bench.worker({ name: "labelled", pools: ["other"], args: ["--label", "card=a100", "--label", "zone=eu"] });
  expect((await bench.ended(id)).status).toBe("succeeded");
  expect((await bench.attempts(id)).map(({ handle }) => handle!.split("/")[1])).toEqual(["labelled"]);
  // Without labels it is whoever names the pool.
  await save(undefined);
  const again = await bench.start(text.replace("= 1", "= 2"));
  expect((await bench.ended(again)).status).toBe("succeeded");
  expect((await bench.attempts(again)).map(({ handle }) => handle!.split("/")[1])).toEqual(["plain"]);
  await Promise.all([plain.remove(), labelled.remove()]);
}, 120_000);

test("locks and the server's own pool ask for no labels", async () => {
  for (const place of [
    { kind: "lock", name: "db" },
    { kind: "pool", name: "default" },
  ]) {
    expect(await bench.person.mutate("pool.save", { ...place, labels: { card: "a100" } })).toMatchObject({ code: "BAD_REQUEST" });
  }
});
