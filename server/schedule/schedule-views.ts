/** What pages and programs see of schedules. Times are ISO 8601. */
import type { Json } from "@/pipelines/compile/dag";
import type { RunStatus } from "@/pipelines/run/run";
import type { MissedPolicy, SkipReason } from "@/pipelines/schedule/due-fires";
import type { OverlapPolicy } from "@/pipelines/schedule/overlap";
import type { Timing } from "@/pipelines/schedule/timing";

export type FireStatus = "waiting" | "starting" | "started" | "skipped" | "failed";

export interface FireView {
  readonly fireAt: string;
  readonly status: FireStatus;
  readonly reason?: SkipReason | undefined;
  /** Why there is no run, or none yet, in a sentence. */
  readonly sentence?: string | undefined;
  /** "clock", "hand" (Run now) or the id of a backfill. */
  readonly round: string;
  readonly run?:
    { readonly id: string; readonly number: number; readonly status: RunStatus; readonly durationMs?: number | undefined } | undefined;
}

export interface ScheduleView {
  readonly id: string;
  readonly name: string;
  readonly notebookId: string;
  readonly notebook: string;
  readonly timing: Timing;
  /** The timing in English. */
  readonly words: string;
  readonly timeZone: string;
  readonly calendarIds: readonly string[];
  readonly params: Readonly<Record<string, Json>>;
  readonly dateParam?: string | undefined;
  /** Of the notebook; undefined: the newest when it fires. */
  readonly revision?: number | undefined;
  readonly overlap: OverlapPolicy;
  readonly missed: MissedPolicy;
  readonly toleranceSeconds: number;
  readonly jitterSeconds: number;
  readonly endsAt?: string | undefined;
  readonly paused: boolean;
  /** Why the scheduler paused it. */
  readonly fault?: string | undefined;
  /** Undefined: paused, or it never fires again. */
  readonly nextFireAt?: string | undefined;
  /** Newest first, by the clock only. */
  readonly recent: readonly FireView[];
  /** Of its last hundred runs that have ended: how many succeeded. */
  readonly ended: number;
  readonly succeeded: number;
}

export interface FirePage {
  /** Newest first. */
  readonly fires: readonly FireView[];
  /** Pass as `before` for the next page. */
  readonly next?: string | undefined;
}

export interface TimingPreview {
  /** What is wrong with the timing. */
  readonly fault?: string | undefined;
  readonly words?: string | undefined;
  readonly fires: readonly { readonly fireAt: string; readonly leftOut: boolean }[];
}

export interface CalendarView {
  readonly id: string;
  readonly name: string;
  readonly days: readonly string[];
  /** Schedules that leave out its days. */
  readonly usedBy: number;
}

export type Again = "none" | "failed" | "all";

export interface BackfillPlan {
  readonly total: number;
  /** Left out: they have a run already (by `again`), or their day is left out by a calendar. */
  readonly leftOut: number;
  /** What would run, in the order it would; the first hundred. */
  readonly fires: readonly string[];
}

export interface BackfillView {
  readonly id: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly again: Again;
  readonly atOnce: number;
  readonly newestFirst: boolean;
  readonly createdAt: string;
  readonly status: "running" | "done" | "cancelled";
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly active: number;
  readonly waiting: number;
  readonly skipped: number;
}
