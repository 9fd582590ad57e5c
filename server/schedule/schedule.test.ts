/** Schedules over the API, and the scheduler against a real database: several at once, killed between any two steps. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { seedRun } from "../testing/seed-run";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import { AppError } from "../errors";
import { createScheduler, type SchedulerParts } from "../worker/scheduler";
import type { BackfillPlan, BackfillView, FirePage, ScheduleView, TimingPreview } from "./schedule-views";
import type { FireOrder } from "./start-fire";

let server: TestServer;
let owner: Person;
let notebookId: string;
const text = "// %% Load\nexport const rows = [1];\n";
const pool = () => server.heddle.database.pool;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  await pool().query("delete from schedule");
  owner = await addPerson(server);
  notebookId = ((await owner.mutate("notebook.import", { fileName: "n.ts", text })).data as { id: string }).id;
});

const hourly = { type: "cron", expression: "0 * * * *" };

async function make(over: Record<string, unknown> = {}): Promise<string> {
  const answer = await owner.mutate("schedule.save", { notebookId, name: "Each hour", timing: hourly, timeZone: "UTC", ...over });
  if (answer.status !== 200) throw new Error(answer.message);
  return (answer.data as { id: string }).id;
}
const get = async (id: string) => (await owner.call("schedule.get", { id })).data as ScheduleView;
const fires = async (id: string) => ((await owner.call("schedule.fires", { id })).data as FirePage).fires;

/** As if nobody had looked since then. */
async function dueSince(id: string, hours: number): Promise<void> {
  await pool().query(
    "update schedule set next_fire_at = date_trunc('hour', clock_timestamp()) - make_interval(hours => $2) where id = $1",
    [id, hours],
  );
}

/** Starts runs as the engine would record them. */
function parts(over: Partial<SchedulerParts> = {}): SchedulerParts {
  return {
    pool: pool(),
    startFire: (order) => begin(order),
    stopRun: (runId) => end(runId, "cancelled"),
    complain: (what, error) => {
      throw new Error(what, { cause: error });
    },
    ...over,
  };
}

async function begin(order: FireOrder, status: "running" | "succeeded" = "succeeded"): Promise<void> {
  const { runId: id, workspaceId, notebookId } = order;
  await seedRun(pool(), { id, workspaceId, notebookId, text, status });
}

const end = (runId: string, status: string) =>
  pool().query("update run set status = $2, finished_at = clock_timestamp() where id = $1", [runId, status]);

/** Looks until nothing moves any more. */
async function settle(over: Partial<SchedulerParts> = {}, rounds = 2): Promise<void> {
  for (let n = 0; n < rounds; n++) {
    const scheduler = createScheduler(parts(over));
    scheduler.start();
    await scheduler.stop();
  }
}

const told = async (id: string) => (await fires(id)).map(({ status, reason }) => reason ?? status).reverse();

test("a schedule is made, changed, paused, resumed and removed; what is wrong with it is told", async () => {
  const id = await make();
  const made = await get(id);
  expect(made).toMatchObject({ name: "Each hour", words: "Every hour", paused: false, recent: [], overlap: "skip", missed: "latest" });
  expect(Date.parse(made.nextFireAt!) % 3_600_000).toBe(0);
  expect(Date.parse(made.nextFireAt!) - Date.now()).toBeLessThanOrEqual(3_600_000);
  await make({ id, name: "Each day", timing: { type: "cron", expression: "30 6 * * *" }, timeZone: "Europe/Berlin" });
  expect(await get(id)).toMatchObject({ name: "Each day", words: "At 06:30" });
  await owner.mutate("schedule.pause", { id, paused: true });
  expect(await get(id)).toMatchObject({ paused: true });
  expect((await get(id)).nextFireAt).toBeUndefined();
  await owner.mutate("schedule.pause", { id, paused: false });
  expect((await get(id)).nextFireAt).toBeDefined();
  const wrong = await owner.mutate("schedule.save", {
    notebookId,
    name: "x",
    timing: { type: "cron", expression: "61 * * * *" },
    timeZone: "UTC",
  });
  expect(wrong).toMatchObject({ code: "BAD_REQUEST" });
  expect(wrong.message).toContain("no cron expression");
  expect((await owner.mutate("schedule.save", { notebookId, name: "x", timing: hourly, timeZone: "UTC", revision: 9 })).message).toContain(
    "no version 9",
  );
  await owner.mutate("schedule.remove", { id });
  expect((await owner.call("schedule.get", { id })).code).toBe("NOT_FOUND");
});

test("runners start and backfill, editors change, viewers look", async () => {
  const id = await make();
  const runner = await addPerson(server, { role: "runner", workspaceId: owner.workspaceId });
  const viewer = await addPerson(server, { role: "viewer", workspaceId: owner.workspaceId });
  expect((await viewer.call("schedule.list", {})).status).toBe(200);
  expect((await viewer.mutate("schedule.runNow", { id })).code).toBe("FORBIDDEN");
  expect((await runner.mutate("schedule.pause", { id, paused: true })).code).toBe("FORBIDDEN");
  expect((await runner.mutate("schedule.runNow", { id })).status).toBe(200);
});

test("the next ten fire times are shown while somebody writes, days of a calendar marked", async () => {
  const calendar = (await owner.mutate("schedule.saveCalendar", { name: "Closed", days: ["2020-01-01/2100-01-01"] })).data as {
    id: string;
  };
  const timing = { type: "cron", expression: "0 6 * * *" };
  const plain = (await owner.call("schedule.preview", { timing, timeZone: "Europe/Berlin" })).data as TimingPreview;
  expect(plain).toMatchObject({ words: "At 06:00", fires: { length: 10 } });
  const closed = (await owner.call("schedule.preview", { timing, timeZone: "Europe/Berlin", calendarIds: [calendar.id] }))
    .data as TimingPreview;
  expect(closed.fires.every(({ leftOut }) => leftOut)).toBe(true);
  expect(((await owner.call("schedule.preview", { timing, timeZone: "Nowhere" })).data as TimingPreview).fault).toContain("no time zone");
  const id = await make({ calendarIds: [calendar.id] });
  expect((await owner.mutate("schedule.removeCalendar", calendar)).message).toContain("“Each hour”");
  await dueSince(id, 0);
  await settle();
  expect(await told(id)).toEqual(["calendar"]);
});

test.each([
  ["skip", ["missed", "missed", "missed", "missed"]],
  ["latest", ["missed", "missed", "missed", "started"]],
  ["all", ["started", "started", "started", "started"]],
])("what was missed: %s", async (missed, expected) => {
  const id = await make({ missed, toleranceSeconds: 0 });
  await dueSince(id, 3);
  await settle();
  expect(await told(id)).toEqual(expected);
});

test("overlap: skip leaves out, queue waits for its turn, replace stops what runs, allow runs beside", async () => {
  const going = { startFire: (order: FireOrder) => begin(order, "running") };
  const runs = async (id: string) => (await fires(id)).flatMap(({ run }) => run ?? []);
  for (const overlap of ["skip", "queue", "replace", "allow"]) {
    const id = await make({ overlap, missed: "all", name: overlap });
    await dueSince(id, 2);
    await settle(going, 1);
    switch (overlap) {
      case "skip":
        expect(await told(id)).toEqual(["started", "overlap", "overlap"]);
        break;
      case "queue":
        expect(await told(id)).toEqual(["started", "waiting", "waiting"]);
        await end((await runs(id))[0]!.id, "succeeded");
        await settle(going);
        expect(await told(id)).toEqual(["started", "started", "waiting"]);
        break;
      case "replace":
        // Only the newest of what is due is worth starting.
        expect(await told(id)).toEqual(["replaced", "replaced", "started"]);
        await pool().query("update schedule set next_fire_at = date_trunc('second', clock_timestamp()) where id = $1", [id]);
        await settle(going, 3);
        expect((await runs(id)).map(({ status }) => status)).toEqual(["running", "cancelled"]);
        break;
      case "allow":
        expect((await runs(id)).map(({ status }) => status)).toEqual(["running", "running", "running"]);
    }
  }
});

test("I8: many schedulers, each killed again and again between any two steps, make one run of each fire time and forget none", async () => {
  const ids = await Promise.all([1, 2, 3].map((n) => make({ missed: "all", overlap: "allow", name: `n${n}` })));
  for (const id of ids) await dueSince(id, 20);
  const begun = new Map<string, number>();
  let steps = 0;
  const killed: Partial<SchedulerParts> = {
    complain: () => undefined,
    async startFire(order) {
      // Before the run is there, after it is there but before anybody can say so, or not at all.
      const step = steps++ % 5;
      if (step === 1) throw new Error("killed before");
      await begin(order);
      begun.set(`${order.runId}`, (begun.get(order.runId) ?? 0) + 1);
      if (step === 3) throw new Error("killed after");
    },
  };
  for (let round = 0; round < 12; round++) {
    const schedulers = [1, 2, 3, 4].map(() => createScheduler(parts(killed)));
    for (const scheduler of schedulers) scheduler.start();
    await Promise.all(schedulers.map((scheduler) => scheduler.stop()));
    // As if the minute had passed for which a killed one holds what it had.
    await pool().query("update schedule_fire set claimed_until = clock_timestamp() where claimed_until is not null");
  }
  for (const id of ids) {
    const all = await fires(id);
    expect(all).toHaveLength(21);
    expect(new Set(all.map(({ fireAt }) => fireAt)).size).toBe(21);
    for (const fire of all) expect(fire).toMatchObject({ status: "started", run: { status: "succeeded" } });
  }
  expect(begun.size).toBe(63);
  expect([...begun.values()].every((count) => count === 1)).toBe(true);
});

test("a row that cannot be worked with is paused with the reason, the others go on; saving it anew brings it back", async () => {
  const [bad, good] = [await make({ name: "bad" }), await make({ name: "good" })];
  await pool().query('update schedule set timing = \'{"type": "moon"}\' where id = $1', [bad]);
  await dueSince(bad, 5);
  await dueSince(good, 0);
  await settle();
  expect(await told(good)).toEqual(["started"]);
  expect(await told(bad)).toEqual([]);
  const { rows } = await pool().query<{ fault: string; paused: boolean }>(
    "select fault, paused_at is not null as paused from schedule where id = $1",
    [bad],
  );
  expect(rows[0]).toMatchObject({ paused: true, fault: expect.stringContaining("cannot be read") as string });
  await make({ id: bad, name: "bad" });
  expect(await get(bad)).toMatchObject({ paused: false });
  expect((await get(bad)).fault).toBeUndefined();
});

test("while nothing can run fires wait; what a person has to mend is told; a deleted notebook's schedule stands still", async () => {
  const id = await make({ missed: "all" });
  await dueSince(id, 0);
  await settle({ startFire: () => Promise.reject(new AppError("SERVICE_UNAVAILABLE", "Not yet.")) });
  expect(await told(id)).toEqual(["waiting"]);
  await pool().query("update schedule_fire set claimed_until = null");
  await settle({ startFire: () => Promise.reject(new AppError("BAD_REQUEST", "The notebook has errors.")) });
  expect((await fires(id))[0]).toMatchObject({ status: "failed", sentence: "The notebook has errors." });
  await owner.mutate("notebook.delete", { id: notebookId });
  await dueSince(id, 1);
  await settle();
  expect((await owner.call("schedule.list", {})).data).toEqual([]);
  await owner.mutate("notebook.restore", { id: notebookId });
  await settle();
  expect(await told(id)).toContain("started");
});

test("a backfill says what it would run, runs so many at once, goes by what ran already, and is cancelled", async () => {
  const id = await make({ timing: { type: "cron", expression: "0 0 * * *" } });
  const range = { scheduleId: id, firstAt: "2026-01-01T00:00:00Z", lastAt: "2026-01-05T00:00:00Z" };
  expect((await owner.call("schedule.planBackfill", range)).data as BackfillPlan).toMatchObject({
    total: 5,
    leftOut: 0,
    fires: { length: 5 },
  });
  await owner.mutate("schedule.startBackfill", { ...range, lastAt: "2026-01-03T00:00:00Z", atOnce: 2, newestFirst: true });
  const going = { startFire: (order: FireOrder) => begin(order, "running") };
  await settle(going, 1);
  const list = async () => (await owner.call("schedule.backfills", { id })).data as BackfillView[];
  expect(await list()).toMatchObject([{ status: "running", total: 3, active: 2, waiting: 1 }]);
  const running = (await fires(id)).flatMap(({ run, fireAt }) => (run ? [{ ...run, fireAt }] : []));
  expect(running.map(({ fireAt }) => fireAt.slice(0, 10))).toEqual(["2026-01-03", "2026-01-02"]);
  await end(running[0]!.id, "failed");
  await end(running[1]!.id, "succeeded");
  await settle({}, 2);
  expect(await list()).toMatchObject([{ status: "done", succeeded: 2, failed: 1 }]);
  const plan = async (again: string) =>
    ((await owner.call("schedule.planBackfill", { ...range, again })).data as BackfillPlan).fires.map((at) => at.slice(8, 10));
  expect(await plan("none")).toEqual(["04", "05"]);
  expect(await plan("failed")).toEqual(["03", "04", "05"]);
  expect(await plan("all")).toEqual(["01", "02", "03", "04", "05"]);
  const second = (await owner.mutate("schedule.startBackfill", { ...range, again: "failed" })).data as { id: string };
  await owner.mutate("schedule.cancelBackfill", second);
  await settle();
  expect((await list())[0]).toMatchObject({ status: "cancelled", skipped: 3 });
  expect((await owner.mutate("schedule.startBackfill", { ...range, lastAt: "2025-01-01T00:00:00Z" })).message).toContain("ends before");
  expect((await owner.call("schedule.planBackfill", { ...range, firstAt: "1900-01-01T00:00:00Z" })).message).toContain("10,000");
});

test("the history is told page by page, and no fire of a time that others share is lost between two pages", async () => {
  const id = await make();
  // The fiftieth and the fifty-first are of the same time: one by the clock, one of a backfill.
  await pool().query(
    `insert into schedule_fire (schedule_id, workspace_id, round, fire_at, start_at, status, reason, run_id)
     select $1, (select workspace_id from schedule where id = $1), case when n = 50 then 'again' else '' end, at, at, 'skipped', 'missed', n::text
     from generate_series(0, 59) n, lateral (select '2026-01-10T00:00:00Z'::timestamptz - make_interval(hours => least(n, 49) + greatest(n - 50, 0)) as at) t`,
    [id],
  );
  const page = async (before?: string) => (await owner.call("schedule.fires", { id, before })).data as FirePage;
  const first = await page();
  const second = await page(first.next);
  expect(second.next).toBeUndefined();
  const times = [...first.fires, ...second.fires].map(({ round, fireAt }) => `${fireAt} ${round}`);
  expect(times).toHaveLength(60);
  expect(new Set(times).size).toBe(60);
});
