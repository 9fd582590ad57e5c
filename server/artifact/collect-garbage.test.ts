/** Garbage collection on a real database and real stores: what is reachable stays, the rest goes, in any interleaving. */
import crypto from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ValueRef } from "@/pipelines/run/run";
import { createPool, type Pool } from "../db/pool";
import { valueColumns } from "../db/storage.sql";
import { createTestDatabase, type TestDatabase } from "../db/testing/database";
import { seedRun } from "../testing/seed-run";
import { collectGarbage, measureUsage, type SweepFigures } from "./collect-garbage";
import { FolderObjects } from "./folder-objects";
import type { ObjectStore } from "./object-store";
import { S3Objects } from "./s3-objects";
import { createStorageLedger } from "./storage-ledger";
import { createValueStore, type ValueStore } from "./store";
import { startTestS3 } from "./testing/s3-server";

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 16);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const text = "// %% Make\nexport const made = [1];\n";
const ref = ({ hash, bytes }: { hash: string; bytes: number }): ValueRef => ({ hash, bytes, codec: "tree/1", summary: "test" });

const kinds: readonly [string, () => Promise<{ objects: ObjectStore; close(): Promise<void> }>][] = [
  [
    "a folder",
    async () => {
      const root = await mkdtemp(join(tmpdir(), "heddle-gc-"));
      return { objects: new FolderObjects(root), close: () => rm(root, { recursive: true, force: true }) };
    },
  ],
  [
    "S3",
    async () => {
      const s3 = await startTestS3();
      return { objects: new S3Objects(s3.place), close: () => s3.close() };
    },
  ],
];

describe.each(kinds)("garbage in %s", (_, open) => {
  let objects: ObjectStore;
  let close: () => Promise<void>;
  let store: ValueStore;
  let workspaceId: string;
  let home: string;

  beforeAll(async () => {
    ({ objects, close } = await open());
    home = await mkdtemp(join(tmpdir(), "heddle-gc-home-"));
  });
  afterAll(async () => {
    await close();
    await rm(home, { recursive: true, force: true });
  });
  beforeEach(() => {
    workspaceId = `w${crypto.randomUUID()}`;
    store = createValueStore(home, { objects, ledger: createStorageLedger(pool, () => measureUsage(pool, objects, workspaceId)) });
  });

  const sweep = async (options: { dryRun?: boolean; graceSeconds?: number } = {}): Promise<SweepFigures> => {
    const result = await collectGarbage({ pool, objects, workspaceId, dryRun: false, trigger: "cli", ...options });
    if (!result.ok) throw new Error("busy");
    return result.figures;
  };
  const put = (words: string) => store.put(workspaceId, Buffer.from(words.padEnd(1000, ".")));
  const seed = async (value: { hash: string; bytes: number }, finished = new Date()) => {
    const run = await seedRun(pool, { workspaceId, notebookId: `n-${workspaceId}`, text, outputsOf: { make: { made: ref(value) } } });
    await pool.query("update run set finished_at = $2 where id = $1", [run.id, finished]);
    return run;
  };
  const age = (hash: string) => pool.query("update condemned_value set since = since - interval '2 hours' where hash = $1", [hash]);

  test("what a run, an artifact, a fan-out or the cache refers to stays; the rest goes after the time of grace", async () => {
    const [output, artifact, element, cached, orphan] = await Promise.all(["output", "artifact", "element", "cached", "orphan"].map(put));
    const run = await seed(output!);
    await store.putPreview(workspaceId, output!.hash, '{"a":1}');
    await store.putPreview(workspaceId, orphan!.hash, '{"a":2}');
    await pool.query(
      `insert into artifact (id, workspace_id, run_id, task_run_id, attempt, seq, name, type, metadata, value) values ($1, $2, $3, $4, 1, 0, 'a', '', '{}', $5)`,
      [crypto.randomUUID(), workspaceId, run.id, run.taskRunIds[0], JSON.stringify(ref(artifact!))],
    );
    await pool.query("update task_run set elements = $2 where id = $1", [run.taskRunIds[0], JSON.stringify({ x: ref(element!) })]);
    await pool.query("insert into cache_entry (workspace_id, key, task_run_id, outputs, displays) values ($1, 'k', $2, $3, '[]')", [
      workspaceId,
      run.taskRunIds[0],
      JSON.stringify({ y: { list: [ref(cached!)] } }),
    ]);
    const dry = await sweep({ dryRun: true });
    expect(dry.removed.values).toEqual({ objects: 2, bytes: 1007 });
    const first = await sweep();
    expect([first.removed.values.objects, first.waiting.objects]).toEqual([0, 2]);
    expect(await store.has(workspaceId, orphan!.hash)).toBe(true);
    await age(orphan!.hash);
    const second = await sweep();
    expect(second.removed.values.objects).toBe(2);
    expect(second.used.values.objects).toBe(4);
    expect(await store.has(workspaceId, orphan!.hash)).toBe(false);
    expect(await store.readPreview(workspaceId, orphan!.hash)).toBeUndefined();
    for (const { hash } of [output!, artifact!, element!, cached!]) expect(await store.has(workspaceId, hash)).toBe(true);
    expect(await store.readPreview(workspaceId, output!.hash)).toBe('{"a":1}');
    expect(second.byNotebook).toEqual([{ id: `n-${workspaceId}`, title: null, bytes: 2000, objects: 2 }]);
  });

  test("a value that is wanted again while it waits is spared", async () => {
    const { hash } = await put("again");
    await sweep();
    await age(hash);
    expect((await put("again")).hash).toBe(hash);
    expect((await sweep()).removed.values.objects).toBe(0);
    expect(await store.has(workspaceId, hash)).toBe(true);
  });

  test("runs go by age and number, but never pinned ones, live ones, or those whose results a kept run shows", async () => {
    const days = (n: number) => new Date(Date.now() - n * 86_400_000);
    const values = await Promise.all(["1", "2", "3", "4", "5", "6"].map(put));
    const runs = [];
    for (const [index, value] of values.entries()) runs.push(await seed(value, days(60 - index * 10)));
    const [first, second, third, fourth, fifth, sixth] = runs.map(({ id }) => id);
    await pool.query("update run set pinned = true where id = $1", [first]);
    await pool.query("update run set status = 'running' where id = $1", [second]);
    // The newest shows a result of the third.
    await pool.query("update task_run set cached_from = $2 where run_id = $1", [sixth, runs[2]!.taskRunIds[0]]);
    const log = `${workspaceId}/logs/${fourth}/x-1.ndjson`;
    await objects.put(log, Buffer.from("line\n"));
    expect((await sweep()).removed.runs).toBe(0);
    // The fifth is 20 days old, the sixth 10; the last two are kept in any case.
    await pool.query("insert into storage_policy (workspace_id, keep_days, keep_last) values ($1, 15, 1)", [workspaceId]);
    const dry = await sweep({ dryRun: true });
    expect([dry.removed.runs, dry.removed.values.objects, dry.removed.logs]).toEqual([2, 2, { objects: 1, bytes: 5 }]);
    await sweep();
    const { rows } = await pool.query<{ id: string }>("select id from run where workspace_id = $1 order by number", [workspaceId]);
    expect(rows.map(({ id }) => id)).toEqual([first, second, third, sixth]);
    expect(await objects.stat(log)).toBeUndefined();
    await pool.query("update condemned_value set since = since - interval '2 hours' where workspace_id = $1", [workspaceId]);
    expect((await sweep()).removed.values.objects).toBe(2);
    const there = await Promise.all(values.map(({ hash }) => store.has(workspaceId, hash)));
    expect(there).toEqual([true, true, true, false, false, true]);
    expect(await pool.query("select 1 from task_run where run_id = any($1::text[])", [[fourth, fifth]])).toMatchObject({ rowCount: 0 });
  });

  test("one sweep at a time, and each is written down", async () => {
    const results = await Promise.all([0, 1, 2].map(() => collectGarbage({ pool, objects, workspaceId, dryRun: false, trigger: "cli" })));
    expect(results.filter(({ ok }) => ok).length).toBeGreaterThan(0);
    const { rows } = await pool.query("select trigger, finished_at is not null as done, error from storage_sweep where workspace_id = $1", [
      workspaceId,
    ]);
    expect(rows.length).toBe(results.filter(({ ok }) => ok).length);
    expect(rows[0]).toEqual({ trigger: "cli", done: true, error: null });
  });

  test("over its quota a workspace stores no more, and is told what it holds and what to do; what is there already counts once", async () => {
    await pool.query("insert into storage_policy (workspace_id, quota_bytes) values ($1, 2500)", [workspaceId]);
    await put("one");
    await put("two");
    await put("one");
    await expect(put("three")).rejects.toMatchObject({
      reason: "quota",
      message: expect.stringMatching(/may store 2\.5 KB and holds 2 KB; this value needs 1 KB more\. .*Settings → Storage/) as string,
    });
    await sweep({ graceSeconds: 0 });
    await sweep({ graceSeconds: 0 });
    await put("three");
    // Another workspace has its own.
    await store.put(`${workspaceId}x`, Buffer.alloc(5000));
  });
});

test("a damaged value is taken out of the cache, so that running again makes it anew", async () => {
  const workspaceId = `w${crypto.randomUUID()}`;
  const hash = "a".repeat(64);
  for (const [key, outputs] of [
    ["holds", { x: { list: [ref({ hash, bytes: 1 })] } }],
    ["other", { x: ref({ hash: "b".repeat(64), bytes: 1 }) }],
  ] as const) {
    await pool.query("insert into cache_entry (workspace_id, key, task_run_id, outputs, displays) values ($1, $2, 't', $3, '[]')", [
      workspaceId,
      key,
      JSON.stringify(outputs),
    ]);
  }
  await createStorageLedger(pool, async () => Promise.resolve(0)).lost(workspaceId, hash);
  const { rows } = await pool.query("select key from cache_entry where workspace_id = $1", [workspaceId]);
  expect(rows).toEqual([{ key: "other" }]);
});

test("every JSON column is known to hold values or not to", async () => {
  const without = [
    // Specs and histories: what they name is in task_run as well, or is told by name only.
    "run.spec",
    "run_event.event",
    "run.control",
    "run_wish.command",
    "task_run.decision",
    "worker.labels",
    "concurrency_limit.labels",
    "task_run.key_parts",
    "task_run.why",
    "task_run.displays",
    "task_run.error",
    "attempt.error",
    "artifact.metadata",
    "cache_entry.displays",
    "task_memory.key_parts",
    "storage_sweep.figures",
    "schedule.timing",
    "schedule.params",
  ];
  const { rows } = await pool.query<{ name: string }>(
    "select table_name || '.' || column_name as name from information_schema.columns where table_schema = 'public' and data_type in ('json', 'jsonb')",
  );
  expect(rows.map(({ name }) => name).sort()).toEqual([...valueColumns, ...without].sort());
});

test("whatever the order of writers, readers, cache hits, deletions and sweeps, nothing reachable is ever removed", async () => {
  const root = await mkdtemp(join(tmpdir(), "heddle-gc-law-"));
  const contents = ["one", "two", "three"];
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.record({ content: fc.nat(2), thenDelete: fc.boolean(), hit: fc.boolean() }), { minLength: 2, maxLength: 5 }),
      fc.integer({ min: 1, max: 4 }),
      async (scheduler, writers, sweeps) => {
        const workspaceId = `w${crypto.randomUUID()}`;
        const folder = new FolderObjects(root);
        /** Every look at the store and every removal waits for its turn. */
        const objects: ObjectStore = {
          kind: folder.kind,
          place: folder.place,
          putFile: scheduler.scheduleFunction((key: string, path: string) => folder.putFile(key, path)),
          put: (key, bytes) => folder.put(key, bytes),
          stat: scheduler.scheduleFunction((key: string) => folder.stat(key)),
          read: (key) => folder.read(key),
          list: (prefix) => folder.list(prefix),
          remove: scheduler.scheduleFunction((keys: readonly string[]) => folder.remove(keys)),
          clean: (ms) => folder.clean(ms),
        };
        const ledger = createStorageLedger(pool, () => Promise.resolve(0));
        const store = createValueStore(root, {
          objects,
          ledger: { ...ledger, spare: scheduler.scheduleFunction((workspace: string, hash: string) => ledger.spare(workspace, hash)) },
        });
        const step = scheduler.scheduleFunction(<T>(work: () => Promise<T>) => work()) as <T>(work: () => Promise<T>) => Promise<T>;
        // All were there before, and nothing refers to them: two sweeps ago each was condemned.
        for (const content of contents) {
          const { hash } = await createValueStore(root).put(workspaceId, Buffer.from(content));
          await pool.query("insert into condemned_value values ($1, $2, now() - interval '3 hours', null)", [workspaceId, hash]);
        }
        const kept = new Set<string>();
        const write = async ({ content, thenDelete, hit }: (typeof writers)[number]) => {
          const value = await store.put(workspaceId, Buffer.from(contents[content]!));
          const run = await step(() => seedRun(pool, { workspaceId, text, outputsOf: { make: { made: ref(value) } } }));
          if (hit) {
            const outputs = JSON.stringify({ made: ref(value) });
            await step(() =>
              pool.query("insert into cache_entry (workspace_id, key, task_run_id, outputs, displays) values ($1, $2, $3, $4, '[]')", [
                workspaceId,
                run.id,
                run.taskRunIds[0],
                outputs,
              ]),
            );
            // A run that found it in the cache gets its row later, when the entry and its run may be gone.
            await step(() => pool.query("delete from cache_entry where workspace_id = $1 and key = $2", [workspaceId, run.id]));
            await step(() => pool.query("delete from run where id = $1", [run.id]));
            await step(() => seedRun(pool, { workspaceId, text, outputsOf: { make: { made: ref(value) } } }));
            kept.add(value.hash);
          } else if (thenDelete) await step(() => pool.query("delete from run where id = $1", [run.id]));
          else kept.add(value.hash);
        };
        const sweeper = async () => {
          // Grace is an hour: nothing above takes so long.
          for (let n = 0; n < sweeps; n++) {
            await step(() => Promise.resolve());
            await collectGarbage({ pool, objects, workspaceId, dryRun: false, trigger: "timer" });
          }
        };
        await scheduler.waitFor(Promise.all([...writers.map(write), sweeper(), sweeper()]));
        for (const hash of kept) expect(await folder.stat(`${workspaceId}/values/${hash.slice(0, 2)}/${hash}`)).toBeDefined();
        // And what nobody wants is gone in the end.
        await pool.query("update condemned_value set since = since - interval '2 hours' where workspace_id = $1", [workspaceId]);
        await collectGarbage({ pool, objects: folder, workspaceId, dryRun: false, trigger: "timer" });
        await pool.query("update condemned_value set since = since - interval '2 hours' where workspace_id = $1", [workspaceId]);
        const last = await collectGarbage({ pool, objects: folder, workspaceId, dryRun: false, trigger: "timer" });
        expect(last.ok && last.figures.used.values.objects).toBe(kept.size);
      },
    ),
    { numRuns: 25, endOnFailure: true },
  );
  await rm(root, { recursive: true, force: true });
}, 120_000);
