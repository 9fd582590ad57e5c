/** Schedules, their fires, calendars and backfills: rows ⇄ views. What makes them fire is ../worker/scheduler.ts. */
import type { ClientBase } from "pg";
import type { Json } from "@/pipelines/compile/dag";
import type { RunStatus } from "@/pipelines/run/run";
import { faultOfDays, isLeftOut } from "@/pipelines/schedule/calendar";
import type { MissedPolicy, SkipReason } from "@/pipelines/schedule/due-fires";
import type { OverlapPolicy } from "@/pipelines/schedule/overlap";
import { readTiming, type FireTimes, type Timing } from "@/pipelines/schedule/timing";
import type { Database } from "../db/database";
import { newId } from "../db/new-id";
import { backfillsSql, firesSql, firesOfScheduleSql, madeFiresSql, scheduleRatesSql, schedulesSql } from "../db/schedule.sql";
import { workspaceRead, workspaceTransaction, type WorkspaceTransaction } from "../db/tenancy";
import { AppError, notFound } from "../errors";
import { skipSentence } from "./skip-sentences";
import type { Again, BackfillPlan, BackfillView, CalendarView, FirePage, FireStatus, FireView, ScheduleView } from "./schedule-views";
import { timingWords } from "./timing-words";

export interface ScheduleOrder {
  readonly notebookId: string;
  readonly name: string;
  readonly timing: Timing;
  readonly timeZone: string;
  readonly calendarIds: readonly string[];
  readonly params: Readonly<Record<string, Json>>;
  readonly dateParam: string | undefined;
  readonly revision: number | undefined;
  readonly overlap: OverlapPolicy;
  readonly missed: MissedPolicy;
  readonly toleranceSeconds: number;
  readonly jitterSeconds: number;
  readonly endsAt: string | undefined;
}

/** Fires of a schedule that a page shows beside it. */
const recentFires = 14;
const mostBackfillFires = 10_000;

export function readTimes(timing: Timing, timeZone: string): FireTimes {
  const read = readTiming(timing, timeZone);
  if (!read.ok) throw new AppError("BAD_REQUEST", read.message);
  return read.times;
}

/** Made when `id` is undefined, else changed. Fires from now on; what was due before is not made up for. */
export async function saveSchedule(
  database: Database,
  workspaceId: string,
  id: string | undefined,
  order: ScheduleOrder,
  by: string,
): Promise<string> {
  const times = readTimes(order.timing, order.timeZone);
  const endsAt = order.endsAt === undefined ? null : new Date(order.endsAt);
  return workspaceTransaction(database, workspaceId, async (tx) => {
    const notebook = await tx.notebook.findFirst({
      where: { id: order.notebookId, workspaceId, deletedAt: null },
      select: { revision: true },
    });
    if (!notebook) throw notFound("notebook");
    if (order.revision !== undefined && order.revision > notebook.revision)
      throw new AppError("BAD_REQUEST", `The notebook has no version ${order.revision}: its newest is ${notebook.revision}.`);
    const known = await tx.scheduleCalendar.count({ where: { workspaceId, id: { in: [...order.calendarIds] } } });
    if (known !== new Set(order.calendarIds).size) throw notFound("calendar");
    const before = id === undefined ? undefined : await tx.schedule.findFirst({ where: { id, workspaceId } });
    if (before === null) throw notFound("schedule");
    if (before && before.notebookId !== order.notebookId)
      throw new AppError("BAD_REQUEST", "A schedule stays with its notebook: make another one for another notebook.");
    const next = before?.pausedAt && !before.fault ? undefined : times.next(await databaseTime(tx));
    const values = {
      name: order.name,
      timing: order.timing,
      timeZone: order.timeZone,
      calendarIds: [...order.calendarIds],
      params: order.params as object,
      dateParam: order.dateParam ?? null,
      revision: order.revision ?? null,
      overlap: order.overlap,
      missed: order.missed,
      toleranceSeconds: order.toleranceSeconds,
      jitterSeconds: order.jitterSeconds,
      endsAt,
      nextFireAt: next === undefined || (endsAt && next > endsAt.getTime()) ? null : new Date(next),
      // Saving it anew is how a schedule comes back that could not be worked with.
      ...(before?.fault ? { fault: null, pausedAt: null } : {}),
      updatedAt: new Date(),
      updatedBy: by,
    };
    if (before) {
      await tx.schedule.update({ where: { id: before.id }, data: values });
      return before.id;
    }
    const made = newId();
    await tx.schedule.create({ data: { ...values, id: made, workspaceId, notebookId: order.notebookId, createdBy: by } });
    return made;
  });
}

async function databaseTime(tx: WorkspaceTransaction): Promise<number> {
  const [row] = await tx.$queryRawUnsafe<{ now: Date }[]>("select clock_timestamp() as now");
  return row!.now.getTime();
}

/** While paused nothing fires, and nothing of that time is made up for. */
export async function pauseSchedule(database: Database, workspaceId: string, id: string, paused: boolean, by: string): Promise<void> {
  await workspaceTransaction(database, workspaceId, async (tx) => {
    const found = await tx.schedule.findFirst({ where: { id, workspaceId } });
    if (!found) throw notFound("schedule");
    if (paused === (found.pausedAt !== null)) return;
    if (!paused && found.fault) throw new AppError("CONFLICT", `${found.fault}`);
    const now = await databaseTime(tx);
    const next = paused ? undefined : readTimes(found.timing as unknown as Timing, found.timeZone).next(now);
    const ends = found.endsAt?.getTime();
    await tx.schedule.update({
      where: { id },
      data: {
        pausedAt: paused ? new Date(now) : null,
        nextFireAt: next === undefined || (ends !== undefined && next > ends) ? null : new Date(next),
        updatedAt: new Date(now),
        updatedBy: by,
      },
    });
  });
}

/** Its runs stay. */
export async function removeSchedule(database: Database, workspaceId: string, id: string): Promise<void> {
  const { count } = await workspaceTransaction(database, workspaceId, (tx) => tx.schedule.deleteMany({ where: { id, workspaceId } }));
  if (count === 0) throw notFound("schedule");
}

interface ScheduleRecord {
  readonly id: string;
  readonly name: string;
  readonly notebook_id: string;
  readonly notebook: string;
  readonly newest: number;
  readonly timing: Timing;
  readonly time_zone: string;
  readonly calendar_ids: readonly string[];
  readonly params: Readonly<Record<string, Json>>;
  readonly date_param: string | null;
  readonly revision: number | null;
  readonly overlap: OverlapPolicy;
  readonly missed: MissedPolicy;
  readonly tolerance_seconds: number;
  readonly jitter_seconds: number;
  readonly ends_at: Date | null;
  readonly next_fire_at: Date | null;
  readonly paused_at: Date | null;
  readonly fault: string | null;
}

export async function listSchedules(
  database: Database,
  workspaceId: string,
  only: { readonly notebookId?: string | undefined; readonly id?: string | undefined },
): Promise<ScheduleView[]> {
  return workspaceRead(database, workspaceId, async (client) => {
    const { rows } = await client.query<ScheduleRecord>(schedulesSql, [workspaceId, only.notebookId ?? null, only.id ?? null]);
    const ids = rows.map(({ id }) => id);
    const fires = await readFires(client, firesSql, [workspaceId, ids, recentFires]);
    const { rows: rates } = await client.query<{ schedule_id: string; ended: number; succeeded: number }>(scheduleRatesSql, [
      workspaceId,
      ids,
    ]);
    return rows.map((row) => {
      const rate = rates.find((each) => each.schedule_id === row.id);
      return { ...toView(row), recent: fires.get(row.id) ?? [], ended: rate?.ended ?? 0, succeeded: rate?.succeeded ?? 0 };
    });
  });
}

function toView(row: ScheduleRecord): Omit<ScheduleView, "recent" | "ended" | "succeeded"> {
  return {
    id: row.id,
    name: row.name,
    notebookId: row.notebook_id,
    notebook: row.notebook,
    timing: row.timing,
    words: timingWords(row.timing),
    timeZone: row.time_zone,
    calendarIds: row.calendar_ids,
    params: row.params,
    dateParam: row.date_param ?? undefined,
    revision: row.revision ?? undefined,
    overlap: row.overlap,
    missed: row.missed,
    toleranceSeconds: row.tolerance_seconds,
    jitterSeconds: row.jitter_seconds,
    endsAt: row.ends_at?.toISOString(),
    paused: row.paused_at !== null,
    fault: row.fault ?? undefined,
    nextFireAt: row.next_fire_at?.toISOString(),
  };
}

interface FireRecord {
  readonly schedule_id: string;
  readonly round: string;
  readonly fire_at: Date;
  readonly status: FireStatus;
  readonly reason: SkipReason | null;
  readonly message: string | null;
  readonly run_id: string | null;
  readonly run_number: number | null;
  readonly run_status: RunStatus | null;
  readonly duration_ms: number | null;
}

async function readFires(client: ClientBase, sql: string, values: unknown[]): Promise<Map<string, FireView[]>> {
  const { rows } = await client.query<FireRecord>(sql, values);
  const fires = new Map<string, FireView[]>();
  for (const row of rows) fires.set(row.schedule_id, [...(fires.get(row.schedule_id) ?? []), toFire(row)]);
  return fires;
}

function toFire(row: FireRecord): FireView {
  return {
    fireAt: row.fire_at.toISOString(),
    status: row.status,
    reason: row.reason ?? undefined,
    sentence: row.message ?? (row.reason ? skipSentence(row.reason) : undefined),
    round: row.round === "" ? "clock" : row.round === row.run_id ? "hand" : row.round,
    run:
      row.run_number === null
        ? undefined
        : { id: row.run_id!, number: row.run_number, status: row.run_status!, durationMs: row.duration_ms ?? undefined },
  };
}

async function checkSchedule(client: ClientBase, workspaceId: string, id: string): Promise<void> {
  const { rowCount } = await client.query("select 1 from schedule where workspace_id = $1 and id = $2", [workspaceId, id]);
  if (rowCount === 0) throw notFound("schedule");
}

const firePage = 50;

/** What became of each fire time, backfills and runs by hand included. */
export async function listFires(database: Database, workspaceId: string, id: string, before: string | undefined): Promise<FirePage> {
  const fires = await workspaceRead(database, workspaceId, async (client) => {
    await checkSchedule(client, workspaceId, id);
    const read = await readFires(client, firesOfScheduleSql, [workspaceId, id, before ?? null, firePage + 1]);
    return read.get(id) ?? [];
  });
  const beyond = fires[firePage]?.fireAt;
  if (beyond === undefined) return { fires, next: undefined };
  // The next page goes by the time alone: fires of one time, as a backfill's beside the clock's, stay together.
  const whole = fires.filter(({ fireAt }) => fireAt !== beyond);
  const page = whole.length > 0 ? whole : fires.slice(0, firePage);
  return { fires: page, next: page.at(-1)!.fireAt };
}

/** Records a run that somebody starts by hand with what the schedule says. */
export async function addHandFire(database: Database, workspaceId: string, id: string, runId: string): Promise<void> {
  await workspaceTransaction(database, workspaceId, async (tx) => {
    const found = await tx.schedule.findFirst({ where: { id, workspaceId }, select: { id: true } });
    if (!found) throw notFound("schedule");
    const now = new Date(await databaseTime(tx));
    await tx.scheduleFire.create({
      data: { scheduleId: id, workspaceId, round: runId, fireAt: now, startAt: now, status: "waiting", runId },
    });
  });
}

export async function listCalendars(database: Database, workspaceId: string): Promise<CalendarView[]> {
  return workspaceTransaction(database, workspaceId, async (tx) => {
    const calendars = await tx.scheduleCalendar.findMany({ where: { workspaceId }, orderBy: { name: "asc" } });
    const schedules = await tx.schedule.findMany({ where: { workspaceId, notebook: { deletedAt: null } }, select: { calendarIds: true } });
    return calendars.map(({ id, name, days }) => ({
      ...{ id, name, days },
      usedBy: schedules.filter(({ calendarIds }) => calendarIds.includes(id)).length,
    }));
  });
}

export async function saveCalendar(
  database: Database,
  workspaceId: string,
  id: string | undefined,
  { name, days }: { readonly name: string; readonly days: readonly string[] },
  by: string,
): Promise<string> {
  const faults = days.flatMap((entry) => faultOfDays(entry) ?? []);
  if (faults.length > 0) throw new AppError("BAD_REQUEST", faults.join("\n"));
  return workspaceTransaction(database, workspaceId, async (tx) => {
    const same = await tx.scheduleCalendar.findFirst({ where: { workspaceId, name, NOT: { id: id ?? "" } }, select: { id: true } });
    if (same) throw new AppError("CONFLICT", `There is a calendar “${name}” already: change that one.`);
    const values = { name, days: [...new Set(days)].sort(), updatedAt: new Date(), updatedBy: by };
    if (id === undefined) {
      const made = newId();
      await tx.scheduleCalendar.create({ data: { ...values, id: made, workspaceId } });
      return made;
    }
    const { count } = await tx.scheduleCalendar.updateMany({ where: { id, workspaceId }, data: values });
    if (count === 0) throw notFound("calendar");
    return id;
  });
}

export async function removeCalendar(database: Database, workspaceId: string, id: string): Promise<void> {
  await workspaceTransaction(database, workspaceId, async (tx) => {
    const users = await tx.schedule.findMany({ where: { workspaceId, calendarIds: { has: id } }, select: { name: true } });
    if (users.length > 0)
      throw new AppError("CONFLICT", `It is used by ${users.map(({ name }) => `“${name}”`).join(", ")}: take it out there first.`);
    const { count } = await tx.scheduleCalendar.deleteMany({ where: { id, workspaceId } });
    if (count === 0) throw notFound("calendar");
  });
}

export async function daysOf(database: Database, workspaceId: string, calendarIds: readonly string[]): Promise<readonly string[]> {
  if (calendarIds.length === 0) return [];
  const found = await workspaceTransaction(database, workspaceId, (tx) =>
    tx.scheduleCalendar.findMany({ where: { workspaceId, id: { in: [...calendarIds] } }, select: { days: true } }),
  );
  if (found.length !== new Set(calendarIds).size) throw notFound("calendar");
  return found.flatMap(({ days }) => days);
}

export interface BackfillOrder {
  readonly scheduleId: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly again: Again;
  readonly atOnce: number;
  readonly newestFirst: boolean;
}

interface Backfill {
  readonly plan: BackfillPlan;
  readonly fires: readonly number[];
}

async function prepareBackfill(database: Database, workspaceId: string, order: BackfillOrder): Promise<Backfill> {
  const [first, last] = [Date.parse(order.firstAt), Date.parse(order.lastAt)];
  if (first > last) throw new AppError("BAD_REQUEST", "The range ends before it begins.");
  const [schedule] = await listSchedules(database, workspaceId, { id: order.scheduleId });
  if (!schedule) throw notFound("schedule");
  const times = readTimes(schedule.timing, schedule.timeZone);
  const all: number[] = [];
  for (let at = times.next(first - 1); at !== undefined && at <= last; at = times.next(at)) {
    all.push(at);
    if (all.length > mostBackfillFires)
      throw new AppError(
        "BAD_REQUEST",
        `The range has more than ${mostBackfillFires.toLocaleString("en")} fire times: take a shorter one.`,
      );
  }
  const days = await daysOf(database, workspaceId, schedule.calendarIds);
  const made = await workspaceRead(database, workspaceId, async (client) => {
    const { rows } = await client.query<{ fire_at: Date; succeeded: boolean }>(madeFiresSql, [
      workspaceId,
      order.scheduleId,
      order.firstAt,
      order.lastAt,
    ]);
    return new Map(rows.map((row) => [row.fire_at.getTime(), row.succeeded]));
  });
  const wanted = all.filter((at) => {
    if (isLeftOut(at, schedule.timeZone, days)) return false;
    const succeeded = made.get(at);
    return succeeded === undefined || order.again === "all" || (order.again === "failed" && !succeeded);
  });
  if (order.newestFirst) wanted.reverse();
  return {
    fires: wanted,
    plan: { total: all.length, leftOut: all.length - wanted.length, fires: wanted.slice(0, 100).map((at) => new Date(at).toISOString()) },
  };
}

export async function planBackfill(database: Database, workspaceId: string, order: BackfillOrder): Promise<BackfillPlan> {
  return (await prepareBackfill(database, workspaceId, order)).plan;
}

export async function startBackfill(database: Database, workspaceId: string, order: BackfillOrder, by: string): Promise<string> {
  const { fires } = await prepareBackfill(database, workspaceId, order);
  if (fires.length === 0)
    throw new AppError("BAD_REQUEST", "No fire time in that range is to be run: each has a run already, or none falls into it.");
  const id = newId();
  await workspaceTransaction(database, workspaceId, async (tx) => {
    const { scheduleId, again, atOnce, newestFirst } = order;
    await tx.scheduleBackfill.create({
      data: {
        ...{ id, scheduleId, workspaceId, again, atOnce, newestFirst, createdBy: by },
        firstAt: new Date(order.firstAt),
        lastAt: new Date(order.lastAt),
      },
    });
    const startAt = new Date(await databaseTime(tx));
    await tx.scheduleFire.createMany({
      data: fires.map((at) => ({ scheduleId, workspaceId, round: id, fireAt: new Date(at), startAt, status: "waiting", runId: newId() })),
    });
  });
  return id;
}

interface BackfillRecord {
  readonly id: string;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly again: Again;
  readonly at_once: number;
  readonly newest_first: boolean;
  readonly cancelled_at: Date | null;
  readonly created_at: Date;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly waiting: number;
  readonly skipped: number;
}

export async function listBackfills(database: Database, workspaceId: string, scheduleId: string): Promise<BackfillView[]> {
  const rows = await workspaceRead(database, workspaceId, async (client) => {
    await checkSchedule(client, workspaceId, scheduleId);
    return (await client.query<BackfillRecord>(backfillsSql, [workspaceId, scheduleId])).rows;
  });
  return rows.map(({ first_at, last_at, at_once, newest_first, cancelled_at, created_at, ...row }) => ({
    ...row,
    firstAt: first_at.toISOString(),
    lastAt: last_at.toISOString(),
    atOnce: at_once,
    newestFirst: newest_first,
    createdAt: created_at.toISOString(),
    status: row.waiting + row.active > 0 ? (cancelled_at ? "cancelled" : "running") : cancelled_at ? "cancelled" : "done",
  }));
}

/** What waits is left out; what runs goes on. */
export async function cancelBackfill(database: Database, workspaceId: string, id: string): Promise<void> {
  const { count } = await workspaceTransaction(database, workspaceId, (tx) =>
    tx.scheduleBackfill.updateMany({ where: { id, workspaceId, cancelledAt: null }, data: { cancelledAt: new Date() } }),
  );
  if (count === 0) throw notFound("backfill");
}
