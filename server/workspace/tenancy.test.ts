/** Two workspaces that must not know of each other: every procedure is called by one with the ids of the other. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { workspaceRead, workspaceTransaction } from "../db/tenancy";
import { appRouter } from "../router";
import { numberRef, seedRun, seedSeries, type SeededRun } from "../testing/seed-run";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";

const text = "// ---\n// title: Owned by B\n// ---\n\n// %% Load\nconst rows = [1];\n\n// %% Sum\nexport const sum = rows.length;\n";

let server: TestServer;
let a: Person;
let b: Person;
/** What belongs to B. */
let notebookId: string;
let run: SeededRun;
let tokenId: string;
let sessionId: string;
let noteId: string;
let calendarId: string;
let scheduleId: string;
let backfillId: string;
const timing = { type: "cron", expression: "0 6 * * *" };
const range = { firstAt: "2026-01-01T00:00:00Z", lastAt: "2026-01-03T00:00:00Z" };
let comment: { readonly threadId: string; readonly id: string };

const workerId = "worker-of-b";

beforeAll(async () => {
  server = await startTestServer();
  a = await addPerson(server);
  b = await addPerson(server);
  notebookId = ((await b.mutate("notebook.import", { fileName: "b.ts", text })).data as { id: string }).id;
  const { pool } = server.heddle.database;
  run = await seedRun(pool, {
    workspaceId: b.workspaceId,
    notebookId,
    createdBy: b.userId,
    text,
    outputsOf: { sum: { sum: numberRef(42) } },
    displays: [{ type: "html", html: "<b>secret of B</b>" }],
  });
  await seedSeries(pool, {
    workspaceId: b.workspaceId,
    runId: run.id,
    taskRunId: run.taskRunIds[1]!,
    taskKey: "sum",
    name: "loss",
    points: [{ step: 0, time: 1, value: 7 }],
  });
  tokenId = ((await b.mutate("workspace.createToken", { name: "of B", scope: "viewer" })).data as { id: string }).id;
  await server.heddle.database.prisma.worker.create({
    data: {
      ...{ id: workerId, workspaceId: b.workspaceId, name: "secret of B", host: "secret of B", version: "1", executor: "process" },
      ...{ pools: ["default"], labels: {}, slots: 1, cpus: 1, memoryBytes: 1n, gpus: 0 },
    },
  });
  noteId = ((await b.mutate("run.addNote", { id: run.id, text: "secret of B" })).data as { id: string }).id;
  calendarId = ((await b.mutate("schedule.saveCalendar", { name: "secret of B", days: ["2026-01-01"] })).data as { id: string }).id;
  scheduleId = ((await b.mutate("schedule.save", { notebookId, name: "secret of B", timing, timeZone: "UTC" })).data as { id: string }).id;
  backfillId = ((await b.mutate("schedule.startBackfill", { scheduleId, ...range })).data as { id: string }).id;
  comment = (await b.mutate("notebook.addComment", { id: notebookId, cellId: "c1", cellName: "Load", text: "secret of B" }))
    .data as typeof comment;
  sessionId = ((await b.call("workspace.sessions")).data as { id: string }[])[0]!.id;
});
afterAll(() => server.close());

/** Input of each procedure with B's ids; undefined: it takes no id of anything. */
function foreignInputs(): Record<string, unknown> {
  const taskRunId = run.taskRunIds[1]!;
  const backfill = { scheduleId, ...range };
  return {
    "workspace.session": undefined,
    "workspace.members": undefined,
    "workspace.signIn": null,
    "workspace.openLink": null,
    "workspace.signOut": null,
    "workspace.rename": null,
    "workspace.changePassword": null,
    "workspace.sessions": undefined,
    "workspace.tokens": undefined,
    "workspace.createToken": null,
    "workspace.revokeSession": { id: sessionId },
    "workspace.revokeToken": { id: tokenId },
    "notebook.list": undefined,
    "notebook.create": null,
    "notebook.import": null,
    "notebook.get": { id: notebookId },
    "notebook.states": { id: notebookId },
    "notebook.duplicate": { id: notebookId },
    "notebook.versions": { id: notebookId },
    "notebook.version": { id: notebookId, revision: 1 },
    "notebook.nameVersion": { id: notebookId, revision: 1, name: "mine" },
    "notebook.restoreVersion": { id: notebookId, revision: 1, newest: 1 },
    "notebook.forkVersion": { id: notebookId, revision: 1 },
    "notebook.delete": { id: notebookId },
    "notebook.restore": { id: notebookId },
    "notebook.save": { id: notebookId, revision: 1, text: "1;" },
    "notebook.comments": { id: notebookId },
    "notebook.addComment": { id: notebookId, cellId: "c1", cellName: "Load", text: "hello" },
    "notebook.answerComment": { id: notebookId, threadId: comment.threadId, text: "hello" },
    "notebook.resolveComments": { threadId: comment.threadId, resolved: true },
    "notebook.removeComment": { commentId: comment.id },
    "notebook.watchComments": { id: notebookId },
    "notebook.mentions": undefined,
    "run.list": { notebookId },
    "run.get": { id: run.id },
    "run.taskRun": { id: taskRunId },
    "run.source": { id: run.id },
    "run.preview": { taskRunId, name: "sum" },
    "run.start": { notebookId, revision: 1 },
    "run.cancel": { id: run.id },
    "run.retry": { id: run.id },
    "run.pause": { id: run.id },
    "run.resume": { id: run.id },
    "run.clear": { taskRunId },
    "run.mark": { taskRunId, as: "failed" },
    "run.answer": { taskRunId, approved: true },
    "run.inbox": undefined,
    "run.plan": { notebookId, revision: 1 },
    "run.acts": { id: run.id },
    "run.notes": { id: run.id },
    "run.addNote": { id: run.id, text: "hello" },
    "run.removeNote": { id: noteId },
    "run.logs": { taskRunId, attempt: 1 },
    "run.watch": { id: run.id, seq: 0 },
    "run.watchLogs": { taskRunId, attempt: 1, from: 0 },
    "run.watchAll": undefined,
    "run.grid": { notebookId },
    "run.history": { id: run.id },
    "run.usage": { id: run.id },
    "run.taskUsage": { taskRunId },
    "run.elements": { id: run.id, taskKey: "sum" },
    "run.whyWaiting": { taskRunId },
    "pool.list": undefined,
    "pool.save": null,
    "pool.remove": null,
    "pool.limit": { notebookId, slots: 1 },
    "schedule.list": { notebookId },
    "schedule.get": { id: scheduleId },
    "schedule.preview": { timing, timeZone: "UTC", calendarIds: [calendarId] },
    "schedule.save": { notebookId, name: "mine", timing, timeZone: "UTC" },
    "schedule.pause": { id: scheduleId, paused: true },
    "schedule.remove": { id: scheduleId },
    "schedule.runNow": { id: scheduleId },
    "schedule.fires": { id: scheduleId },
    "schedule.calendars": undefined,
    "schedule.saveCalendar": { id: calendarId, name: "mine", days: ["2026-01-01"] },
    "schedule.removeCalendar": { id: calendarId },
    "schedule.planBackfill": backfill,
    "schedule.startBackfill": backfill,
    "schedule.backfills": { id: scheduleId },
    "schedule.cancelBackfill": { id: backfillId },
    "worker.list": undefined,
    "worker.watch": undefined,
    "worker.drain": { id: workerId, on: true },
    "worker.remove": { id: workerId },
    "metric.series": { runIds: [run.id] },
    "metric.summaries": { runIds: [run.id] },
    "metric.watch": { runIds: [run.id] },
    "environment.get": { id: notebookId },
    "environment.watch": { id: notebookId },
    "environment.retry": { id: notebookId },
    "environment.search": null,
    "environment.versions": null,
    "storage.overview": undefined,
    "storage.pinned": undefined,
    "storage.setPolicy": null,
    "storage.sweep": null,
    "storage.pin": { runId: run.id, pinned: true },
  };
}

const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>).map(
  ([name, { _def }]) => [name, _def.type] as const,
);
const lists = ["schedule.list", "run.list", "run.grid", "run.usage", "run.taskUsage", "run.elements"];

function expectNothingOfB(answer: string, sent: unknown): void {
  const known = JSON.stringify(sent ?? "");
  for (const secret of [
    notebookId,
    run.id,
    ...run.taskRunIds,
    tokenId,
    sessionId,
    scheduleId,
    calendarId,
    b.workspaceId,
    b.userId,
    b.email,
    "Owned by B",
    "secret of B",
    "rows.length",
  ]) {
    if (!known.includes(secret)) expect(answer).not.toContain(secret);
  }
}

test("the list of inputs names every procedure", () => {
  expect(Object.keys(foreignInputs()).sort()).toEqual(procedures.map(([name]) => name).sort());
});

describe("with the session of A and the ids of B", () => {
  test.each(procedures)("%s finds nothing", async (name, type) => {
    const input = foreignInputs()[name];
    if (input === null) return;
    if (type === "subscription") {
      if (input !== undefined) expect(await subscribe(a, name, input)).toContain("NOT_FOUND");
      return;
    }
    const answer = type === "mutation" ? await a.mutate(name, input) : await a.call(name, input);
    if (input !== undefined && !lists.includes(name)) expect([answer.status, answer.code]).toEqual([404, "NOT_FOUND"]);
    expectNothingOfB(answer.text, input);
  });

  test("frames and downloads find nothing, and B finds them", async () => {
    for (const [path, found] of [
      [`/api/displays/${run.taskRunIds[0]}/0`, "secret of B"],
      [`/api/values/${run.taskRunIds[1]}/sum`, "42"],
    ] as const) {
      const as = (person: Person) => fetch(server.url + path, { headers: { cookie: `__Host-heddle=${person.token}` } });
      expect((await as(a)).status).toBe(404);
      const own = await as(b);
      expect([own.status, await own.text()]).toEqual([200, expect.stringContaining(found)]);
      expect(own.headers.get("content-security-policy")).toMatch(
        path.includes("displays") ? /^sandbox allow-scripts; default-src 'none'/ : /default-src 'none'/,
      );
      if (path.includes("values")) expect(own.headers.get("content-disposition")).toMatch(/^attachment;/);
    }
  });

  test("a list of runs of both is refused as a whole", async () => {
    const own = await seedRun(server.heddle.database.pool, { workspaceId: a.workspaceId, text });
    expect((await a.call("metric.series", { runIds: [own.id, run.id] })).status).toBe(404);
    expect((await a.call("metric.series", { runIds: [own.id] })).status).toBe(200);
  });

  test("afterwards B still has everything", async () => {
    expect((await b.call("notebook.get", { id: notebookId })).data).toMatchObject({ text, revision: 1 });
    expect((await b.call("run.get", { id: run.id })).status).toBe(200);
    expect((await b.call("run.notes", { id: run.id })).data).toMatchObject([{ text: "secret of B" }]);
    expect((await b.call("notebook.comments", { id: notebookId })).data).toMatchObject([
      { id: comment.threadId, comments: [{ id: comment.id, text: "secret of B" }] },
    ]);
    expect((await b.call("workspace.tokens")).data).toHaveLength(1);
    expect((await b.call("workspace.session")).status).toBe(200);
  });
});

describe("row security alone, where a statement forgot the workspace", () => {
  const tables = [
    "workspace",
    "member",
    "api_token",
    "notebook",
    "notebook_version",
    "run",
    "task_run",
    "attempt",
    "run_event",
    "metric_series",
    "artifact",
    "cache_entry",
    "task_memory",
    "run_note",
    "notebook_document",
    "comment_thread",
    "comment",
    "concurrency_limit",
    "schedule",
    "schedule_fire",
    "schedule_backfill",
    "schedule_calendar",
    "permit",
  ];

  test.each(tables)("%s shows rows of the transaction's workspace only", async (table) => {
    const of = (workspaceId: string) =>
      workspaceRead(
        server.heddle.database,
        workspaceId,
        async (client) =>
          (await client.query<{ id: string }>(`select ${table === "workspace" ? "id" : "workspace_id as id"} from "${table}"`)).rows,
      );
    for (const person of [a, b]) for (const row of await of(person.workspaceId)) expect(row.id).toBe(person.workspaceId);
    expect(await of("")).toEqual([]);
    expect(await of("nowhere")).toEqual([]);
  });

  test("covers every table that names a workspace", async () => {
    const { rows } = await server.heddle.database.pool.query<{ name: string; secured: boolean }>(
      `select c.relname as name, c.relrowsecurity as secured from pg_class c join pg_attribute a on a.attrelid = c.oid
       where c.relkind = 'r' and a.attname = 'workspace_id' and c.relnamespace = 'public'::regnamespace`,
    );
    const open = rows.filter(({ secured }) => !secured).map(({ name }) => name);
    for (const name of open)
      await expect(
        workspaceRead(server.heddle.database, a.workspaceId, (client) => client.query(`select 1 from "${name}"`)),
        name,
      ).rejects.toThrow(/permission denied/);
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(tables.filter((name) => name !== "workspace")));
  });

  test("hides people of other workspaces, and password hashes of all", async () => {
    const names = await workspaceRead(
      server.heddle.database,
      a.workspaceId,
      async (client) => (await client.query<{ id: string }>('select id, email from "user"')).rows,
    );
    expect(names.map(({ id }) => id)).toEqual([a.userId]);
    await expect(
      workspaceRead(server.heddle.database, a.workspaceId, (client) => client.query('select password_hash from "user"')),
    ).rejects.toThrow(/permission denied/);
  });

  test.each(["session", "sign_in_link", "sign_in_failure", "metric_point", "run_counter", "run_wish", "permit_gate"])(
    "keeps %s out of reach",
    async (table) => {
      await expect(
        workspaceRead(server.heddle.database, a.workspaceId, (client) => client.query(`select * from ${table}`)),
      ).rejects.toThrow(/permission denied/);
    },
  );

  test("gives no points of another workspace's series", async () => {
    const { rows } = await server.heddle.database.pool.query<{ id: number }>("select id from metric_series where workspace_id = $1", [
      b.workspaceId,
    ]);
    const ids = rows.map(({ id }) => id);
    const count = (workspaceId: string) =>
      workspaceRead(
        server.heddle.database,
        workspaceId,
        async (client) =>
          (
            await client.query(
              "select from metric_points($1, 10, '-Infinity', 'Infinity') union all select from metric_summaries($1) union all select from metric_last($1)",
              [ids],
            )
          ).rowCount,
      );
    expect(await count(b.workspaceId)).toBe(3);
    expect(await count(a.workspaceId)).toBe(0);
  });

  test("lets nobody write into another workspace, nor rewrite what is immutable", async () => {
    const write = (sql: string) => workspaceTransaction(server.heddle.database, a.workspaceId, (tx) => tx.$executeRawUnsafe(sql));
    await expect(
      write(
        `insert into notebook_version (id, workspace_id, notebook_id, revision, text, created_by) values ('x', '${b.workspaceId}', '${notebookId}', 9, '', '')`,
      ),
    ).rejects.toThrow(/row-level security/);
    expect(await write(`update notebook set title = 'taken' where id = '${notebookId}'`)).toBe(0);
    await expect(write("update notebook_version set text = ''")).rejects.toThrow(/permission denied/);
    await expect(write("update run set status = 'succeeded'")).rejects.toThrow(/permission denied/);
    await expect(write(`update member set role = 'owner'`)).rejects.toThrow(/permission denied/);
  });
});

function subscribe(person: Person, path: string, input: unknown): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/live`, {
      headers: { cookie: `__Host-heddle=${person.token}`, origin: server.url },
    });
    socket.on("error", reject);
    socket.on("open", () => socket.send(JSON.stringify({ id: 1, jsonrpc: "2.0", method: "subscription", params: { path, input } })));
    socket.on("message", (data) => {
      const message = String(data);
      if (message.includes('"started"')) return;
      resolve(message);
      socket.close();
    });
  });
}
