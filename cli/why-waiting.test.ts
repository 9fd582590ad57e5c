import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { seedRun } from "@/server/testing/seed-run";
import { addPerson, startTestServer, type Person, type TestServer } from "@/server/testing/test-server";
import { whyWaiting } from "./why-waiting";

let server: TestServer;
let person: Person;
let runId: string;
let token: string;

beforeAll(async () => {
  server = await startTestServer();
  person = await addPerson(server);
  const text = "// %% Load lock=door\nexport const rows = [1];\n\n// %% Report\nexport const report = rows;\n";
  const { pool } = server.heddle.database;
  const run = await seedRun(pool, { workspaceId: person.workspaceId, text, status: "running" });
  await pool.query("update task_run set status = 'blocked' where id = $1", [run.taskRunIds[1]]);
  runId = run.id;
  token = ((await person.mutate("workspace.createToken", { name: "cli", scope: "viewer" })).data as { token: string }).token;
});
afterAll(() => server.close());
afterEach(() => vi.restoreAllMocks());

function listen(): string[] {
  const said: string[] = [];
  for (const method of ["log", "error"] as const) vi.spyOn(console, method).mockImplementation((line: string) => void said.push(line));
  return said;
}

test("says what the waiting tasks of a run wait for", async () => {
  const said = listen();
  expect(await whyWaiting({ runId, task: undefined, server: server.url, token })).toBe(0);
  expect(said).toEqual(["report: It waits for “Load”, which has not ended."]);
});

test("says when a task will have waited too long for its place", async () => {
  const text = "// %% Load lock=door queueTimeout=1h\nexport const rows = [1];\n";
  const { pool } = server.heddle.database;
  const run = await seedRun(pool, { workspaceId: person.workspaceId, text, status: "running" });
  await pool.query("update task_run set status = 'queued', queued_until = '2030-01-02T03:04:05Z' where id = $1", [run.taskRunIds[0]]);
  const said = listen();
  expect(await whyWaiting({ runId: run.id, task: "load", server: server.url, token })).toBe(0);
  expect(said).toContain("load: It fails as timed out at 2030-01-02T03:04:05.000Z if it has not started by then.");
});

test("a task that does not wait, one that is not there, and no token are told apart", async () => {
  const said = listen();
  expect(await whyWaiting({ runId, task: "load", server: server.url, token })).toBe(1);
  expect(await whyWaiting({ runId, task: "lode", server: server.url, token })).toBe(2);
  expect(await whyWaiting({ runId, task: "load", server: server.url, token: undefined })).toBe(2);
  expect(said).toEqual([
    '"load" does not wait: it is running.',
    'Run #1 has no task "lode". It has: load, report.',
    expect.stringContaining("A server wants a token"),
  ]);
});
