import type { Json, Task } from "@/pipelines/compile/dag";
import { displayValuePrefix, type Display } from "@/pipelines/protocol/display";
import type { AttemptStatus, OutputRef, Reason, RunStatus, TaskError, ValueRef } from "@/pipelines/run/run";
import type { Database } from "../db/database";
import { artifactsSql, attemptsSql, calledRunsSql, taskOutputsSql, taskRunDetailSql } from "../db/run-read.sql";
import { workspaceRead } from "../db/tenancy";
import { notFound } from "../errors";
import { runHub } from "./run-hub";
import type { AttemptRow, CalledRun, TaskRunDetail, Why } from "./run-views";
import { duration, toTaskRunRow, toValueView, toValueViews, type TaskRunRecord } from "./view-rows";
import { whySentence } from "./why-sentence";

interface DetailRecord extends TaskRunRecord {
  readonly run_id: string;
  readonly error: TaskError | null;
  readonly displays: Display[] | null;
  readonly outputs: Record<string, OutputRef> | null;
  readonly elements: Record<string, ValueRef> | null;
  readonly why: { readonly type: Why["type"]; readonly name?: string } | null;
  readonly params: Record<string, Json>;
  readonly task: Task;
}

interface AttemptRecord {
  readonly attempt: number;
  readonly status: AttemptStatus;
  readonly reason: Reason | null;
  readonly error: TaskError | null;
  readonly handle: string | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly duration_ms: number | null;
  readonly cpu_ms: number | null;
  readonly peak_memory_bytes: number | null;
  readonly log_records: number;
  readonly log_cut: number;
}

export async function viewTaskRun(database: Database, workspaceId: string, id: string): Promise<TaskRunDetail> {
  return workspaceRead(database, workspaceId, async (client) => {
    const record = (await client.query<DetailRecord>(taskRunDetailSql, [workspaceId, id])).rows[0];
    if (!record) throw notFound("task run");
    const attempts = await client.query<AttemptRecord>(attemptsSql, [workspaceId, id]);
    const artifacts = await client.query<{ name: string; type: string; value: ValueRef; metadata: Json }>(artifactsSql, [
      workspaceId,
      record.cached_from ?? id,
    ]);
    const upstream = await client.query<{ task_key: string; outputs: Record<string, OutputRef> | null }>(taskOutputsSql, [
      workspaceId,
      record.run_id,
      record.task.needs.map(({ task }) => task),
    ]);
    const called = await client.query<CalledRecord>(calledRunsSql, [workspaceId, id]);
    const given = new Map(upstream.rows.map((each) => [each.task_key, each.outputs]));
    const own = Object.entries(record.elements ?? {}).map(([name, value]) => ({ name, task: record.task_key, value: toValueView(value) }));
    const why = record.why ?? { type: "not-started" as const };
    const read = new Set(record.task.params);
    return {
      ...toTaskRunRow(record, runHub.progressOf(id)),
      runId: record.run_id,
      error: record.error ?? undefined,
      displays: record.displays ?? [],
      attempts: attempts.rows.map(toAttemptRow),
      inputs: [
        ...own,
        ...record.task.needs.flatMap(({ task, names }) =>
          names.map((name) => ({ name, task, value: toValueViews(given.get(task)?.[name]) })),
        ),
      ],
      outputs: Object.entries(record.outputs ?? {}).flatMap(([name, output]) =>
        "list" in output || name.startsWith(displayValuePrefix) ? [] : [{ name, value: toValueView(output) }],
      ),
      params: Object.fromEntries(Object.entries(record.params).filter(([name]) => read.has(name))),
      calledRuns: called.rows.map(toCalledRun),
      why: { type: why.type, name: why.name, sentence: whySentence(why.type, why.name) },
      artifacts: artifacts.rows.map((artifact) => ({ ...artifact, value: toValueView(artifact.value) })),
    };
  });
}

interface CalledRecord {
  readonly id: string;
  readonly number: number;
  readonly notebook_title: string;
  readonly status: RunStatus;
  readonly message: string | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly params: Record<string, Json>;
  readonly try: number;
}

function toCalledRun(record: CalledRecord): CalledRun {
  const { id, number, status, params } = record;
  return {
    id,
    number,
    notebookTitle: record.notebook_title,
    status,
    message: record.message ?? undefined,
    startedAt: record.started_at?.toISOString(),
    durationMs: duration(record.started_at, record.finished_at),
    params,
    try: record.try,
  };
}

function toAttemptRow(record: AttemptRecord): AttemptRow {
  return {
    attempt: record.attempt,
    status: record.status,
    reason: record.reason ?? undefined,
    error: record.error ?? undefined,
    handle: record.handle ?? undefined,
    startedAt: record.started_at?.toISOString(),
    finishedAt: record.finished_at?.toISOString(),
    durationMs: record.duration_ms ?? undefined,
    cpuMs: record.cpu_ms ?? undefined,
    peakMemoryBytes: record.peak_memory_bytes ?? undefined,
    logRecords: record.log_records,
    logCut: record.log_cut,
  };
}
