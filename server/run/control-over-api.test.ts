/** Run control as pages and programs ask for it: over HTTP, with roles, assignees and faults, on the process executor. */
import fs from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBareLock } from "../testing/bare-lock";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import type { InboxItem, RunActView, RunDetail } from "./run-views";
import { reached, ended, runnerFolder } from "./testing/workbench";

let server: TestServer;
let owner: Person;
let runner: Person;
let viewer: Person;
let environmentDir: string;
beforeAll(async () => {
  environmentDir = makeBareLock();
  server = await startTestServer({ executor: "process", environmentDir, runnerDir: runnerFolder, packageDir: process.cwd() });
  owner = await addPerson(server);
  runner = await addPerson(server, { workspaceId: owner.workspaceId, role: "runner" });
  viewer = await addPerson(server, { workspaceId: owner.workspaceId, role: "viewer" });
  await server.heddle.execution.engine();
});
afterAll(async () => {
  await server.close();
  fs.rmSync(environmentDir, { recursive: true, force: true });
});

async function start(text: string, more: Record<string, unknown> = {}): Promise<string> {
  const { id } = (await owner.mutate("notebook.import", { fileName: "n.ts", text })).data as { id: string };
  const answer = await owner.mutate("run.start", { notebookId: id, revision: 1, ...more });
  expect([answer.code, answer.message]).toEqual([undefined, answer.text]);
  return (answer.data as { id: string }).id;
}

const pool = () => server.heddle.database.pool;
const read = async (id: string) => (await viewer.call("run.get", { id })).data as RunDetail;
const taskOf = (run: RunDetail, key: string) => run.taskRuns.find((row) => row.taskKey === key)!;
const inbox = async (person: Person) => (await person.call("run.inbox")).data as InboxItem[];

const asking = (assignees: string) => `// %% Train
export const error = 0.25;

// %% Promote [approval] form="rate:number, tier:gold|silver=gold" assignees=${assignees}
// The error is \${error}.

// %% Deploy
export const deployed = rate * 2;
`;

test("the inbox shows who is asked what; answers are checked on the server, and who may answer too", async () => {
  const id = await start(asking(owner.email));
  await reached(pool(), id, "promote", "waiting");
  const [item] = await inbox(owner);
  expect(item).toMatchObject({ title: "Promote", body: "The error is 0.25.", assignees: [owner.email], mine: true, runId: id });
  expect(await inbox(runner)).toMatchObject([{ mine: false }]);
  const { taskRunId } = item!;
  expect(await viewer.mutate("run.answer", { taskRunId, approved: true })).toMatchObject({ code: "FORBIDDEN" });
  expect(await runner.mutate("run.answer", { taskRunId, approved: true, values: { rate: 1 } })).toMatchObject({
    code: "FORBIDDEN",
    message: expect.stringContaining(owner.email) as unknown,
  });
  const bad = await owner.mutate("run.answer", { taskRunId, approved: true, values: { tier: "lead", extra: 1 } });
  expect(bad.code).toBe("BAD_REQUEST");
  expect(bad.message!.split("\n")).toHaveLength(3);
  expect((await owner.call("run.whyWaiting", { taskRunId })).data).toMatchObject({ waiting: [{ type: "approval" }] });
  expect((await owner.mutate("run.answer", { taskRunId, approved: true, values: { rate: 2 }, note: "go" })).status).toBe(200);
  expect(await owner.mutate("run.answer", { taskRunId, approved: false })).toMatchObject({ code: "CONFLICT" });
  await ended(pool(), id);
  const run = await read(id);
  expect(run).toMatchObject({ status: "succeeded", outputs: [{ name: "deployed" }, { name: "error" }] });
  expect(taskOf(run, "promote").decision).toMatchObject({ type: "approved", note: "go", by: expect.stringMatching(/^Person/) as unknown });
  expect(await inbox(owner)).toEqual([]);
});

test("pause, resume, stop and their refusals; everything is told with who did it", async () => {
  const id = await start(asking(runner.email));
  await reached(pool(), id, "promote", "waiting");
  expect(await viewer.mutate("run.pause", { id })).toMatchObject({ code: "FORBIDDEN" });
  expect((await runner.mutate("run.pause", { id })).status).toBe(200);
  expect(await runner.mutate("run.pause", { id })).toMatchObject({ code: "CONFLICT" });
  expect((await read(id)).paused).toMatchObject({ by: expect.stringMatching(/^Person/) as unknown });
  const promote = taskOf(await read(id), "promote").id;
  expect((await runner.mutate("run.answer", { taskRunId: promote, approved: true, values: { rate: 1 } })).status).toBe(200);
  await reached(pool(), id, "deploy", "queued");
  const deploy = taskOf(await read(id), "deploy").id;
  await expect
    .poll(async () =>
      ((await owner.call("run.whyWaiting", { taskRunId: deploy })).data as { waiting: { type: string }[] }).waiting.map(({ type }) => type),
    )
    .toEqual(["paused"]);
  expect((await runner.mutate("run.resume", { id })).status).toBe(200);
  await ended(pool(), id);
  expect((await runner.mutate("run.cancel", { id })).status).toBe(200);
  const acts = (await viewer.call("run.acts", { id })).data as RunActView[];
  expect(acts.map(({ type }) => type)).toEqual(["paused", "approved", "resumed"]);
  expect(acts[1]).toMatchObject({ taskRunId: promote });
});

test("notes stand beside runs and tasks; only their writer takes them away", async () => {
  const id = await start("// %% A\nexport const a = 1;\n");
  await ended(pool(), id);
  const { id: note } = (await runner.mutate("run.addNote", { id, taskRunId: `${id}-0`, text: " look here " })).data as { id: string };
  expect(await runner.mutate("run.addNote", { id, taskRunId: "elsewhere-0", text: "x" })).toMatchObject({ code: "NOT_FOUND" });
  expect((await viewer.call("run.notes", { id })).data).toMatchObject([{ text: "look here", taskRunId: `${id}-0`, mine: false }]);
  expect(await owner.mutate("run.removeNote", { id: note })).toMatchObject({ code: "NOT_FOUND" });
  expect((await runner.mutate("run.removeNote", { id: note })).status).toBe(200);
  expect((await viewer.call("run.notes", { id })).data).toEqual([]);
});

test("a dry run tells faults instead of a forecast, and which run a stored result is of", async () => {
  const text = `// %% Parameters [params]
import { param } from "heddle";
const factor = param(2, { max: 10 });

// %% A
export const a = factor;
`;
  const { id: notebookId } = (await owner.mutate("notebook.import", { fileName: "n.ts", text })).data as { id: string };
  const plan = async (more: Record<string, unknown>) => (await viewer.call("run.plan", { notebookId, revision: 1, ...more })).data;
  expect(await plan({ params: { factor: 11 }, targets: ["b"] })).toMatchObject({
    parameters: [{ name: "factor" }],
    faults: [expect.stringContaining('no task "b"'), expect.stringContaining('"factor"')],
  });
  expect(await plan({})).toMatchObject({ faults: [], forecast: [{ key: "a", verdict: "runs" }] });
  const { id } = (await owner.mutate("run.start", { notebookId, revision: 1, timeout: 60_000 })).data as { id: string };
  await ended(pool(), id);
  expect(await read(id)).toMatchObject({ timeout: 60_000, status: "succeeded" });
  expect(await plan({})).toMatchObject({ forecast: [{ verdict: "cached", cachedFrom: { runId: id, taskRunId: `${id}-0` } }] });
});
