/** Scratch cells: throw-away runs beside a notebook, that leave no mark on it. */
import fs from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expiredRunsSql } from "../db/storage.sql";
import { makeBareLock } from "../testing/bare-lock";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import type { CellState, RunDetail, RunRow, TaskRunDetail } from "./run-views";
import { runHub, type RunNews } from "./run-hub";
import { runnerFolder } from "./testing/workbench";

const text = `// %% Load
export const rows = [1, 2, 3];

// %% Scratch
export const scratch = rows.length;
`;

let server: TestServer;
let person: Person;
let environmentDir: string;
beforeAll(async () => {
  environmentDir = makeBareLock();
  server = await startTestServer({ executor: "process", environmentDir, runnerDir: runnerFolder, packageDir: process.cwd() });
  person = await addPerson(server);
  await server.heddle.execution.engine();
});
afterAll(async () => {
  await server.close();
  fs.rmSync(environmentDir, { recursive: true, force: true });
});

const query = async <T>(name: string, input: object) => (await person.call(name, input)).data as T;

/** Asks once, and again after each news of the run. */
async function ended(id: string): Promise<RunDetail> {
  let wake = (): void => undefined;
  const stop = runHub.subscribe((news: RunNews) => news.type === "changed" && news.runId === id && wake());
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => (wake = resolve));
      const run = await query<RunDetail>("run.get", { id });
      if (run.status !== "queued" && run.status !== "running") return run;
      await changed;
    }
  } finally {
    stop();
  }
}

async function scratch(notebookId: string, source: string, who = person) {
  return who.mutate("run.scratch", { notebookId, revision: 1, source });
}

test("a scratch cell reads the values of the last run, and the notebook shows nothing of it", async () => {
  const notebookId = ((await person.mutate("notebook.import", { fileName: "n.ts", text })).data as { id: string }).id;
  const first = (await person.mutate("run.start", { notebookId, revision: 1 })).data as { id: string };
  await ended(first.id);
  const before = await query<{ cells: CellState[] }>("notebook.states", { id: notebookId });

  const order = (await scratch(notebookId, "console.log('here');\nrows.map((row) => row * 2)")).data as { id: string; task: string };
  expect(order.task).toBe("scratch-2");
  const run = await ended(order.id);
  expect(run).toMatchObject({ status: "succeeded", trigger: "scratch", targets: ["scratch-2"] });
  const taskRun = (key: string) => run.taskRuns.find(({ taskKey }) => taskKey === key);
  expect(taskRun("load")).toMatchObject({ status: "cached" });
  expect(taskRun("scratch")).toMatchObject({ reason: "not-targeted" });
  const { displays } = await query<TaskRunDetail>("run.taskRun", { id: taskRun("scratch-2")!.id });
  expect(JSON.stringify(displays)).toContain("[2,4,6]");

  const after = await query<{ cells: CellState[] }>("notebook.states", { id: notebookId });
  expect(after.cells.map(({ runId }) => runId)).toEqual(before.cells.map(({ runId }) => runId));
  const list = async (more: object) => (await query<{ rows: RunRow[] }>("run.list", { notebookId, ...more })).rows.map(({ id }) => id);
  expect(await list({})).toEqual([first.id]);
  expect(await list({ trigger: "scratch" })).toEqual([order.id]);
});

test("what cannot run is refused with the line; nothing is refused for what is broken elsewhere and not read", async () => {
  const source = `${text}\n// %% Broken\nconst = 1;\n`;
  const notebookId = ((await person.mutate("notebook.import", { fileName: "n.ts", text: source })).data as { id: string }).id;
  expect((await scratch(notebookId, "1;\nconst = 2;")).message).toMatch(/^Line 2: /);
  expect((await scratch(notebookId, "const rows = 1;\nrows")).message).toMatch(/also defined in "load"/);
  expect((await scratch(notebookId, "const twice = (x: number) => 2 * x;")).message).toMatch(/nothing to run/);
  const run = (await scratch(notebookId, "rows.length")).data as { id: string };
  expect((await ended(run.id)).status).toBe("succeeded");
});

test("who may run but not write has no scratch cells", async () => {
  const notebookId = ((await person.mutate("notebook.import", { fileName: "n.ts", text })).data as { id: string }).id;
  const runner = await addPerson(server, { workspaceId: person.workspaceId, role: "runner" });
  expect((await scratch(notebookId, "1 + 1", runner)).status).toBe(403);
});

test("it is kept for a day, whatever the workspace keeps", async () => {
  const notebookId = ((await person.mutate("notebook.import", { fileName: "n.ts", text })).data as { id: string }).id;
  const { id } = (await scratch(notebookId, "1 + 1")).data as { id: string };
  await ended(id);
  const expired = async () => {
    const { rows } = await server.heddle.database.pool.query<{ id: string }>(expiredRunsSql, [person.workspaceId]);
    return rows.map((row) => row.id);
  };
  expect(await expired()).not.toContain(id);
  await server.heddle.database.pool.query("update run set finished_at = finished_at - interval '25 hours' where id = $1", [id]);
  expect(await expired()).toContain(id);
});
