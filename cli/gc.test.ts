/** `heddle gc` as the owner of a machine runs it: on a real database and a real store, beside the server that wrote them. */
import fs from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createValueStore, type ValueStore } from "@/server/artifact/store";
import type { PinnedRun } from "@/server/artifact/storage-views";
import type { RunDetail } from "@/server/run/run-views";
import { seedRun, type SeededRun } from "@/server/testing/seed-run";
import { addPerson, startTestServer, type Person, type TestServer } from "@/server/testing/test-server";
import { main } from "./heddle";

let server: TestServer;
let person: Person;
let store: ValueStore;
const printed: string[] = [];
const complained: string[] = [];
const before = { home: process.env.HEDDLE_HOME, url: process.env.DATABASE_URL };

beforeAll(async () => {
  server = await startTestServer();
  person = await addPerson(server);
  store = createValueStore(server.homeDir);
  process.env.HEDDLE_HOME = server.homeDir;
  process.env.DATABASE_URL = server.databaseUrl;
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
  vi.spyOn(console, "error").mockImplementation((line: string) => void complained.push(line));
});

beforeEach(() => {
  printed.length = complained.length = 0;
});

afterAll(async () => {
  vi.restoreAllMocks();
  process.exitCode = 0;
  restore("HEDDLE_HOME", before.home);
  restore("DATABASE_URL", before.url);
  await server.close();
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** Exit code, and what it says of the person's workspace. */
async function gc(...args: string[]): Promise<{ code: number; line: string }> {
  process.exitCode = 0;
  await main(["node", "heddle", "gc", ...args]);
  const code = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  return { code, line: printed.splice(0).find((line) => line.startsWith(`Workspace of ${person.userId}`)) ?? "" };
}

async function seed(words: string): Promise<{ run: SeededRun; hash: string }> {
  const { hash, bytes } = await store.put(person.workspaceId, Buffer.from(words.padEnd(100_000, ".")));
  const run = await seedRun(server.heddle.database.pool, {
    workspaceId: person.workspaceId,
    text: "// %% Make\nexport const made = [1];\n",
    outputsOf: { make: { made: { hash, bytes, codec: "tree/1", summary: words } } },
  });
  return { run, hash };
}

test("gc removes runs beyond the retention with their values, and keeps what somebody pinned", async () => {
  const { pool } = server.heddle.database;
  const [pinned, old, newest] = [await seed("pinned"), await seed("old"), await seed("newest")];
  expect((await person.mutate("storage.setPolicy", { keepLast: 1 })).status).toBe(200);
  expect((await person.mutate("storage.pin", { runId: pinned.run.id, pinned: true })).status).toBe(200);
  expect(((await person.call("run.get", { id: pinned.run.id })).data as RunDetail).pinned).toBe(true);
  expect((await person.call("storage.pinned")).data).toMatchObject([{ id: pinned.run.id }] satisfies Partial<PinnedRun>[]);
  const ids = async () => (await pool.query<{ id: string }>("select id from run order by number")).rows.map(({ id }) => id);
  const kept = (hash: string) => store.has(person.workspaceId, hash);

  const dry = await gc("--dry-run");
  expect(dry.code).toBe(0);
  expect(dry.line).toMatch(/would remove 1 runs, 1 stored values \(100 KB\)/);
  expect(await ids()).toEqual([pinned.run.id, old.run.id, newest.run.id]);

  const first = await gc();
  expect(first.line).toMatch(/removed 1 runs, 0 stored values.* 1 more \(100 KB\) go after an hour of grace\./);
  expect(await ids()).toEqual([pinned.run.id, newest.run.id]);
  expect(await kept(old.hash)).toBe(true);
  await pool.query("update condemned_value set since = since - interval '2 hours'");
  expect((await gc()).line).toMatch(/removed 0 runs, 1 stored values \(100 KB\)/);
  expect(await Promise.all([pinned, old, newest].map(({ hash }) => kept(hash)))).toEqual([true, false, true]);

  expect((await person.mutate("storage.pin", { runId: pinned.run.id, pinned: false })).status).toBe(200);
  expect((await gc()).line).toMatch(/removed 1 runs/);
  expect(await ids()).toEqual([newest.run.id]);
});

test("gc says when there is no Heddle here", async () => {
  const empty = fs.mkdtempSync(`${server.homeDir}-empty-`);
  process.env.HEDDLE_HOME = empty;
  delete process.env.DATABASE_URL;
  try {
    expect((await gc()).code).toBe(2);
    expect(complained.join()).toContain("run npm start once");
  } finally {
    process.env.HEDDLE_HOME = server.homeDir;
    process.env.DATABASE_URL = server.databaseUrl;
    fs.rmSync(empty, { recursive: true });
  }
});
