/** What the form holds while somebody fills it in, and what is sent. Times of day are on the clock of the schedule's zone. */
import type { inferRouterInputs } from "@trpc/server";
import type { Json } from "@/pipelines/compile/dag";
import { parseDuration } from "@/pipelines/compile/parse-duration";
import type { MissedPolicy } from "@/pipelines/schedule/due-fires";
import type { OverlapPolicy } from "@/pipelines/schedule/overlap";
import type { Timing } from "@/pipelines/schedule/timing";
import type { AppRouter } from "@/server/router";
import type { ScheduleRow } from "../../_trpc/outputs";
import { fromWallTime, toWallTime } from "../_fires/zoned-time";

export type ScheduleOrder = inferRouterInputs<AppRouter>["schedule"]["save"];

export const units = [
  { seconds: 1, word: "seconds" },
  { seconds: 60, word: "minutes" },
  { seconds: 3_600, word: "hours" },
  { seconds: 86_400, word: "days" },
  { seconds: 604_800, word: "weeks" },
] as const;

export interface ScheduleDraft {
  readonly id: string | undefined;
  readonly notebookId: string;
  readonly name: string;
  readonly kind: Timing["type"];
  readonly expression: string;
  readonly seconds: boolean;
  readonly count: string;
  readonly unit: number;
  readonly rule: string;
  /** Of an interval or a rule. */
  readonly from: string;
  readonly timeZone: string;
  readonly calendarIds: readonly string[];
  readonly params: Readonly<Record<string, Json>>;
  readonly dateParam: string | undefined;
  /** Undefined: the newest. */
  readonly revision: string | undefined;
  readonly overlap: OverlapPolicy;
  readonly missed: MissedPolicy;
  readonly tolerance: string;
  readonly jitter: string;
  /** "": it goes on. */
  readonly endsAt: string;
}

export function newDraft(notebookId: string, timeZone: string, now: number): ScheduleDraft {
  return {
    ...{ id: undefined, notebookId, name: "", kind: "cron", expression: "0 6 * * *", seconds: false, count: "30", unit: 60 },
    rule: "FREQ=MONTHLY;BYDAY=-1FR",
    from: `${toWallTime(now, timeZone).slice(0, 10)}T06:00:00`,
    ...{ timeZone, calendarIds: [], params: {}, dateParam: undefined, revision: undefined },
    ...{ overlap: "skip", missed: "latest", tolerance: "5m", jitter: "", endsAt: "" },
  };
}

export function toDraft(row: ScheduleRow, now: number): ScheduleDraft {
  const { timing, timeZone } = row;
  const fresh = newDraft(row.notebookId, timeZone, now);
  const unit = timing.type === "interval" ? units.findLast(({ seconds }) => timing.everySeconds % seconds === 0)!.seconds : fresh.unit;
  return {
    ...fresh,
    ...{ id: row.id, name: row.name, kind: timing.type },
    ...(timing.type === "cron" && { expression: timing.expression, seconds: timing.seconds === true }),
    ...(timing.type === "interval" && { count: String(timing.everySeconds / unit), unit }),
    ...(timing.type === "rule" && { rule: timing.rule }),
    ...(timing.type !== "cron" && { from: toWallTime(Date.parse(timing.from), timeZone) }),
    ...{ calendarIds: row.calendarIds, params: row.params as ScheduleDraft["params"], dateParam: row.dateParam },
    ...{ overlap: row.overlap, missed: row.missed },
    revision: row.revision === undefined ? undefined : String(row.revision),
    tolerance: durationText(row.toleranceSeconds),
    jitter: row.jitterSeconds === 0 ? "" : durationText(row.jitterSeconds),
    endsAt: row.endsAt === undefined ? "" : toWallTime(Date.parse(row.endsAt), timeZone),
  };
}

/** Fields that cannot be sent as they are, with what to write instead. */
export type DraftFaults = {
  readonly [Name in DraftField]?: string | undefined;
};

type DraftField = "notebook" | "count" | "from" | "timeZone" | "revision" | "tolerance" | "jitter" | "endsAt";

const noMoment = "Choose a day and a time.";

export function toTiming(draft: ScheduleDraft): Timing | undefined {
  if (draft.kind === "cron") return { type: "cron", expression: draft.expression, ...(draft.seconds && { seconds: true }) };
  const from = fromWallTime(draft.from, draft.timeZone);
  if (from === undefined) return undefined;
  const iso = new Date(from).toISOString();
  if (draft.kind === "rule") return { type: "rule", rule: draft.rule, from: iso };
  const everySeconds = Number(draft.count) * draft.unit;
  return intervalFault(draft) === undefined ? { type: "interval", everySeconds, from: iso } : undefined;
}

function intervalFault({ count, unit }: ScheduleDraft): string | undefined {
  const number = Number(count);
  if (count.trim() === "" || !Number.isInteger(number) || number < 1) return "A whole number, one at least.";
  return number * unit > 400 * 86_400 ? "400 days at most." : undefined;
}

export function findFaults(draft: ScheduleDraft): DraftFaults {
  const faults: { [Name in DraftField]?: string } = {};
  if (draft.notebookId === "") faults.notebook = "Choose the notebook that is to run.";
  if (draft.kind === "interval") {
    const fault = intervalFault(draft);
    if (fault) faults.count = fault;
  }
  if (draft.kind !== "cron" && fromWallTime(draft.from, draft.timeZone) === undefined) faults.from = noMoment;
  if (draft.endsAt !== "" && fromWallTime(draft.endsAt, draft.timeZone) === undefined) faults.endsAt = noMoment;
  if (draft.revision !== undefined && !/^[1-9]\d{0,8}$/.test(draft.revision.trim())) faults.revision = "A version as the notebook has: 12.";
  if (readSeconds(draft.tolerance) === undefined) faults.tolerance = "A time up to a day: 30s, 5m, 1h.";
  if (readSeconds(draft.jitter) === undefined) faults.jitter = "A time up to a day: 30s, 5m. Empty: none.";
  return faults;
}

/** `words` stand in for a name that was not given. */
export function toOrder(draft: ScheduleDraft, words: string): ScheduleOrder | undefined {
  const timing = toTiming(draft);
  if (!timing || Object.keys(findFaults(draft)).length > 0) return undefined;
  const { dateParam, endsAt } = draft;
  const params = Object.fromEntries(Object.entries(draft.params).filter(([name]) => name !== dateParam));
  return {
    ...(draft.id !== undefined && { id: draft.id }),
    ...{ notebookId: draft.notebookId, timing, timeZone: draft.timeZone, overlap: draft.overlap, missed: draft.missed },
    name: (draft.name.trim() || words).slice(0, 100),
    calendarIds: [...draft.calendarIds],
    params: params as NonNullable<ScheduleOrder["params"]>,
    ...(dateParam !== undefined && { dateParam }),
    ...(draft.revision !== undefined && { revision: Number(draft.revision) }),
    toleranceSeconds: readSeconds(draft.tolerance)!,
    jitterSeconds: readSeconds(draft.jitter)!,
    ...(endsAt !== "" && { endsAt: new Date(fromWallTime(endsAt, draft.timeZone)!).toISOString() }),
  };
}

function readSeconds(text: string): number | undefined {
  if (text.trim() === "" || text.trim() === "0") return 0;
  const ms = parseDuration(text.trim());
  return ms === undefined || ms % 1000 !== 0 || ms > 86_400_000 ? undefined : ms / 1000;
}

/** 90 → "90s", 300 → "5m". */
export function durationText(seconds: number): string {
  if (seconds > 0 && seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds > 0 && seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}
