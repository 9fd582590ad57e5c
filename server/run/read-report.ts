/** A run as the command line tells it: statuses, outputs as JSON, metrics summarised. */
import type { Json } from "@/pipelines/compile/dag";
import { lineWords } from "@/pipelines/notebook/line-words";
import { jsonOfPreview } from "@/pipelines/protocol/json-of-preview";
import type { OutputRef, Reason, RunSpec, RunStatus, TaskError, TaskRunStatus, ValueRef } from "@/pipelines/run/run";
import type { ValueStore } from "../artifact/store";
import type { Pool } from "../db/pool";
import { readPreview } from "./preview-value";
import { reportMetricsSql, reportRunSql, reportTasksSql } from "../db/run-report.sql";

export interface RunReport {
  readonly run: {
    readonly id: string;
    readonly status: RunStatus;
    readonly reason?: Reason;
    readonly message?: string;
    readonly durationMs: number;
  };
  readonly tasks: readonly TaskReport[];
  readonly outputs: Readonly<Record<string, Json>>;
  readonly metrics: Readonly<Record<string, { readonly count: number; readonly last: number; readonly min: number; readonly max: number }>>;
}

export interface TaskReport {
  readonly key: string;
  readonly mapIndex?: number;
  readonly status: TaskRunStatus;
  readonly reason?: Reason;
  readonly attempts: number;
  readonly durationMs: number;
  /** Id of the task run whose result this one reuses. */
  readonly cachedFrom?: string;
  /** The line that matters, with its place. */
  readonly error?: string;
}

export async function readStatus(pool: Pool, runId: string): Promise<RunReport["run"]> {
  const { rows } = await pool.query<RunRecord>(reportRunSql, [runId]);
  const { status, reason, message, duration_ms } = rows[0]!;
  return { id: runId, status, ...(reason && { reason }), ...(message && { message }), durationMs: Math.round(duration_ms) };
}

/** Without the row that stands for a fan-out as a whole, once it has elements. */
export async function readTasks(pool: Pool, runId: string): Promise<readonly TaskReport[]> {
  const { rows } = await pool.query<TaskRecord>(reportTasksSql, [runId]);
  return rows.map(({ task_key, map_index, status, reason, attempt, duration_ms, cached_from, error }) => ({
    key: task_key,
    ...(map_index !== null && { mapIndex: map_index }),
    status,
    ...(reason && { reason }),
    attempts: attempt,
    durationMs: Math.round(duration_ms ?? 0),
    ...(cached_from && { cachedFrom: cached_from }),
    ...(error && { error: errorLine(error) }),
  }));
}

export async function readReport(pool: Pool, store: ValueStore, runId: string): Promise<RunReport> {
  const { rows } = await pool.query<RunRecord>(reportRunSql, [runId]);
  const metrics = await pool.query<{ name: string; count: number; last: number; min: number; max: number }>(reportMetricsSql, [runId]);
  return {
    run: await readStatus(pool, runId),
    tasks: await readTasks(pool, runId),
    outputs: await readOutputs(pool, store, runId, rows[0]!.spec),
    metrics: Object.fromEntries(metrics.rows.map(({ name, ...summary }) => [name, summary])),
  };
}

interface RunRecord {
  readonly status: RunStatus;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly duration_ms: number;
  readonly spec: RunSpec;
}

interface TaskRecord {
  readonly task_key: string;
  readonly map_index: number | null;
  readonly status: TaskRunStatus;
  readonly reason: Reason | null;
  readonly attempt: number;
  readonly duration_ms: number | null;
  readonly cached_from: string | null;
  readonly error: TaskError | null;
}

async function readOutputs(pool: Pool, store: ValueStore, runId: string, spec: RunSpec): Promise<Record<string, Json>> {
  const { rows } = await pool.query<{ task_key: string; outputs: Record<string, OutputRef> | null }>(
    "select task_key, outputs from task_run where run_id = $1 and map_index is null and status in ('succeeded', 'cached')",
    [runId],
  );
  const byTask = new Map(rows.map((row) => [row.task_key, row.outputs]));
  const outputs: Record<string, Json> = {};
  for (const { name, task } of spec.dag.outputs) {
    const output = byTask.get(task)?.[name];
    if (output === undefined) continue;
    outputs[name] =
      "list" in output
        ? await Promise.all(output.list.map((ref) => toJson(store, spec.workspaceId, ref)))
        : await toJson(store, spec.workspaceId, output);
  }
  return outputs;
}

/** What is too large for JSON (a model, a long table) is told by its summary. */
async function toJson(store: ValueStore, workspaceId: string, ref: ValueRef): Promise<Json> {
  const preview = await readPreview(store, workspaceId, ref);
  const json = preview && jsonOfPreview(preview);
  return json === undefined ? ref.summary : json;
}

function errorLine({ name, message, frames }: TaskError): string {
  const [frame] = frames;
  return `${name}: ${message}${frame ? ` (${frame.cellKey}${frame.line > 0 ? `:${frame.line}:${frame.column}` : `, ${lineWords(0)}`})` : ""}`;
}
