/** Cells on another machine that run other notebooks: real workers, which free their place while they wait, and may be killed. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { InboxItem } from "@/server/run/run-views";
import { openWorkerBench, type WorkerBench } from "./testing/worker-bench";

let bench: WorkerBench;

beforeAll(async () => {
  bench = await openWorkerBench();
  await add(`// ---
// title: Measure
// ---

// %% Parameters [params]
import { param } from "heddle";
const size = param(1);
const bad = param(false);

// %% Make pool=far
if (bad) throw new Error("no such size");
export const made = new Uint8Array(size).fill(7);
export const doubled = 2 * size;

// %% Spread each="n of [1, 2, 3]" pool=far
export const parts = new Uint8Array(100_000).fill(n);
`);
  await add(`// ---
// title: Ask
// ---

// %% Question [approval] form="rate:number"
// Which?

// %% Reply
export const reply = rate;
`);
});
afterAll(() => bench.close());

async function add(text: string): Promise<void> {
  const { status, message } = await bench.person.mutate("notebook.import", { fileName: "n.ts", text });
  if (status !== 200) throw new Error(message);
}

const asking = `// %% Ask pool=far
import { runNotebook } from "heddle";
const { reply } = await runNotebook<{ reply: number }>("Ask");
export const got = reply;
`;

/** Resolves once a run that was called waits for its answer. */
async function question(): Promise<InboxItem> {
  for (;;) {
    const changed = bench.changed();
    const [item] = (await bench.person.call("run.inbox")).data as InboxItem[];
    if (item) return item;
    await changed;
  }
}

const answer = (item: InboxItem, rate: number) =>
  bench.person.mutate("run.answer", { taskRunId: item.taskRunId, approved: true, values: { rate } });

async function calledRuns(runId: string): Promise<number> {
  const { rows } = await bench.server.heddle.database.pool.query<{ n: number }>(
    "select count(*)::int as n from sub_run where root_run_id = $1",
    [runId],
  );
  return rows[0]!.n;
}

test("a cell on a worker with one place runs notebooks whose cells want that place too, and reads what they gave, small and large", async () => {
  const worker = bench.worker({ args: ["--slots", "1"] });
  await worker.connected();
  const id = await bench.start(`// %% Search pool=far
import { runNotebook } from "heddle";
const sums: number[] = [];
for (const size of [10, 300_000]) {
  const { made, doubled, parts } = await runNotebook("Measure", { size });
  sums.push(made.reduce((a: number, b: number) => a + b, 0), doubled, parts.map((part: Uint8Array) => part[99_999]).join("+"));
}
const refused = await runNotebook("Measure", { size: "large" }).catch((error) => error.status);
const failed = await runNotebook("Measure", { bad: true }).catch((error) => error.message);
export const told = [...sums, refused, failed.includes("no such size")].join(" ");
`);
  const run = await bench.ended(id);
  expect([run.status, run.message]).toEqual(["succeeded", undefined]);
  expect(run.outputs[0]!.value!.summary).toBe('string · "70 20 1+2+3 2100000 600000 1+2+3 refused true"');
  expect(await calledRuns(id)).toBe(3);
  const { rows } = await bench.server.heddle.database.pool.query<{ handle: string; attempt: number }>(
    `select a.handle, a.attempt from attempt a join task_run t on t.id = a.task_run_id
     where (t.run_id = $1 or t.run_id in (select child_run_id from sub_run where root_run_id = $1)) and not (t.map_index is null and t.expanded is not null)`,
    [id],
  );
  for (const { handle, attempt } of rows) expect([handle.startsWith("worker/rig/"), attempt]).toEqual([true, 1]);
  await worker.remove();
}, 120_000);

test("while it waits its place is others', and a worker that is killed meanwhile takes it up again without a second call", async () => {
  const worker = bench.worker({ args: ["--slots", "1"] });
  await worker.connected();
  const id = await bench.start(asking);
  const item = await question();
  // The only place of the only worker: free as soon as the cell stands still.
  const other = await bench.ended(await bench.start("// %% Quick pool=far\nexport const quick = 1;\n"));
  expect(other.status).toBe("succeeded");
  await worker.kill();
  const again = bench.worker({ home: worker.home, args: ["--slots", "1"] });
  await again.connected();
  expect((await bench.ended(await bench.start("// %% Quick pool=far\nexport const quick = 2;\n"))).status).toBe("succeeded");
  await answer(item, 3);
  const run = await bench.ended(id);
  expect([run.status, run.outputs[0]!.value!.summary, run.taskRuns[0]!.attempt]).toEqual(["succeeded", "number · 3", 1]);
  expect(await calledRuns(id)).toBe(1);
  await again.remove();
}, 120_000);

test("a server that is started anew meanwhile hears the call again, and answers it", async () => {
  const worker = bench.worker({ args: ["--slots", "1"] });
  await worker.connected();
  const id = await bench.start(asking);
  const item = await question();
  await bench.restart();
  await worker.says("Connected again");
  expect((await bench.ended(await bench.start("// %% Quick pool=far\nexport const quick = 3;\n"))).status).toBe("succeeded");
  await answer(item, 4);
  const run = await bench.ended(id);
  expect([run.status, run.outputs[0]!.value!.summary, run.taskRuns[0]!.attempt]).toEqual(["succeeded", "number · 4", 1]);
  expect(await calledRuns(id)).toBe(1);
  await worker.remove();
}, 120_000);
