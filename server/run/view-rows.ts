/** Rows of the engine's tables as pages are told of them. Neighbours: list-runs.ts, view-run.ts, view-task-run.ts, cell-states.ts. */
import type { Json } from "@/pipelines/compile/dag";
import type { Decision, OutputRef, Reason, RunStatus, TaskRunStatus, Trigger, ValueRef } from "@/pipelines/run/run";
import type { RunControl } from "./run-rows";
import type { RunRow, TaskRunRow } from "./run-views";

export interface RunRecord {
  readonly id: string;
  readonly number: number;
  readonly notebook_id: string | null;
  readonly notebook_title: string;
  readonly notebook_revision: number | null;
  readonly status: RunStatus;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly trigger: Trigger;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly params: Record<string, Json>;
  readonly control: RunControl | null;
  readonly pinned: boolean;
  readonly seq: number;
  readonly counts: Partial<Record<TaskRunStatus, number>> | null;
}

export function toRunRow(record: RunRecord, headline: RunRow["headline"]): RunRow {
  return {
    id: record.id,
    number: record.number,
    notebookId: record.notebook_id ?? undefined,
    notebookTitle: record.notebook_title,
    revision: record.notebook_revision ?? undefined,
    status: record.status,
    reason: record.reason ?? undefined,
    message: record.message ?? undefined,
    trigger: record.trigger,
    createdBy: record.created_by ?? undefined,
    createdAt: record.created_at.toISOString(),
    startedAt: record.started_at?.toISOString(),
    finishedAt: record.finished_at?.toISOString(),
    durationMs: duration(record.started_at, record.finished_at),
    params: record.params,
    paused: record.control?.paused && { by: record.control.paused.by, at: new Date(record.control.paused.at).toISOString() },
    halting: record.control?.halt,
    deadline: record.control?.deadline === undefined ? undefined : new Date(record.control.deadline).toISOString(),
    pinned: record.pinned,
    counts: record.counts ?? {},
    headline,
  };
}

export interface TaskRunRecord {
  readonly id: string;
  readonly task_key: string;
  readonly map_index: number | null;
  readonly status: TaskRunStatus;
  readonly reason: Reason | null;
  readonly attempt: number;
  readonly queued_at: Date | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly not_before: Date | null;
  readonly decision: Decision | null;
  readonly cached_from: string | null;
  readonly cached_run: string | null;
  readonly cached_number: number | null;
  readonly calls: number | null;
  readonly live_calls: number | null;
  readonly running_calls: number | null;
}

export function toTaskRunRow(record: TaskRunRecord, progress: TaskRunRow["progress"]): TaskRunRow {
  return {
    id: record.id,
    taskKey: record.task_key,
    mapIndex: record.map_index ?? undefined,
    status: record.status,
    reason: record.reason ?? undefined,
    attempt: record.attempt,
    queuedAt: record.queued_at?.toISOString(),
    startedAt: record.started_at?.toISOString(),
    finishedAt: record.finished_at?.toISOString(),
    durationMs: duration(record.started_at, record.finished_at),
    dueAt: record.not_before?.toISOString(),
    decision: record.decision
      ? { type: record.decision.type, by: record.decision.by, note: record.decision.note, at: new Date(record.decision.at).toISOString() }
      : undefined,
    cachedFrom:
      record.cached_from !== null && record.cached_run !== null && record.cached_number !== null
        ? { runId: record.cached_run, runNumber: record.cached_number, taskRunId: record.cached_from }
        : undefined,
    calls: record.calls ? { total: record.calls, live: record.live_calls ?? 0, running: record.running_calls ?? 0 } : undefined,
    progress: record.status === "running" ? progress : undefined,
  };
}

/** In the order of the Dag, a fan-out's elements behind. */
export function byOrdinal(a: { readonly id: string }, b: { readonly id: string }): number {
  return ordinal(a.id) - ordinal(b.id);
}

function ordinal(id: string): number {
  return Number(id.slice(id.lastIndexOf("-") + 1));
}

export function duration(from: Date | null, to: Date | null): number | undefined {
  return from && to ? to.getTime() - from.getTime() : undefined;
}

/** A value without its bytes: pages ask for what they show. */
export function toValueView({ hash, bytes, codec, summary }: ValueRef): ValueRef {
  return { hash, bytes, codec, summary };
}

export function toValueViews(output: OutputRef | undefined): ValueRef | readonly ValueRef[] | undefined {
  if (output === undefined) return undefined;
  return "list" in output ? output.list.map(toValueView) : toValueView(output);
}

export function bytesOf(output: OutputRef): number {
  return "list" in output ? output.list.reduce((sum, { bytes }) => sum + bytes, 0) : output.bytes;
}

/** One line for what a name holds. */
export function summaryOf(output: OutputRef): string {
  if (!("list" in output)) return output.summary;
  return output.list.length === 1 ? "1 value of a fan-out" : `${output.list.length} values of a fan-out`;
}
