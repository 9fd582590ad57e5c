/** Pools as people meet them: over the API, with real runs that wait. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hear, reached, runnerFolder } from "../run/testing/workbench";
import { makeBareLock } from "../testing/bare-lock";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import type { WaitingView } from "../run/why-waiting";
import type { PoolsView } from "./pool-views";

let server: TestServer;
let owner: Person;
let environmentDir: string;
let folder: string;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-pool-api-"));
  environmentDir = makeBareLock();
  server = await startTestServer({ executor: "process", environmentDir, runnerDir: runnerFolder, packageDir: process.cwd() });
  owner = await addPerson(server);
  await server.heddle.execution.engine();
});
afterAll(async () => {
  await server.close();
  for (const dir of [folder, environmentDir]) fs.rmSync(dir, { recursive: true, force: true });
});

async function start(text: string): Promise<{ id: string; number: number; notebookId: string }> {
  const notebookId = ((await owner.mutate("notebook.import", { fileName: "n.ts", text })).data as { id: string }).id;
  const answer = await owner.mutate("run.start", { notebookId, revision: 1, cache: "off" });
  expect(answer.message).toBe(answer.status === 200 ? answer.text : undefined);
  return { ...(answer.data as { id: string; number: number }), notebookId };
}

const why = async (taskRunId: string) => ((await owner.call("run.whyWaiting", { taskRunId })).data as WaitingView).waiting;
const list = async () => (await owner.call("pool.list")).data as PoolsView;
const pool = () => server.heddle.database.pool;

/** Goes on when the file is there. */
const holding = (title: string, options: string, file: string) => `// %% ${title} ${options}
import { existsSync } from "node:fs";
while (!existsSync("${file}")) await new Promise((resolve) => setTimeout(resolve, 20));
`;

const ended = async (id: string) => {
  for (;;) {
    const heard = hear((news) => news.type === "changed" && news.runId === id);
    const { rows } = await pool().query<{ status: string }>("select status from run where id = $1", [id]);
    if (!["queued", "running"].includes(rows[0]!.status)) return rows[0]!.status;
    await heard;
  }
};

test("a workspace begins with the pool default, as large as its workers", async () => {
  expect(await list()).toEqual({
    pools: [{ kind: "pool", name: "default", configured: false, exists: true, waiters: [] }],
    locks: [],
    notebooks: [],
    workspace: {},
    cut: false,
  });
});

test("editors make, change and remove pools; runners and viewers only look", async () => {
  const editor = await addPerson(server, { role: "editor", workspaceId: owner.workspaceId });
  const make = { kind: "pool", name: "gpu", slots: 2, rate: { count: 10, seconds: 60 }, create: true };
  for (const role of ["viewer", "runner"] as const) {
    const person = await addPerson(server, { role, workspaceId: owner.workspaceId });
    expect((await person.mutate("pool.save", make)).code).toBe("FORBIDDEN");
    expect((await person.mutate("pool.remove", { kind: "pool", name: "gpu" })).code).toBe("FORBIDDEN");
    expect((await person.mutate("pool.limit", { slots: 1 })).code).toBe("FORBIDDEN");
    expect((await person.call("pool.list")).status).toBe(200);
  }
  expect((await editor.mutate("pool.save", make)).status).toBe(200);
  expect((await editor.mutate("pool.save", make)).code).toBe("CONFLICT");
  expect((await list()).pools[1]).toEqual({
    kind: "pool",
    name: "gpu",
    configured: true,
    exists: true,
    slots: 2,
    rate: { count: 10, seconds: 60 },
    holders: [],
    waiters: [],
  });
  expect((await editor.mutate("pool.save", { kind: "pool", name: "gpu", slots: 4 })).status).toBe(200);
  expect((await list()).pools[1]).toMatchObject({ slots: 4 });
  expect((await editor.mutate("pool.remove", { kind: "pool", name: "gpu" })).status).toBe(200);
  expect((await editor.mutate("pool.remove", { kind: "pool", name: "gpu" })).code).toBe("NOT_FOUND");
  expect((await editor.mutate("pool.save", { kind: "pool", name: "two words", slots: 1 })).code).toBe("BAD_REQUEST");
  expect((await editor.mutate("pool.save", { kind: "pool", name: "none", slots: 0 })).code).toBe("BAD_REQUEST");
});

test("limits of a notebook and of the workspace are set and taken away", async () => {
  const notebookId = (
    (await owner.mutate("notebook.import", { fileName: "n.ts", text: "// %% A\nexport const a = 1;\n" })).data as { id: string }
  ).id;
  await owner.mutate("pool.limit", { notebookId, slots: 3, runs: 1 });
  await owner.mutate("pool.limit", { slots: 8 });
  expect(await list()).toMatchObject({
    notebooks: [{ notebookId, slots: 3, runs: 1, runningTasks: 0, runningRuns: 0 }],
    workspace: { slots: 8, runningTasks: 0 },
  });
  await owner.mutate("pool.limit", { notebookId });
  await owner.mutate("pool.limit", {});
  expect(await list()).toMatchObject({ notebooks: [], workspace: {} });
});

test("a run that asks for a pool which nobody has made is refused, and told what to do", async () => {
  const text = "// %% Load\nexport const rows = [1];\n\n// %% Train pool=gpu\nexport const model = rows.length;\n";
  const notebookId = ((await owner.mutate("notebook.import", { fileName: "n.ts", text })).data as { id: string }).id;
  const refused = await owner.mutate("run.start", { notebookId, revision: 1 });
  expect([refused.code, refused.message]).toEqual([
    "BAD_REQUEST",
    "There is no pool “gpu” in this workspace, and “Train” asks for it: make it under Pools, add a worker that serves it, or take pool=gpu out of the cell.",
  ]);
  // What does not need it can be run.
  expect((await owner.mutate("run.start", { notebookId, revision: 1, targets: ["load"] })).status).toBe(200);
});

test("what waits names what it waits for: pool, lock, upstream, rate, missing pool; and goes on", async () => {
  await owner.mutate("pool.save", { kind: "pool", name: "small", slots: 1 });
  const file = path.join(folder, "go");
  const first = await start(`${holding("Hold", "pool=small lock=door", file)}`);
  await reached(pool(), first.id, "hold", "running");
  const second = await start(
    "// %% Train pool=small lock=door\nexport const trained = 1;\n\n// %% Report\nexport const report = trained;\n\n// %% Clean on=exit\nconsole.log(1);\n",
  );
  const waiting = await why(`${second.id}-0`);
  expect(waiting).toMatchObject([
    {
      type: "pool",
      name: "small",
      size: 1,
      holders: [{ runId: first.id, runNumber: first.number, task: { id: `${first.id}-0`, title: "Hold" } }],
    },
    { type: "lock", name: "door", size: 1, holders: [{ runId: first.id }] },
  ]);
  expect(waiting.map(({ sentence }) => sentence)).toEqual([
    `The pool “small” is full: its one place is taken by “Hold” of run #${first.number}.`,
    `The lock “door” is taken by “Hold” of run #${first.number}.`,
  ]);
  const tasks = (await owner.call("run.get", { id: second.id })).data as { taskRuns: { id: string; taskKey: string }[] };
  const idOf = (key: string) => tasks.taskRuns.find(({ taskKey }) => taskKey === key)!.id;
  expect(await why(idOf("report"))).toMatchObject([{ type: "upstream", sentence: "It waits for “Train”, which has not ended." }]);
  expect(await why(idOf("clean"))).toMatchObject([{ type: "rest-of-run", open: 2 }]);
  expect((await why(`${first.id}-0`)).filter(({ type }) => type !== "start")).toEqual([]);

  expect(await list()).toMatchObject({
    pools: [
      { name: "default" },
      { name: "small", slots: 1, holders: [{ runId: first.id }], waiters: [{ runId: second.id, task: { title: "Train" } }] },
    ],
    locks: [{ name: "door", slots: 1, configured: false, holders: [{ runId: first.id }], waiters: [{ runId: second.id }] }],
  });

  await owner.mutate("pool.remove", { kind: "pool", name: "small" });
  expect(await why(`${second.id}-0`)).toMatchObject([{ type: "unknown-pool", name: "small", known: ["default"] }, { type: "lock" }]);
  expect((await list()).pools[1]).toMatchObject({ name: "small", exists: false, waiters: [{ runId: second.id }] });

  await owner.mutate("pool.save", { kind: "pool", name: "small", rate: { count: 1, seconds: 3600 } });
  fs.writeFileSync(file, "");
  expect(await ended(first.id)).toBe("succeeded");
  // The start of the first one counts: it is the one of this hour.
  const limited = await why(`${second.id}-0`);
  expect(limited).toMatchObject([{ type: "rate", of: "pool", name: "small", count: 1, seconds: 3600 }]);
  expect(limited[0]!.sentence).toContain("lets 1 task start in an hour");
  await owner.mutate("pool.save", { kind: "pool", name: "small", slots: 5 });
  expect(await ended(second.id)).toBe("succeeded");
  await owner.mutate("pool.remove", { kind: "pool", name: "small" });
});

test("what waits for its notebook's other run says so", async () => {
  const file = path.join(folder, "go-2");
  const text = holding("Hold", "", file);
  const first = await start(text);
  await owner.mutate("pool.limit", { notebookId: first.notebookId, runs: 1 });
  await reached(pool(), first.id, "hold", "running");
  const answer = await owner.mutate("run.start", { notebookId: first.notebookId, revision: 1, cache: "use" });
  const second = answer.data as { id: string; number: number };
  expect(second.id).not.toBe(first.id);
  await reached(pool(), second.id, "hold", "queued");
  const waiting = await why(`${second.id}-0`);
  expect(waiting).toMatchObject([{ type: "notebook-runs", size: 1, holders: [{ runId: first.id }] }]);
  expect(waiting[0]!.sentence).toBe(`The notebook may have 1 run going at once, and run #${first.number} is.`);
  await owner.mutate("pool.limit", { notebookId: first.notebookId });
  fs.writeFileSync(file, "");
  expect(await ended(second.id)).toBe("succeeded");
  expect(await ended(first.id)).toBe("succeeded");
});

test("what waits after a failure, or for its own kind, says so", async () => {
  const failing = await start('// %% Fail retries=1 retryDelay=10m\nthrow new Error("no");\n');
  for (;;) {
    const heard = hear((news) => news.type === "changed" && news.runId === failing.id);
    const [found] = await why(`${failing.id}-0`);
    if (found?.type === "retry") {
      expect(found).toMatchObject({ attempt: 1, sentence: expect.stringContaining("Try 1 failed") as string });
      break;
    }
    await heard;
  }
  await owner.mutate("run.cancel", { id: failing.id });
  const file = path.join(folder, "go-3");
  const mapped = await start(`// %% Each each="n of [1, 2]" concurrency=1\n${holding("", "", file).split("\n").slice(1).join("\n")}`);
  for (;;) {
    const heard = hear((news) => news.type === "changed" && news.runId === mapped.id);
    const { rows } = await pool().query("select 1 from task_run where id = $1", [`${mapped.id}-2`]);
    if (rows.length > 0) break;
    await heard;
  }
  expect(await why(`${mapped.id}-2`)).toMatchObject([{ type: "concurrency", limit: 1 }]);
  fs.writeFileSync(file, "");
  expect(await ended(mapped.id)).toBe("succeeded");
});

test("what is paused says so", async () => {
  const file = path.join(folder, "go-4");
  const run = await start(`${holding("Hold", "", file)}\n// %% Next after=hold\nexport const next = 1;\n`);
  await reached(pool(), run.id, "hold", "running");
  expect((await owner.mutate("run.pause", { id: run.id })).status).toBe(200);
  fs.writeFileSync(file, "");
  await reached(pool(), run.id, "next", "queued");
  expect(await why(`${run.id}-1`)).toMatchObject([{ type: "paused", sentence: "The run is paused: resume it and the task goes on." }]);
  expect((await owner.mutate("run.resume", { id: run.id })).status).toBe(200);
  expect(await ended(run.id)).toBe("succeeded");
});
