import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunDetail, RunRow } from "../run/run-views";
import { seedRun } from "../testing/seed-run";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import type { StorageView } from "./storage-views";

let server: TestServer;
let owner: Person;
beforeAll(async () => {
  server = await startTestServer();
  owner = await addPerson(server);
});
afterAll(() => server.close());

const pool = () => server.heddle.database.pool;
const overview = async () => (await owner.call("storage.overview")).data as StorageView;

test("what the last whole sweep found is told while a newer one goes on, and when it has failed", async () => {
  const { usedBytes, lastSweep, found } = await overview();
  expect([usedBytes, lastSweep, found]).toEqual([undefined, undefined, undefined]);
  const none = { objects: 0, bytes: 0 };
  const figures = { used: { values: { objects: 2, bytes: 30 }, previews: none, logs: none }, byNotebook: [] };
  await pool().query(
    `insert into storage_sweep (id, workspace_id, trigger, started_at, finished_at, figures)
     values ('first', $1, 'timer', now() - interval '20 minutes', now() - interval '19 minutes', $2)`,
    [owner.workspaceId, JSON.stringify(figures)],
  );
  await pool().query("insert into storage_sweep (id, workspace_id, trigger, started_at) values ('second', $1, 'page', now())", [
    owner.workspaceId,
  ]);
  expect(await overview()).toMatchObject({ found: figures, lastSweep: { trigger: "page" } });
  expect((await overview()).lastSweep!.finishedAt).toBeUndefined();
  await pool().query("update storage_sweep set finished_at = now(), error = 'The bucket is gone' where id = 'second'");
  expect(await overview()).toMatchObject({ found: figures, lastSweep: { error: "The bucket is gone" } });
});

test("a run is pinned by those who may run things, told with it, found by it, and let go", async () => {
  const { workspaceId } = owner;
  const text = "// %% One\nexport const one = 1;\n";
  const [kept, other] = [await seedRun(pool(), { workspaceId, text }), await seedRun(pool(), { workspaceId, text })];
  const viewer = await addPerson(server, { role: "viewer", workspaceId });
  expect((await viewer.mutate("storage.pin", { runId: kept.id, pinned: true })).code).toBe("FORBIDDEN");
  const runner = await addPerson(server, { role: "runner", workspaceId });
  await runner.mutate("storage.pin", { runId: kept.id, pinned: true });
  const pinned = async () => ((await viewer.call("run.list", { pinned: true })).data as { rows: RunRow[] }).rows.map(({ id }) => id);
  expect(await pinned()).toEqual([kept.id]);
  expect((await overview()).pinnedRuns).toBe(1);
  expect(((await viewer.call("run.get", { id: kept.id })).data as RunDetail).pinned).toBe(true);
  expect(((await viewer.call("run.get", { id: other.id })).data as RunDetail).pinned).toBe(false);
  await runner.mutate("storage.pin", { runId: kept.id, pinned: false });
  expect(await pinned()).toEqual([]);
});
