/** Rows of the hot tables to and from the state of a run. The statements are in server/db/run.sql. */
import type {
  AttemptStatus,
  Decision,
  OutputRef,
  Reason,
  RunSpec,
  RunStatus,
  TaskError,
  TaskRunStatus,
  ValueRef,
} from "@/pipelines/run/run";
import type { KeyParts } from "@/pipelines/run/cache-key";
import { restoreCounts } from "@/pipelines/run/restore-counts";
import { planRun } from "@/pipelines/run/run-plan";
import {
  isRunTerminal,
  ordinalOf,
  taskRunId,
  type AttemptState,
  type Changes,
  type RunAction,
  type RunFields,
  type RunState,
  type TaskRunState,
} from "@/pipelines/run/run-state";
import type { LogCounts } from "./log-store";

export type Remembered = Extract<RunAction, { type: "remember" }>;

export function toRunRow(run: RunState, revision: number, changes: Changes) {
  const { status, reason, message, startedAt, finishedAt } = run.fields;
  const event = toEvent(run, changes);
  return { id: run.spec.id, revision, status, reason, message, control: toControl(run), started: startedAt, finished: finishedAt, event };
}

/** Null for a run that is neither held nor being ended. */
export function toControl({ fields: { halt, paused, deadline } }: RunState): RunControl | null {
  return halt === undefined && paused === undefined && deadline === undefined ? null : { halt, paused, deadline };
}

export type RunControl = Partial<Pick<RunFields, "halt" | "paused" | "deadline">>;

/** What happened, for readers that follow a run: the state each changed task run is in now. */
export function toEvent(run: RunState, changes: Changes) {
  return {
    status: changes.fields?.status,
    taskRuns: [...changes.taskRuns.values()].map(({ ordinal, status, attempt, reason }) => [
      taskRunId(run.spec.id, ordinal),
      status,
      attempt,
      reason,
    ]),
    acts:
      changes.acts.length === 0
        ? undefined
        : changes.acts.map(({ type, by, ordinal, note }) => ({
            type,
            by,
            note,
            taskRunId: ordinal === undefined ? undefined : taskRunId(run.spec.id, ordinal),
          })),
  };
}

export function toTaskRow(run: RunState, taskRun: TaskRunState, changes: Changes, added: boolean) {
  const notes = changes.notes.get(taskRun.ordinal);
  const { status, reason, attempt, tries, lost, cacheKey, keyParts, cachedFrom, outputs } = taskRun;
  const common = {
    id: taskRunId(run.spec.id, taskRun.ordinal),
    run_id: run.spec.id,
    status,
    reason,
    attempt,
    tries,
    lost,
    cache_key: cacheKey,
    key_parts: keyParts,
    why: notes?.why,
    cached_from: cachedFrom,
    outputs,
    displays: notes?.displays,
    not_before: taskRun.notBefore,
    queued_until: taskRun.queuedUntil,
    decision: taskRun.decision,
    fresh: taskRun.fresh,
    error: notes?.error ?? undefined,
    queued: taskRun.queuedAt,
    started: taskRun.startedAt,
    finished: taskRun.finishedAt,
    leased: status === "running" && taskRun.expanded === undefined,
  };
  if (added) {
    return { ...common, task_key: run.plan.tasks[taskRun.task]!.key, map_index: taskRun.mapIndex, elements: taskRun.elements };
  }
  return {
    ...common,
    expanded: taskRun.expanded,
    keep_error: notes?.error === undefined,
  };
}

export function toAttemptRow(run: RunState, attempt: AttemptState & { readonly ordinal: number }, logs: LogCounts | undefined) {
  return {
    task_run_id: taskRunId(run.spec.id, attempt.ordinal),
    run_id: run.spec.id,
    attempt: attempt.attempt,
    status: attempt.status,
    reason: attempt.reason,
    error: attempt.error,
    handle: attempt.handle,
    started: attempt.startedAt,
    finished: attempt.finishedAt,
    duration_ms: attempt.durationMs,
    cpu_ms: attempt.cpuMs,
    peak_memory_bytes: attempt.peakMemoryBytes === undefined ? undefined : Math.round(attempt.peakMemoryBytes),
    log_records: logs?.records ?? 0,
    log_bytes: logs?.bytes ?? 0,
    log_cut: logs?.cut ?? 0,
  };
}

export function toResultRow(run: RunState, result: Remembered) {
  const taskRun = run.taskRuns[result.ordinal]!;
  return {
    run_id: run.spec.id,
    task_run_id: taskRunId(run.spec.id, result.ordinal),
    task_key: run.plan.tasks[taskRun.task]!.key,
    map_index: taskRun.mapIndex ?? -1,
    key: result.key,
    key_parts: result.parts,
    outputs: result.outputs,
    displays: result.displays,
    elements: result.elements,
    lifetime: result.lifetime,
  };
}

export interface RunRecord {
  readonly id: string;
  readonly workspace_id: string;
  readonly notebook_id: string | null;
  readonly number: number;
  readonly status: RunStatus;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly control: RunControl | null;
  readonly spec: RunSpec;
  readonly revision: number;
  readonly owner: string | null;
  readonly poison: number;
  readonly started: number | null;
  readonly finished: number | null;
}

export interface TaskRunRecord {
  readonly id: string;
  readonly task_key: string;
  readonly map_index: number | null;
  readonly status: TaskRunStatus;
  readonly reason: Reason | null;
  readonly attempt: number;
  readonly decision: Decision | null;
  readonly fresh: boolean;
  readonly tries: number;
  readonly lost: number;
  readonly expanded: number | null;
  readonly cache_key: string | null;
  readonly key_parts: KeyParts | null;
  readonly cached_from: string | null;
  readonly elements: Record<string, ValueRef> | null;
  readonly outputs: Record<string, OutputRef> | null;
  readonly not_before: number | null;
  readonly queued_until: number | null;
  readonly queued: number | null;
  readonly started: number | null;
  readonly finished: number | null;
  readonly lease_left: number | null;
  readonly server: string | null;
  readonly attempt_status: AttemptStatus | null;
  readonly attempt_reason: Reason | null;
  readonly attempt_error: TaskError | null;
  readonly handle: string | null;
  readonly attempt_started: number | null;
  readonly attempt_finished: number | null;
  readonly duration_ms: number | null;
  readonly cpu_ms: number | null;
  readonly peak_memory_bytes: number | null;
}

export function restoreRun(record: RunRecord, rows: readonly TaskRunRecord[]): RunState {
  const { spec } = record;
  const plan = planRun(spec);
  const taskRuns: TaskRunState[] = [];
  for (const row of [...rows].sort((a, b) => ordinalOf(a.id) - ordinalOf(b.id))) {
    const ordinal = ordinalOf(row.id);
    const task = plan.indexOf.get(row.task_key);
    if (ordinal !== taskRuns.length || task === undefined) throw new Error(`The task runs of run ${record.id} do not fit its tasks.`);
    taskRuns.push({
      ordinal,
      task,
      mapIndex: row.map_index ?? undefined,
      status: row.status,
      reason: row.reason ?? undefined,
      attempt: row.attempt,
      current: toAttempt(row),
      tries: row.tries,
      lost: row.lost,
      notBefore: time(row.not_before),
      queuedUntil: time(row.queued_until),
      fresh: row.fresh,
      decision: row.decision ? { ...row.decision, by: row.decision.by, note: row.decision.note } : undefined,
      cacheKey: row.cache_key ?? undefined,
      keyParts: row.key_parts ?? undefined,
      cachedFrom: row.cached_from ?? undefined,
      elements: row.elements ?? undefined,
      expanded: row.expanded ?? undefined,
      outputs: row.outputs ?? undefined,
      queuedAt: time(row.queued),
      startedAt: time(row.started),
      finishedAt: time(row.finished),
    });
  }
  return {
    spec,
    plan,
    taskRuns,
    counts: restoreCounts(plan, taskRuns),
    fields: {
      status: record.status,
      reason: record.reason ?? undefined,
      message: record.message ?? undefined,
      // A run that was being stopped before there were two ways of it.
      halt: record.control?.halt ?? (record.reason === "cancelled" && !isRunTerminal(record.status) ? "terminate" : undefined),
      paused: record.control?.paused && { ...record.control.paused, by: record.control.paused.by },
      deadline: record.control?.deadline,
      startedAt: time(record.started),
      finishedAt: time(record.finished),
    },
  };
}

function toAttempt(row: TaskRunRecord): AttemptState | undefined {
  if (row.attempt_status === null) return undefined;
  return {
    attempt: row.attempt,
    status: row.attempt_status,
    reason: row.attempt_reason ?? undefined,
    error: row.attempt_error ?? undefined,
    handle: row.handle ?? undefined,
    startedAt: time(row.attempt_started),
    finishedAt: time(row.attempt_finished),
    durationMs: row.duration_ms ?? undefined,
    cpuMs: row.cpu_ms ?? undefined,
    peakMemoryBytes: row.peak_memory_bytes ?? undefined,
  };
}

function time(value: number | null): number | undefined {
  return value === null ? undefined : Math.round(value);
}
