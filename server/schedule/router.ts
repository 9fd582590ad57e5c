import { z } from "zod";
import { missedPolicies, previewFires } from "@/pipelines/schedule/due-fires";
import { overlapPolicies } from "@/pipelines/schedule/overlap";
import { readTiming } from "@/pipelines/schedule/timing";
import { newId } from "../db/new-id";
import { notFound } from "../errors";
import { inWorkspace, router } from "../trpc";
import type { BackfillPlan, BackfillView, CalendarView, FirePage, ScheduleView, TimingPreview } from "./schedule-views";
import {
  addHandFire,
  cancelBackfill,
  daysOf,
  listBackfills,
  listCalendars,
  listFires,
  listSchedules,
  pauseSchedule,
  planBackfill,
  removeCalendar,
  removeSchedule,
  saveCalendar,
  saveSchedule,
  startBackfill,
} from "./store";
import { timingSchema } from "./timing-schema";
import { timingWords } from "./timing-words";

const id = z.string().max(64);
const moment = z.iso.datetime({ offset: true });
const timeZone = z.string().min(1).max(64);
const name = z.string().trim().min(1, "Give it a name.").max(100);
const calendarIds = z.array(id).max(20).default([]);

const schedule = z.strictObject({
  id: id.optional(),
  notebookId: id,
  name,
  timing: timingSchema,
  timeZone,
  calendarIds,
  params: z.record(z.string().max(200), z.json()).default({}),
  dateParam: z.string().max(200).optional(),
  revision: z.int().min(1).optional(),
  overlap: z.enum(overlapPolicies).default("skip"),
  missed: z.enum(missedPolicies).default("latest"),
  toleranceSeconds: z.int().min(0).max(86_400).default(300),
  jitterSeconds: z.int().min(0).max(86_400).default(0),
  endsAt: moment.optional(),
});

const backfill = z.strictObject({
  scheduleId: id,
  firstAt: moment,
  lastAt: moment,
  again: z.enum(["none", "failed", "all"]).default("none"),
  atOnce: z.int().min(1).max(100).default(1),
  newestFirst: z.boolean().default(false),
});

const previewCount = 10;

export const scheduleRouter = router({
  /** All of the workspace, those that fire next first. */
  list: inWorkspace("viewer")
    .input(z.strictObject({ notebookId: id.optional() }))
    .query(({ ctx, input }): Promise<ScheduleView[]> =>
      listSchedules(ctx.heddle.database, ctx.caller.workspaceId, { notebookId: input.notebookId }),
    ),
  get: inWorkspace("viewer")
    .input(z.strictObject({ id }))
    .query(async ({ ctx, input }): Promise<ScheduleView> => {
      const [found] = await listSchedules(ctx.heddle.database, ctx.caller.workspaceId, input);
      if (!found) throw notFound("schedule");
      return found;
    }),
  /** The next ten fire times, while somebody writes. What is wrong is told in `fault`. */
  preview: inWorkspace("viewer")
    .input(z.strictObject({ timing: timingSchema, timeZone, calendarIds }))
    .query(async ({ ctx, input }): Promise<TimingPreview> => {
      const read = readTiming(input.timing, input.timeZone);
      if (!read.ok) return { fault: read.message, fires: [] };
      const days = await daysOf(ctx.heddle.database, ctx.caller.workspaceId, input.calendarIds);
      const fires = previewFires(read.times, input.timeZone, days, Date.now(), previewCount);
      return {
        words: timingWords(input.timing),
        fires: fires.map(({ fireAt, leftOut }) => ({ fireAt: new Date(fireAt).toISOString(), leftOut })),
      };
    }),
  /** Makes a schedule, or changes the one of `id`. */
  save: inWorkspace("editor")
    .input(schedule)
    .mutation(async ({ ctx, input }): Promise<{ id: string }> => {
      const { id, dateParam, revision, endsAt, ...rest } = input;
      const { workspaceId, userId } = ctx.caller;
      const saved = await saveSchedule(ctx.heddle.database, workspaceId, id, { ...rest, dateParam, revision, endsAt }, userId);
      ctx.heddle.scheduler.wake();
      return { id: saved };
    }),
  pause: inWorkspace("editor")
    .input(z.strictObject({ id, paused: z.boolean() }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      await pauseSchedule(ctx.heddle.database, ctx.caller.workspaceId, input.id, input.paused, ctx.caller.userId);
      ctx.heddle.scheduler.wake();
    }),
  remove: inWorkspace("editor")
    .input(z.strictObject({ id }))
    .mutation(({ ctx, input }): Promise<void> => removeSchedule(ctx.heddle.database, ctx.caller.workspaceId, input.id)),
  /** A run with what the schedule says, at once and beside whatever runs. Gives the id that its run is going to have. */
  runNow: inWorkspace("runner")
    .input(z.strictObject({ id }))
    .mutation(async ({ ctx, input }): Promise<{ runId: string }> => {
      const runId = newId();
      await addHandFire(ctx.heddle.database, ctx.caller.workspaceId, input.id, runId);
      ctx.heddle.scheduler.wake();
      return { runId };
    }),
  /** What became of each fire time, newest first. */
  fires: inWorkspace("viewer")
    .input(z.strictObject({ id, before: moment.optional(), direction: z.enum(["forward", "backward"]).optional() }))
    .query(({ ctx, input }): Promise<FirePage> => listFires(ctx.heddle.database, ctx.caller.workspaceId, input.id, input.before)),
  calendars: inWorkspace("viewer").query(({ ctx }): Promise<CalendarView[]> => listCalendars(ctx.heddle.database, ctx.caller.workspaceId)),
  saveCalendar: inWorkspace("editor")
    .input(z.strictObject({ id: id.optional(), name, days: z.array(z.string().max(30)).min(1, "Give it a day.").max(2_000) }))
    .mutation(async ({ ctx, input }): Promise<{ id: string }> => {
      const { workspaceId, userId } = ctx.caller;
      return { id: await saveCalendar(ctx.heddle.database, workspaceId, input.id, input, userId) };
    }),
  removeCalendar: inWorkspace("editor")
    .input(z.strictObject({ id }))
    .mutation(({ ctx, input }): Promise<void> => removeCalendar(ctx.heddle.database, ctx.caller.workspaceId, input.id)),
  /** What a backfill would run, without running anything. */
  planBackfill: inWorkspace("viewer")
    .input(backfill)
    .query(({ ctx, input }): Promise<BackfillPlan> => planBackfill(ctx.heddle.database, ctx.caller.workspaceId, input)),
  startBackfill: inWorkspace("runner")
    .input(backfill)
    .mutation(async ({ ctx, input }): Promise<{ id: string }> => {
      const id = await startBackfill(ctx.heddle.database, ctx.caller.workspaceId, input, ctx.caller.userId);
      ctx.heddle.scheduler.wake();
      return { id };
    }),
  backfills: inWorkspace("viewer")
    .input(z.strictObject({ id }))
    .query(({ ctx, input }): Promise<BackfillView[]> => listBackfills(ctx.heddle.database, ctx.caller.workspaceId, input.id)),
  cancelBackfill: inWorkspace("runner")
    .input(z.strictObject({ id }))
    .mutation(async ({ ctx, input }): Promise<void> => {
      await cancelBackfill(ctx.heddle.database, ctx.caller.workspaceId, input.id);
      ctx.heddle.scheduler.wake();
    }),
});
