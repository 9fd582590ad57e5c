/** Holds the statements and the fold together: what is saved and read back is what is in memory, after every save. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyChanges } from "@/pipelines/run/apply-changes";
import { newRun, type RunState } from "@/pipelines/run/run-state";
import type { RunSpec } from "@/pipelines/run/run";
import { play, randomChoices, randomSpec, spec, task } from "@/pipelines/run/testing/random-run";
import { transition } from "@/pipelines/run/transition";
import { newId } from "../db/new-id";
import { createPool, type Pool } from "../db/pool";
import { toJson } from "../db/to-json";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { LiveRun } from "./live-run";
import { loadRun } from "./load-run";
import { toControl, toEvent, toTaskRow } from "./run-rows";
import { createRunWriter, type NewRun, type RunWriter } from "./run-writer";

let database: TestDatabase;
let pool: Pool;
let writer: RunWriter;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  writer = createRunWriter(database.url, "me", 30, () => undefined);
});
afterAll(async () => {
  await writer.close();
  await pool.end();
  await database.drop();
});

async function insert(by: RunWriter, state: RunState, workspace = "w"): Promise<number> {
  const made = transition(state, { type: "submitted", at: 1_000 });
  applyChanges(state, made.changes);
  const { status, startedAt, finishedAt } = state.fields;
  const inserted = await by.insert(
    {
      id: state.spec.id,
      workspace_id: workspace,
      notebook_id: "n",
      spec: state.spec,
      source: "",
      trigger: "manual",
      status,
      control: toControl(state),
      created: 1_000,
      started: startedAt,
      finished: finishedAt,
      owner: "me",
      lease: 30,
      event: toEvent(state, made.changes),
      order_key: undefined,
    } as NewRun,
    state.taskRuns.map((taskRun) => toTaskRow(state, taskRun, made.changes, true)),
  );
  return inserted.number;
}

test("a run that is saved step by step and read back equals the run in memory", async () => {
  await fc.assert(
    fc.asyncProperty(randomSpec, randomChoices, fc.integer({ min: 1, max: 9 }), async (random, choices, every) => {
      const given: RunSpec = { ...random, id: newId() };
      // The history is decided first, then saved in portions, as the engine's loop does.
      const steps: Parameters<Parameters<typeof play>[2]>[1][] = [];
      play(given, choices, (_, event) => void steps.push(event));
      const state = newRun(given);
      await insert(writer, state);
      const run = new LiveRun(state, 1, state.taskRuns.length);
      for (const [index, event] of steps.slice(1).entries()) {
        for (const action of run.fold(event).actions) if (action.type === "remember") run.remembered.push(action);
        if (index % every !== 0 && index !== steps.length - 2) continue;
        if (run.hasChanges) {
          expect(await writer.save([run.take(() => undefined).save])).toEqual(new Set([given.id]));
          run.revision++;
        }
      }
      const loaded = (await loadRun(pool, given.id))!;
      expect(loaded.revision).toBe(run.revision);
      expect(loaded.state.fields).toEqual(state.fields);
      expect(loaded.state.taskRuns).toEqual(state.taskRuns);
      expect([...loaded.state.counts]).toEqual([...state.counts]);
    }),
    { numRuns: Number(process.env.HEDDLE_SAVE_RUNS ?? 30) },
  );
}, 120_000);

test("a save from an old revision or of another owner's run writes nothing", async () => {
  const state = newRun(spec([task("a")], { id: newId(), cache: "off" }));
  await insert(writer, state);
  const run = new LiveRun(state, 1, 1);
  run.fold({ type: "claimed", ordinal: 0, at: 2_000 });
  const { save } = run.take(() => undefined);
  const other = createRunWriter(database.url, "somebody else", 30, () => undefined);
  expect(await other.save([save])).toEqual(new Set());
  expect(await writer.save([save])).toEqual(new Set([state.spec.id]));
  expect(await writer.save([save])).toEqual(new Set());
  const { rows } = await pool.query("select count(*)::int as n from attempt where task_run_id = $1", [`${state.spec.id}-0`]);
  expect(rows).toEqual([{ n: 1 }]);
  await other.close();
});

test("runs of a workspace are numbered without gaps, also by several servers at once", async () => {
  const writers = Array.from({ length: 4 }, (_, index) => createRunWriter(database.url, `server ${index}`, 30, () => undefined));
  const numbers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => insert(writers[index % 4]!, newRun(spec([task("a")], { id: newId() })), "counted")),
  );
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  await Promise.all(writers.map((each) => each.close()));
});

test("text that PostgreSQL cannot hold is mended, and no other", async () => {
  const cases = ["a\0b", "\0\0", "\ud83d", "\\u0000", "\\\0", "😀", "\ud83d\ud83d", "\\ud83d"];
  const { rows } = await pool.query<{ j: string[] }>("select $1::jsonb as j", [toJson(cases)]);
  expect(rows[0]!.j).toEqual(["a\ufffdb", "\ufffd\ufffd", "\ufffd", "\\u0000", "\\\ufffd", "😀", "\ufffd\ufffd", "\\ud83d"]);
});

test("no index has to be written when a task run goes on: what the tables have indexed does not change on its way", async () => {
  const state = newRun(spec([task("a"), task("b")], { id: newId() }));
  await insert(writer, state);
  const client = await pool.connect();
  try {
    await client.query("begin");
    const going = ["queued", "running", "succeeded"];
    for (const [n, status] of going.entries()) {
      await client.query(
        `update task_run set status = $2, attempt = $3, tries = $3, outputs = '{}', displays = '[]', cache_key = $2, queued_at = now(),
           queued_until = now(), not_before = now(), started_at = now(), finished_at = now(), lease_until = now() where run_id = $1`,
        [state.spec.id, status, n + 1],
      );
    }
    const { rows } = await client.query<{ updated: number; hot: number }>(
      `select pg_stat_get_xact_tuples_updated(oid)::int as updated, pg_stat_get_xact_tuples_hot_updated(oid)::int as hot
       from pg_class where relname = 'task_run'`,
    );
    expect(rows).toEqual([{ updated: 6, hot: 6 }]);
  } finally {
    await client.query("rollback");
    client.release();
  }
});
