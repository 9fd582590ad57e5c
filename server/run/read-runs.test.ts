import { afterAll, beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { downsample } from "@/pipelines/metric/downsample";
import { summarise } from "@/pipelines/metric/summarise";
import { workspaceRead } from "../db/tenancy";
import { numberRef, seedRun, seedSeries } from "../testing/seed-run";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import type { RunDetail, RunRow, TaskRunDetail } from "./run-views";

const text = `// %% Parameters [params]
import { param } from "heddle";
const rate = param(0.1);
const unread = param(1);

// %% Load
const rows = [1, 2];

// %% Fit
export const mae = rows.length * rate;
export const model = { rows };
`;

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await addPerson(server);
});
afterAll(() => server.close());

const pool = () => server.heddle.database.pool;

async function importNotebook(): Promise<string> {
  return ((await person.mutate("notebook.import", { fileName: "fit.ts", text })).data as { id: string }).id;
}

const seed = (notebookId: string, more: Partial<Parameters<typeof seedRun>[1]> = {}) =>
  seedRun(pool(), {
    workspaceId: person.workspaceId,
    notebookId,
    createdBy: person.userId,
    text,
    params: { rate: 0.1, unread: 1 },
    outputsOf: { load: { rows: numberRef(1) }, fit: { mae: numberRef(2.25) } },
    ...more,
  });

describe("a run", () => {
  test("is told with its tasks, its outputs without bytes, and the run before it", async () => {
    const notebookId = await importNotebook();
    const first = await seed(notebookId, { outputsOf: { fit: { mae: numberRef(3) } } });
    const { id } = await seed(notebookId);
    const run = (await person.call("run.get", { id })).data as RunDetail;
    expect(run).toMatchObject({
      id,
      notebookId,
      status: "succeeded",
      trigger: "manual",
      createdBy: expect.stringContaining("Person"),
      params: { rate: 0.1 },
      cache: "use",
      counts: { succeeded: 2 },
      headline: [{ name: "mae", value: 2.25 }],
      previous: { id: first.id, number: first.number, headline: [{ name: "mae", value: 3 }] },
      lastSeq: 3,
    });
    expect(run.tasks.map(({ key }) => key)).toEqual(["load", "fit"]);
    expect(run.taskRuns.map(({ taskKey, status }) => [taskKey, status])).toEqual([
      ["load", "succeeded"],
      ["fit", "succeeded"],
    ]);
    expect(run.outputs).toEqual([
      { name: "mae", task: "fit", value: { hash: numberRef(2.25).hash, bytes: 4, codec: "json", summary: "number · 2.25" } },
      { name: "model", task: "fit" },
    ]);
    expect((await person.call("run.source", { id })).data).toEqual({ text });
  });

  test("has its parameters in the order of the notebook", async () => {
    const declared = text.replace("const rate", "const optimizer = param(1);\nconst rate");
    const { id } = await seed(await importNotebook(), { text: declared, params: { unread: 1, rate: 0.1, optimizer: 1 } });
    const run = (await person.call("run.get", { id })).data as RunDetail;
    expect(Object.keys(run.params)).toEqual(["optimizer", "rate", "unread"]);
  });

  test("tells of a task what it read, gave and why it ran", async () => {
    const notebookId = await importNotebook();
    const { taskRunIds } = await seed(notebookId, { why: { type: "param", name: "rate" } });
    const fit = (await person.call("run.taskRun", { id: taskRunIds[1] })).data as TaskRunDetail;
    expect(fit).toMatchObject({
      taskKey: "fit",
      params: { rate: 0.1 },
      why: { type: "param", name: "rate", sentence: expect.stringContaining("rate") },
      inputs: [{ name: "rows", task: "load", value: { summary: "number · 1" } }],
      outputs: [{ name: "mae" }],
      attempts: [{ attempt: 1, status: "succeeded", durationMs: 12.5, peakMemoryBytes: 1_000_000 }],
    });
    expect(fit.params).not.toHaveProperty("unread");
    expect(fit.outputs[0]!.value).not.toHaveProperty("inline");
    expect((await person.call("run.preview", { taskRunId: taskRunIds[1], name: "mae" })).data).toMatchObject({
      summary: "number · 2.25",
      preview: { type: "tree", value: 2.25 },
    });
    expect((await person.call("run.preview", { taskRunId: taskRunIds[1], name: "../../etc/passwd" })).status).toBe(404);
  });

  test("shows beside the cells the newest task run of each", async () => {
    const notebookId = await importNotebook();
    await seed(notebookId);
    const newest = await seed(notebookId);
    const { cells, activeRun } = (await person.call("notebook.states", { id: notebookId })).data as {
      cells: { taskKey: string; runId: string; fingerprint: string; outputs: unknown }[];
      activeRun?: RunRow;
    };
    expect(activeRun).toBeUndefined();
    expect(cells.map(({ taskKey, runId }) => [taskKey, runId]).sort()).toEqual([
      ["fit", newest.id],
      ["load", newest.id],
    ]);
    expect(cells[0]!.fingerprint).toMatch(/\w{8}/);
    expect(cells.find(({ taskKey }) => taskKey === "fit")!.outputs).toEqual([{ name: "mae", summary: "number · 2.25", bytes: 4 }]);
  });

  test("of a cached task shows the run whose result was reused, and its metrics", async () => {
    const notebookId = await importNotebook();
    const original = await seed(notebookId);
    const again = await seed(notebookId);
    await seedSeries(pool(), {
      workspaceId: person.workspaceId,
      runId: original.id,
      taskRunId: original.taskRunIds[1]!,
      taskKey: "fit",
      name: "loss",
      points: [{ step: 0, time: 1, value: 5 }],
    });
    await pool().query("update task_run set status = 'cached', cached_from = $2 where id = $1", [
      again.taskRunIds[1],
      original.taskRunIds[1],
    ]);
    const run = (await person.call("run.get", { id: again.id })).data as RunDetail;
    expect(run.taskRuns[1]).toMatchObject({
      status: "cached",
      cachedFrom: { runId: original.id, runNumber: original.number, taskRunId: original.taskRunIds[1] },
    });
    expect(run.headline).toEqual([
      { name: "mae", value: 2.25 },
      { name: "loss", value: 5 },
    ]);
    expect((await person.call("metric.series", { runIds: [again.id] })).data).toMatchObject([
      { runId: again.id, taskRunId: again.taskRunIds[1], name: "loss", count: 1, points: [{ step: 0, value: 5 }] },
    ]);
  });
});

describe("the list of runs", () => {
  test("is paged without gap or repetition, by notebook and by status", async () => {
    const notebookId = await importNotebook();
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.unshift((await seed(notebookId, { status: i % 3 === 0 ? "failed" : "succeeded" })).id);
    await seed(await importNotebook());
    const read = async (filter: object) => {
      const found: string[] = [];
      for (let cursor: string | undefined; ;) {
        const { rows, nextCursor } = (await person.call("run.list", { notebookId, limit: 3, cursor, ...filter })).data as {
          rows: RunRow[];
          nextCursor?: string;
        };
        found.push(...rows.map(({ id }) => id));
        if ((cursor = nextCursor) === undefined) return found;
      }
    };
    expect(await read({})).toEqual(ids);
    expect(await read({ status: "failed" })).toEqual(ids.filter((_, i) => (6 - i) % 3 === 0));
    expect((await person.call("run.list", { cursor: "x" })).code).toBe("BAD_REQUEST");
  });

  test("finds its page among ten thousand by an index, not by reading them all", async () => {
    await pool().query(
      `insert into run (id, workspace_id, notebook_id, number, status, spec, source, trigger)
       select 'many' || n, $1, 'nb' || n % 10, 100000 + n, case when n % 50 = 0 then 'failed' else 'succeeded' end, '{"dag":{"tasks":[],"outputs":[]},"params":{}}', '', 'manual'
       from generate_series(1, 10000) n`,
      [person.workspaceId],
    );
    await pool().query("analyze run");
    for (const filter of [{}, { status: "failed" }, { notebookId: "nb3" }, { cursor: "105000" }]) {
      const { rows } = (await person.call("run.list", { ...filter, limit: 50 })).data as { rows: RunRow[] };
      expect(rows.length).toBe(50);
    }
    const plan = await pool().query<{ "QUERY PLAN": string }>(
      `explain select id from run where workspace_id = $1 and status = 'failed' and number < 105000 order by number desc limit 50`,
      [person.workspaceId],
    );
    expect(plan.rows.map((row) => row["QUERY PLAN"]).join("\n")).toMatch(/Index/);
  });
});

describe("metrics", () => {
  // The database keeps the sign of a zero and its driver does not; nobody's curve differs.
  const plusZero = (value: number) => (value === 0 ? 0 : value);
  const point = fc.record({
    step: fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: -20, max: 200 }) },
      { weight: 5, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }).map(plusZero) },
      fc.constantFrom(5e-324, 1e308, -1e308),
    ),
    time: fc.integer({ min: 0, max: 10 ** 12 }),
    value: fc.oneof(
      { weight: 8, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(plusZero) },
      fc.constantFrom(NaN, Infinity, -Infinity),
    ),
  });

  test("thinned and summarised in the database are what pipelines/metric makes of them", async () => {
    const notebookId = await importNotebook();
    const run = await seed(notebookId);
    let series = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(point, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 20 }), async (points, buckets) => {
        const id = await seedSeries(pool(), {
          workspaceId: person.workspaceId,
          runId: run.id,
          taskRunId: run.taskRunIds[1]!,
          taskKey: "fit",
          name: `s${series++}`,
          points,
        });
        await workspaceRead(server.heddle.database, person.workspaceId, async (client) => {
          const { rows } = await client.query<{ step: number; at: number; value: number; low: number | null; high: number | null }>(
            "select * from metric_points($1, $2, '-Infinity', 'Infinity')",
            [[id], buckets],
          );
          expect(
            rows.map(({ step, at, value, low, high }) => ({
              step,
              time: Math.round(at),
              value,
              min: low ?? undefined,
              max: high ?? undefined,
            })),
          ).toEqual(downsample(points, buckets));
          const summary = (
            await client.query<{ points: string; last: number; low: number | null; high: number | null; mean: number | null }>(
              "select * from metric_summaries($1)",
              [[id]],
            )
          ).rows[0]!;
          const { count, last, min, max, mean } = summarise(points);
          expect([Number(summary.points), summary.last, summary.low ?? NaN, summary.high ?? NaN]).toEqual([count, last, min, max]);
          // The database adds in no order of its own.
          const size = Math.max(Math.abs(min), Math.abs(max));
          if (Number.isFinite(mean)) expect(Math.abs(summary.mean! / 2 - mean / 2)).toBeLessThanOrEqual(size * 1e-12 + 1e-270);
          else expect(summary.mean).toBeNull();
        });
      }),
      { numRuns: 60 },
    );
  });

  test("keep the one spike among many points, on zoom too, and what is not a number", async () => {
    const run = await seed(await importNotebook());
    const points = Array.from({ length: 20_000 }, (_, step) => ({
      step,
      time: step,
      value: step === 12_345 ? 1000 : step === 7 ? NaN : 1,
    }));
    await seedSeries(pool(), {
      workspaceId: person.workspaceId,
      runId: run.id,
      taskRunId: run.taskRunIds[1]!,
      taskKey: "fit",
      name: "loss",
      points,
    });
    const read = async (more: object) =>
      (
        (await person.call("metric.series", { runIds: [run.id], points: 100, ...more })).data as {
          count: number;
          points: { step: number; value: unknown; max?: number }[];
        }[]
      )[0]!;
    const whole = await read({});
    expect(whole.count).toBe(20_000);
    expect(whole.points.filter(({ max }) => max === 1000)).toHaveLength(1);
    expect(whole.points.filter(({ value }) => value === "NaN")).toMatchObject([{ step: 7 }]);
    const zoomed = await read({ from: 12_300, to: 12_389 });
    expect(zoomed.points).toHaveLength(90);
    expect(zoomed.points.filter(({ value }) => value === 1000)).toMatchObject([{ step: 12_345 }]);
    expect((await person.call("metric.summaries", { runIds: [run.id] })).data).toMatchObject([
      { name: "loss", count: 20_000, last: 1, min: 1, max: 1000 },
    ]);
  });

  test("of a retried task are those of its newest attempt", async () => {
    const run = await seed(await importNotebook());
    const common = { workspaceId: person.workspaceId, runId: run.id, taskRunId: run.taskRunIds[1]!, taskKey: "fit", name: "loss" };
    await seedSeries(pool(), { ...common, attempt: 1, points: [{ step: 0, time: 1, value: 1 }] });
    await seedSeries(pool(), { ...common, attempt: 2, points: [{ step: 0, time: 1, value: 2 }] });
    expect((await person.call("metric.series", { runIds: [run.id] })).data).toMatchObject([{ points: [{ value: 2 }] }]);
  });
});
