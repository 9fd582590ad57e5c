/** Whole runs as a page makes them: over HTTP and the socket, on the process executor. */
import fs from "node:fs";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { AppRouter } from "../router";
import { makeBareLock } from "../testing/bare-lock";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import type { FirePage } from "../schedule/schedule-views";
import type { CellState, RunDetail, RunPatch, RunRow, TaskRunDetail } from "./run-views";
import { runnerFolder } from "./testing/workbench";

const text = `// %% Parameters [params]
import { param } from "heddle";
const factor = param(2, { min: 1, max: 10, integer: true });
const label = param("a", { options: ["a", "b"] });

// %% Load
const rows = [1, 2, 3];
console.log("loaded", rows.length);

// %% Train
import { metric } from "heddle";
for (let step = 0; step < 20; step++) metric("loss", 1 / (step + 1), { step });
export const total = rows.reduce((a, b) => a + b, 0) * factor;
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

async function importNotebook(source = text): Promise<string> {
  return ((await person.mutate("notebook.import", { fileName: "n.ts", text: source })).data as { id: string }).id;
}

function connect(who = person) {
  const socket = createWSClient({
    url: `${server.url.replace("http", "ws")}/api/live`,
    WebSocket: class extends WebSocket {
      constructor(url: string) {
        super(url, { headers: { cookie: `__Host-heddle=${who.token}`, origin: server.url } });
      }
    } as unknown as typeof globalThis.WebSocket,
  });
  return { api: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }), close: () => socket.close() };
}

/** All that a subscription says, until it ends by itself. */
function collect<T>(
  subscribe: (handlers: { onData(data: T): void; onComplete(): void; onError(error: unknown): void }) => unknown,
): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const found: T[] = [];
    subscribe({ onData: (data) => found.push(data), onComplete: () => resolve(found), onError: reject });
  });
}

const start = async (notebookId: string, more: object = {}) => person.mutate("run.start", { notebookId, revision: 1, ...more });
const started = async (notebookId: string, more: object = {}) => (await start(notebookId, more)).data as { id: string; number: number };

async function follow(id: string, seq = 0): Promise<RunPatch[]> {
  const { api, close } = connect();
  const patches = await collect<RunPatch>((handlers) => api.run.watch.subscribe({ id, seq }, handlers as never));
  await close();
  return patches;
}

test("a run is started, followed to its end, and told whole", async () => {
  const notebookId = await importNotebook();
  const { id } = await started(notebookId, { params: { factor: 3 } });
  const patches = await follow(id);
  expect(patches.at(-1)!.run.status).toBe("succeeded");
  expect(patches.map(({ seq }) => seq)).toEqual(patches.map(({ seq }) => seq).toSorted((a, b) => a - b));
  const seen = new Map(patches.flatMap(({ taskRuns }) => taskRuns.map(({ taskKey, status }) => [taskKey, status] as const)));
  expect(Object.fromEntries(seen)).toEqual({ load: "succeeded", train: "succeeded" });

  const run = (await person.call("run.get", { id })).data as RunDetail;
  expect(run).toMatchObject({ status: "succeeded", trigger: "manual", params: { factor: 3, label: "a" }, revision: 1, notebookId });
  expect(run.headline[0]).toEqual({ name: "total", value: 18 });
  expect(run.headline.map(({ name }) => name)).toEqual(["total", "loss"]);
  expect(await follow(id, run.lastSeq)).toEqual([]);

  const load = run.taskRuns.find(({ taskKey }) => taskKey === "load")!;
  const logs = (await person.call("run.logs", { taskRunId: load.id, attempt: 1 })).data as { records: { text: string }[]; total: number };
  expect(logs.records.map((record) => record.text).join("\n")).toContain("loaded 3");
  const { api, close } = connect();
  const live = await collect<{ from: number; records: { text: string }[] }>((handlers) =>
    api.run.watchLogs.subscribe({ taskRunId: load.id, attempt: 1, from: 0 }, handlers as never),
  );
  await close();
  expect(live.flatMap(({ records }) => records)).toEqual(logs.records);

  const series = (await person.call("metric.series", { runIds: [id], names: ["loss"] })).data as {
    count: number;
    points: { value: number }[];
  }[];
  expect([series[0]!.count, series[0]!.points.length, series[0]!.points[0]!.value]).toEqual([20, 20, 1]);
  expect((await person.call("metric.summaries", { runIds: [id] })).data).toMatchObject([
    { name: "loss", count: 20, min: 0.05, max: 1, last: 0.05 },
  ]);

  const train = run.taskRuns.find(({ taskKey }) => taskKey === "train")!;
  const download = await fetch(`${server.url}/api/values/${train.id}/total`, { headers: { cookie: `__Host-heddle=${person.token}` } });
  expect([download.status, download.headers.get("content-disposition")]).toEqual([200, expect.stringMatching(/^attachment;.*total/)]);
});

test("the second run reuses what did not change, and says why the rest ran", async () => {
  // Results are shared by the workspace: a text of its own has none yet.
  const notebookId = await importNotebook(text.replace("[1, 2, 3]", "[4, 5]"));
  const first = await started(notebookId);
  await follow(first.id);
  const second = await started(notebookId, { params: { factor: 5 } });
  await follow(second.id);
  const run = (await person.call("run.get", { id: second.id })).data as RunDetail;
  expect(run.taskRuns.map(({ taskKey, status }) => [taskKey, status])).toEqual([
    ["load", "cached"],
    ["train", "succeeded"],
  ]);
  expect(run.taskRuns[0]!.cachedFrom).toMatchObject({ runId: first.id, runNumber: first.number });
  const train = (await person.call("run.taskRun", { id: run.taskRuns[1]!.id })).data as TaskRunDetail;
  expect(train.why).toMatchObject({ type: "param", name: "factor" });
  const { cells } = (await person.call("notebook.states", { id: notebookId })).data as { cells: CellState[] };
  expect(cells.map(({ taskKey, runId }) => [taskKey, runId]).toSorted()).toEqual([
    ["load", second.id],
    ["train", second.id],
  ]);
});

test("all faults of the parameters are told at once, and nothing is started", async () => {
  const notebookId = await importNotebook();
  const answer = await start(notebookId, { params: { factor: 99, label: "c", other: 1 } });
  expect(answer.code).toBe("BAD_REQUEST");
  for (const name of ["factor", "label", "other"]) expect(answer.message).toContain(name);
  expect(((await person.call("run.list", { notebookId })).data as { rows: RunRow[] }).rows).toEqual([]);
});

describe("a version that cannot run", () => {
  test("is refused with its errors and their lines", async () => {
    const notebookId = await importNotebook("// %% One\nconst a = 1;\n\n// %% Two\nconst a = 2;\n");
    const answer = await start(notebookId);
    expect([answer.code, answer.message]).toEqual(["BAD_REQUEST", expect.stringMatching(/two, line 1: .*\(duplicate-name\)/)]);
  });

  test("is refused when it does not exist, is empty, or has no such task", async () => {
    const notebookId = await importNotebook();
    expect((await start(notebookId, { revision: 2 })).code).toBe("NOT_FOUND");
    expect((await start(notebookId, { targets: ["nothing"] })).message).toContain('"nothing"');
    expect((await start(notebookId, { targets: [] })).code).toBe("BAD_REQUEST");
    expect((await start(await importNotebook("// %% [markdown]\n// # Words\n"))).message).toContain("nothing to run");
  });
});

test("pressed at once by many, the same order is one run; another order is another", async () => {
  const notebookId = await importNotebook(`// %% Wait\nawait new Promise((resolve) => setTimeout(resolve, 60_000));\n`);
  const ids = new Set((await Promise.all(Array.from({ length: 6 }, () => started(notebookId)))).map(({ id }) => id));
  expect(ids.size).toBe(1);
  const other = await started(notebookId, { cache: "off" });
  expect(ids.has(other.id)).toBe(false);
  for (const id of [...ids, other.id]) {
    const ended = follow(id);
    expect((await person.mutate("run.cancel", { id })).status).toBe(200);
    expect((await ended).at(-1)!.run).toMatchObject({ status: "cancelled", reason: "cancelled" });
    expect((await person.mutate("run.cancel", { id })).status).toBe(200);
  }
});

test("a failed run is retried from where it failed, and shows its error", async () => {
  const notebookId = await importNotebook(
    `// %% Good cache=off\nexport const good = 1;\n\n// %% Bad\nif (good) throw new Error("not this time");\n`,
  );
  const { id } = await started(notebookId);
  await follow(id);
  const run = (await person.call("run.get", { id })).data as RunDetail;
  expect(run.status).toBe("failed");
  const bad = run.taskRuns.find(({ taskKey }) => taskKey === "bad")!;
  expect((await person.call("run.taskRun", { id: bad.id })).data).toMatchObject({
    error: { message: "not this time", frames: [{ cellKey: "bad", line: 1 }] },
  });
  expect((await person.mutate("run.retry", { id })).status).toBe(200);
  const patches = await follow(id, run.lastSeq);
  expect(patches.at(-1)!.run.status).toBe("failed");
  const again = (await person.call("run.get", { id })).data as RunDetail;
  expect(again.taskRuns.map(({ taskKey, attempt }) => [taskKey, attempt])).toEqual([
    ["good", 1],
    ["bad", 2],
  ]);
});

test("a viewer may look and not start; a runner may start and not save", async () => {
  const notebookId = await importNotebook();
  const viewer = await addPerson(server, { role: "viewer", workspaceId: person.workspaceId });
  expect((await viewer.call("notebook.get", { id: notebookId })).status).toBe(200);
  expect((await viewer.mutate("run.start", { notebookId, revision: 1 })).code).toBe("FORBIDDEN");
  const runner = await addPerson(server, { role: "runner", workspaceId: person.workspaceId });
  expect((await runner.mutate("notebook.save", { id: notebookId, revision: 1, text: "1;" })).code).toBe("FORBIDDEN");
  expect((await runner.mutate("run.start", { notebookId, revision: 1 })).status).toBe(200);
});

test("lists hear of every change in the workspace, and of no other", async () => {
  const stranger = await addPerson(server);
  const mine = connect();
  const theirs = connect(stranger);
  const heard: string[] = [];
  const stray: unknown[] = [];
  const notebookId = await importNotebook();
  const ended = new Promise<void>((resolve) => {
    mine.api.run.watchAll.subscribe(undefined, {
      onData: (change) => {
        heard.push(change.status);
        if (change.status === "succeeded" && change.notebookId === notebookId) resolve();
      },
    });
  });
  await new Promise<void>((resolve) =>
    theirs.api.run.watchAll.subscribe(undefined, { onStarted: () => resolve(), onData: (change) => stray.push(change) }),
  );
  await started(notebookId);
  await ended;
  expect(heard).toContain("succeeded");
  expect(stray).toEqual([]);
  await mine.close();
  await theirs.close();
});

test("a schedule runs the newest version by itself, with its parameters and the fire time as logical date", async () => {
  const source = `// %% Parameters [params]
import { param } from "heddle";
const factor = param(2, { integer: true });
const day = param("2026-01-01", { format: "date" });

// %% Tell
import { run } from "heddle";
export const told = [factor, day, run.logicalDate];
`;
  const notebookId = await importNotebook(source);
  const timing = { type: "cron", expression: "* * * * * *", seconds: true };
  const order = { notebookId, name: "Each second", timing, timeZone: "UTC", params: { factor: 5 }, dateParam: "day", overlap: "skip" };
  const { id } = (await person.mutate("schedule.save", order)).data as { id: string };
  const started = async () => {
    for (;;) {
      const { fires } = (await person.call("schedule.fires", { id })).data as FirePage;
      const ran = fires.findLast(({ run }) => run?.status === "succeeded");
      if (ran) return ran;
      const failed = fires.find(({ status }) => status === "failed");
      if (failed) throw new Error(failed.sentence);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const fire = await started();
  await person.mutate("schedule.pause", { id, paused: true });
  const run = (await person.call("run.get", { id: fire.run!.id })).data as RunDetail;
  expect(run).toMatchObject({ trigger: "schedule", params: { factor: 5, day: fire.fireAt.slice(0, 10) } });
  const told = run.taskRuns.find(({ taskKey }) => taskKey === "tell")!;
  const detail = (await person.call("run.preview", { taskRunId: told.id, name: "told" })).data;
  expect(JSON.stringify(detail)).toContain(fire.fireAt);
  const { runId } = (await person.mutate("schedule.runNow", { id })).data as { runId: string };
  let now: RunDetail | undefined;
  while (now?.status !== "succeeded") now = (await person.call("run.get", { id: runId })).data as RunDetail | undefined;
  expect(now).toMatchObject({ trigger: "manual", params: { factor: 5 } });
}, 60_000);
