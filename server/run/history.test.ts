import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedRun } from "../testing/seed-run";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import type { AttemptUsageView, RunGrid, RunHistory, RunUsageView } from "./history-views";
import type { ElementPage, RunDetail } from "./run-views";
import { UsageKeeper } from "./usage-keeper";

const text = `// %% Load
const rows = [1, 2, 3];

// %% Each each="row of rows"
const double = row * 2;

// %% Sum
export const sum = double.length;
`;

let server: TestServer;
let person: Person;
let stranger: Person;
beforeAll(async () => {
  server = await startTestServer();
  [person, stranger] = [await addPerson(server), await addPerson(server)];
});
afterAll(() => server.close());

const pool = () => server.heddle.database.pool;
const seed = async (notebookId?: string) =>
  seedRun(pool(), { workspaceId: person.workspaceId, text, ...(notebookId !== undefined && { notebookId }) });

async function importNotebook(): Promise<string> {
  return ((await person.mutate("notebook.import", { fileName: "each.ts", text })).data as { id: string }).id;
}

/** Elements of the fan-out, the last one failed. */
async function addElements(runId: string, count: number): Promise<void> {
  await pool().query(
    `insert into task_run (id, run_id, workspace_id, task_key, map_index, status, attempt, queued_at, started_at, finished_at)
     select $1 || '-' || (n + 10), $1, $2, 'each', n, case when n = $3 - 1 then 'failed' else 'succeeded' end, 1, now(),
       '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 second', '2026-01-01T00:00:05Z'::timestamptz + n * interval '1 second'
     from generate_series(0, $3 - 1) n`,
    [runId, person.workspaceId, count],
  );
  await pool().query("update task_run set expanded = $2 where id = $1 || '-1'", [runId, count]);
}

describe("the grid of a notebook", () => {
  test("has a column for each run, newest first, and a fan-out as one cell with its elements counted and their whole time", async () => {
    const notebookId = await importNotebook();
    const first = await seed(notebookId);
    const second = await seed(notebookId);
    await addElements(second.id, 4);
    const grid = (await person.call("run.grid", { notebookId })).data as RunGrid;
    expect(grid.runs.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(grid.tasks).toEqual([
      { key: "load", title: "Load", mapped: false },
      { key: "each", title: "Each", mapped: true },
      { key: "sum", title: "Sum", mapped: false },
    ]);
    expect(grid.runs[0]!.cells.each).toMatchObject({ counts: { succeeded: 3, failed: 1 }, durationMs: 8000, taskRunId: `${second.id}-1` });
    expect(grid.runs[1]!.cells.load).toMatchObject({ status: "succeeded", attempt: 1 });
    expect(grid.next).toBeUndefined();
  });

  test("goes on below the last number, and shows a task that only older runs had where it stood", async () => {
    const notebookId = await importNotebook();
    const old = await seedRun(pool(), {
      workspaceId: person.workspaceId,
      notebookId,
      text: text.replace("// %% Sum", "// %% Check\nrows.length;\n\n// %% Sum"),
    });
    await seed(notebookId);
    const page = (await person.call("run.grid", { notebookId, limit: 1 })).data as RunGrid;
    expect(page.runs).toHaveLength(1);
    const rest = (await person.call("run.grid", { notebookId, limit: 1, below: page.next })).data as RunGrid;
    expect(rest.runs.map(({ id }) => id)).toEqual([old.id]);
    const both = (await person.call("run.grid", { notebookId })).data as RunGrid;
    expect(both.tasks.map(({ key }) => key).sort()).toEqual(["check", "each", "load", "sum"]);
  });

  test("is empty for somebody of another workspace", async () => {
    const notebookId = await importNotebook();
    await seed(notebookId);
    expect(((await stranger.call("run.grid", { notebookId })).data as RunGrid).runs).toEqual([]);
  });
});

describe("the history of a run", () => {
  test("comes in pages, newest first; many elements that did the same are one change", async () => {
    const { id } = await seed();
    await addElements(id, 4);
    await pool().query(
      `insert into run_event (run_id, seq, workspace_id, event) values
       ($1, 4, $2, jsonb_build_object('taskRuns', (select jsonb_agg(jsonb_build_array($1 || '-' || n, 'queued', 0, null)) from generate_series(10, 13) n))),
       ($1, 5, $2, jsonb_build_object('taskRuns', jsonb_build_array(jsonb_build_array($1 || '-13', 'failed', 2, 'timeout')),
         'acts', jsonb_build_array(jsonb_build_object('type', 'paused', 'by', 'Ada'))))`,
      [id, person.workspaceId],
    );
    const page = (await person.call("run.history", { id, limit: 2 })).data as RunHistory;
    expect(page.events.map(({ seq }) => seq)).toEqual([5, 4]);
    expect(page.events[0]).toMatchObject({
      acts: [{ type: "paused", by: "Ada" }],
      changes: [{ taskKey: "each", status: "failed", reason: "timeout", attempt: 2, count: 1, mapIndex: 3, elements: true }],
    });
    expect(page.events[1]!.changes).toEqual([expect.objectContaining({ taskKey: "each", status: "queued", count: 4, elements: true })]);
    const rest = (await person.call("run.history", { id, limit: 2, below: page.next })).data as RunHistory;
    expect(rest.events.map(({ seq, status }) => [seq, status])).toEqual([[3, "succeeded"]]);
    const ofLoad = (await person.call("run.history", { id, taskKey: "load" })).data as RunHistory;
    expect(ofLoad.events.flatMap(({ changes }) => changes.map(({ taskKey }) => taskKey))).toEqual(["load"]);
  });

  test("is not told to somebody of another workspace", async () => {
    const { id } = await seed();
    expect((await stranger.call("run.history", { id })).code).toBe("NOT_FOUND");
  });
});

describe("a large fan-out", () => {
  test("comes counted with its run, and element by element only in pages", async () => {
    const { id } = await seed();
    await addElements(id, 10_000);
    const run = (await person.call("run.get", { id })).data as RunDetail;
    expect(run.taskRuns).toHaveLength(3);
    expect(run.groups.each).toMatchObject({
      total: 10_000,
      counts: { succeeded: 9_999, failed: 1 },
      startedAt: "2026-01-01T00:00:00.000Z",
      culprit: { mapIndex: 9_999, status: "failed" },
    });
    const page = (await person.call("run.elements", { id, taskKey: "each", from: 5_000, limit: 50 })).data as ElementPage;
    expect(page.total).toBe(10_000);
    expect(page.rows.map(({ mapIndex }) => mapIndex)).toEqual(Array.from({ length: 50 }, (_, n) => 5_000 + n));
    await pool().query("update task_run set started_at = '2025-01-01' where id = $1 || '-' || 7010", [id]);
    const byStart = (await person.call("run.elements", { id, taskKey: "each", order: "start", limit: 3 })).data as ElementPage;
    expect(byStart.rows.map(({ mapIndex }) => mapIndex)).toEqual([7000, 0, 1]);
    const failed = (await person.call("run.elements", { id, taskKey: "each", status: "failed" })).data as ElementPage;
    expect(failed.rows.map(({ mapIndex }) => mapIndex)).toEqual([9_999]);
    expect(((await stranger.call("run.elements", { id, taskKey: "each" })).data as ElementPage).rows).toEqual([]);
    expect((await person.call("run.elements", { id, taskKey: "each", limit: 10_000 })).code).toBe("BAD_REQUEST");
  });

  test("a small one is told with its run", async () => {
    const { id } = await seed();
    await addElements(id, 5);
    const run = (await person.call("run.get", { id })).data as RunDetail;
    expect(run.taskRuns).toHaveLength(8);
    expect(run.groups).toEqual({});
  });
});

describe("what attempts used", () => {
  test("is kept over time, goes on in another process, and adds up over the run", async () => {
    const { id, taskRunIds } = await seed();
    const origin = (taskRunId: string) => ({ workspaceId: person.workspaceId, runId: id, taskRunId, attempt: 1 });
    await pool().query("update attempt set started_at = to_timestamp(0) where task_run_id = any($1)", [taskRunIds]);
    const complaints: unknown[] = [];
    const keep = () => new UsageKeeper(pool(), (_, error) => complaints.push(error));
    const first = keep();
    for (const n of [1, 2, 3]) first.note(origin(taskRunIds[0]!), { at: n * 1000, cpuMs: n * 500, memoryBytes: 100 }, false);
    await first.write();
    const second = keep();
    second.note(origin(taskRunIds[0]!), { at: 4000, cpuMs: 2500, memoryBytes: 700 }, true);
    second.note(origin(taskRunIds[1]!), { at: 4000, cpuMs: 10, memoryBytes: 50 }, false);
    second.end(origin(taskRunIds[0]!));
    await second.write();
    expect(complaints).toEqual([]);
    const usage = (await person.call("run.taskUsage", { taskRunId: taskRunIds[0] })).data as AttemptUsageView[];
    expect(usage).toEqual([{ attempt: 1, at: [1000, 2000, 3000, 4000], cores: [0.5, 0.5, 0.5, 1], memoryBytes: [100, 100, 100, 700] }]);
    const run = (await person.call("run.usage", { id })).data as RunUsageView;
    expect(run).toMatchObject({ at: [2000, 3000, 4000], memoryBytes: [100, 100, 750], attempts: [1, 1, 2] });
    expect((await stranger.call("run.taskUsage", { taskRunId: taskRunIds[0] })).data).toEqual([]);
  });

  test("of a run that is gone is not kept, and nobody is bothered with it", async () => {
    const complaints: unknown[] = [];
    const keeper = new UsageKeeper(pool(), (_, error) => complaints.push(error));
    keeper.note(
      { workspaceId: person.workspaceId, runId: "gone", taskRunId: "gone-0", attempt: 1 },
      { at: 1, cpuMs: 1, memoryBytes: 1 },
      false,
    );
    await keeper.write();
    expect(complaints).toEqual([]);
  });
});
