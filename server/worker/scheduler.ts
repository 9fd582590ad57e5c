/**
 * Makes schedules fire. Two steps, both safe with any number of servers: what is due becomes rows (one per fire time, unique),
 * in the transaction that moves the schedule on; then rows become runs, under ids that were chosen before, so that a server
 * killed in between starts nothing twice and forgets nothing. A row that cannot be worked with is paused with the reason; the
 * others go on. Neighbours: pipelines/schedule (decides), ../db/schedule.sql.ts, ../schedule/start-fire.ts.
 */
import type { ClientBase } from "pg";
import { dueFires, startOf, type MissedPolicy, type SkipReason } from "@/pipelines/schedule/due-fires";
import { decideStart, mostWaiting, type OverlapPolicy } from "@/pipelines/schedule/overlap";
import { readTiming } from "@/pipelines/schedule/timing";
import type { Json } from "@/pipelines/compile/dag";
import { newId } from "../db/new-id";
import type { Pool } from "../db/pool";
import {
  activeRunsSql,
  addFiresSql,
  advanceSql,
  claimFireSql,
  decideFireSql,
  dueScheduleSql,
  lockScheduleSql,
  nextDueSql,
  nextFireSql,
  openRoundsSql,
  postponeFireSql,
  quarantineSql,
} from "../db/schedule.sql";
import { AppError } from "../errors";
import type { FireOrder } from "../schedule/start-fire";
import { timingSchema } from "../schedule/timing-schema";
import type { Loop } from "./loop";

export interface SchedulerParts {
  readonly pool: Pool;
  /** Throws AppError SERVICE_UNAVAILABLE while nothing can run, any other AppError where a person has to do something. */
  startFire(order: FireOrder): Promise<unknown>;
  stopRun(runId: string, by: string): Promise<unknown>;
  complain(what: string, error: unknown): void;
}

export interface Scheduler extends Loop {
  /** Something was changed: look now. */
  wake(): void;
}

/** Another server may have saved a schedule meanwhile. */
const longestWaitMs = 5_000;
/** While fires wait for runs to end. */
const lookAgainMs = 1_000;
const claimSeconds = 60;
const postponeSeconds = 3;
/** Of one schedule in one round, so that none holds up the others. */
const mostStarts = 20;

export function createScheduler(parts: SchedulerParts): Scheduler {
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let again = false;
  let stopped = true;

  function look(): void {
    clearTimeout(timer);
    if (stopped) return;
    if (looking) {
      again = true;
      return;
    }
    again = false;
    looking = lookOnce(parts)
      .catch((error: unknown) => {
        parts.complain("Looking at the schedules", error);
        return longestWaitMs;
      })
      .then((wait) => {
        looking = undefined;
        if (again) look();
        else if (!stopped) timer = setTimeout(look, wait);
      });
  }

  return {
    start() {
      stopped = false;
      look();
    },
    wake: look,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

/** Resolves with the milliseconds until the next look. */
async function lookOnce(parts: SchedulerParts): Promise<number> {
  const { pool, complain } = parts;
  while (await inTransaction(pool, takeDue)) continue;
  const { rows } = await pool.query<{ schedule_id: string; round: string }>(openRoundsSql);
  let waits = false;
  for (const each of rows) {
    try {
      let starts = 0;
      while (starts < mostStarts && (await startNext(parts, each.schedule_id, each.round))) starts++;
      waits = true;
    } catch (error) {
      complain(`Starting a run of the schedule ${each.schedule_id}`, error);
    }
  }
  const { rows: due } = await pool.query<{ wait: number | null }>(nextDueSql);
  return Math.max(0, Math.min(due[0]!.wait ?? longestWaitMs, waits ? lookAgainMs : longestWaitMs));
}

interface DueRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly timing: unknown;
  readonly time_zone: string;
  readonly missed: MissedPolicy;
  readonly overlap: OverlapPolicy;
  readonly tolerance_seconds: number;
  readonly jitter_seconds: number;
  readonly ends_at: Date | null;
  readonly next_fire_at: Date;
  readonly days_left_out: readonly string[];
  readonly waiting: number;
  readonly now: Date;
}

/** Decides about what is due of one schedule; false: nothing is due. */
async function takeDue(client: ClientBase): Promise<boolean> {
  const row = (await client.query<DueRow>(dueScheduleSql)).rows[0];
  if (!row) return false;
  const timing = timingSchema.safeParse(row.timing);
  const read = timing.success ? readTiming(timing.data, row.time_zone) : { ok: false as const, message: "Its timing cannot be read." };
  if (!read.ok) {
    await client.query(quarantineSql, [row.id, `${read.message} Save the schedule anew.`]);
    return true;
  }
  const due = dueFires(
    {
      times: read.times,
      timeZone: row.time_zone,
      daysLeftOut: row.days_left_out,
      missed: row.missed,
      toleranceMs: row.tolerance_seconds * 1000,
      nextFireAt: row.next_fire_at.getTime(),
      endsAt: row.ends_at?.getTime(),
    },
    row.now.getTime(),
  );
  let waiting = row.waiting;
  const fires = due.fires.map(({ fireAt, skip: given }) => {
    const skip = given ?? (row.overlap === "queue" && waiting >= mostWaiting ? "queue-full" : undefined);
    if (skip === undefined) waiting++;
    return {
      ...{ schedule_id: row.id, workspace_id: row.workspace_id, round: "", fire_at: fireAt, run_id: newId() },
      ...{ status: skip === undefined ? "waiting" : "skipped", reason: skip ?? null },
      start_at: startOf(row.id, fireAt, row.jitter_seconds * 1000),
    };
  });
  await client.query(addFiresSql, [JSON.stringify(fires)]);
  await client.query(advanceSql, [row.id, due.nextFireAt ?? null]);
  return true;
}

interface ScheduleRow {
  readonly workspace_id: string;
  readonly notebook_id: string;
  readonly name: string;
  readonly time_zone: string;
  readonly params: Readonly<Record<string, Json>>;
  readonly date_param: string | null;
  readonly revision: number | null;
  readonly overlap: OverlapPolicy;
  readonly updated_by: string;
  readonly deleted_at: Date | null;
  readonly newest: number;
}

interface FireRow {
  readonly fire_at: Date;
  readonly run_id: string;
  readonly status: "waiting" | "starting";
  readonly is_backfill: boolean;
  readonly at_once: number | null;
  readonly cancelled_at: Date | null;
  readonly has_run: boolean;
  readonly active: number;
  readonly has_newer: boolean;
}

type Next =
  | { readonly type: "none" }
  | { readonly type: "decided" }
  | { readonly type: "stop"; readonly runs: readonly string[]; readonly by: string }
  | { readonly type: "start"; readonly order: FireOrder };

/** Brings the fire whose turn it is one step on; false: none of this round can go on now. */
async function startNext(parts: SchedulerParts, scheduleId: string, round: string): Promise<boolean> {
  const { pool } = parts;
  const next = await inTransaction(pool, (client) => decideNext(client, scheduleId, round));
  switch (next.type) {
    case "none":
      return false;
    case "decided":
      return true;
    case "stop":
      for (const run of next.runs) await parts.stopRun(run, next.by);
      return false;
    case "start": {
      const place = [scheduleId, round, next.order.fireAt];
      try {
        await parts.startFire(next.order);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        if (error.code === "SERVICE_UNAVAILABLE") {
          await pool.query(postponeFireSql, [...place, postponeSeconds]);
          return false;
        }
        await pool.query(decideFireSql, [...place, "failed", null, error.message]);
        return true;
      }
      await pool.query(decideFireSql, [...place, "started", null, null]);
      return true;
    }
  }
}

async function decideNext(client: ClientBase, scheduleId: string, round: string): Promise<Next> {
  const schedule = (await client.query<ScheduleRow>(lockScheduleSql, [scheduleId])).rows[0];
  const fire = (await client.query<FireRow>(nextFireSql, [scheduleId, round])).rows[0];
  if (!schedule || !fire) return { type: "none" };
  const place = [scheduleId, round, fire.fire_at];
  const decide = async (status: "started" | "skipped", reason: SkipReason | null): Promise<Next> => {
    await client.query(decideFireSql, [...place, status, reason, null]);
    return { type: "decided" };
  };
  // Whoever had it was killed after the run began, or could not say so.
  if (fire.has_run) return decide("started", null);
  if (fire.cancelled_at) return decide("skipped", "cancelled");
  if (schedule.deleted_at) return decide("skipped", "no-notebook");
  if (fire.status === "waiting") {
    if (fire.is_backfill) {
      if (fire.active >= (fire.at_once ?? 1)) return { type: "none" };
    } else if (round === "") {
      const start = decideStart({ overlap: schedule.overlap, active: fire.active, hasNewer: fire.has_newer });
      if (start.type === "wait") return { type: "none" };
      if (start.type === "skip") return decide("skipped", start.reason);
      if (start.type === "stop-others") {
        const { rows } = await client.query<{ id: string }>(activeRunsSql, [scheduleId]);
        return { type: "stop", runs: rows.map(({ id }) => id), by: `the schedule “${schedule.name}”` };
      }
    }
  }
  await client.query(claimFireSql, [...place, claimSeconds]);
  return {
    type: "start",
    order: {
      workspaceId: schedule.workspace_id,
      notebookId: schedule.notebook_id,
      revision: schedule.revision ?? schedule.newest,
      params: schedule.params,
      dateParam: schedule.date_param ?? undefined,
      timeZone: schedule.time_zone,
      userId: schedule.updated_by,
      runId: fire.run_id,
      fireAt: fire.fire_at,
      trigger: fire.is_backfill ? "backfill" : round === "" ? "schedule" : "manual",
    },
  };
}

async function inTransaction<T>(pool: Pool, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}
