import type { Database } from "../db/database";
import { changedTaskRunsSql, taskRunRowsByIdSql } from "../db/run-read.sql";
import { workspaceRead } from "../db/tenancy";
import { coalesce } from "./coalesce";
import { readRunRow } from "./list-runs";
import { findLargeGroups, readGroups } from "./read-elements";
import { runHub } from "./run-hub";
import type { RunPatch } from "./run-views";
import { byOrdinal, toTaskRunRow, type TaskRunRecord } from "./view-rows";

export interface RunWatch {
  readonly workspaceId: string;
  readonly runId: string;
  /** The last revision the reader has. */
  readonly seq: number;
  readonly signal: AbortSignal | undefined;
}

/** A page shows no more of a run than four pictures a second. */
const betweenMs = 250;

/** What changed since `seq`, then each change; ends when the run's end was told. A wrong id throws before anything is told. */
export async function* watchRun(database: Database, watch: RunWatch): AsyncGenerator<RunPatch> {
  const { workspaceId, runId, signal } = watch;
  let seq = watch.seq;
  const news = coalesce({
    hub: runHub,
    signal,
    betweenMs,
    wants: (each) => each.runId === runId && each.workspaceId === workspaceId && each.type !== "logs" && each.type !== "metrics",
  });
  for await (const batch of news) {
    const moved = batch.flatMap((each) => (each.type === "progress" || each.type === "calls" ? [each.taskRunId] : []));
    const patch = await readPatch(database, workspaceId, runId, seq, moved);
    if (patch.seq !== seq || patch.taskRuns.length > 0) {
      seq = patch.seq;
      yield patch;
    }
    if (patch.run.finishedAt !== undefined) return;
  }
}

async function readPatch(
  database: Database,
  workspaceId: string,
  runId: string,
  since: number,
  moved: readonly string[],
): Promise<RunPatch> {
  return workspaceRead(database, workspaceId, async (client) => {
    const { row, seq } = await readRunRow(client, workspaceId, runId);
    const events = await client.query<{ task_runs: [string, ...unknown[]][] | null }>(changedTaskRunsSql, [workspaceId, runId, since]);
    const ids = new Set([...moved, ...events.rows.flatMap(({ task_runs }) => (task_runs ?? []).map(([id]) => id))]);
    const large = ids.size === 0 ? [] : await findLargeGroups(client, workspaceId, runId);
    const rows = ids.size === 0 ? [] : (await client.query<TaskRunRecord>(taskRunRowsByIdSql, [workspaceId, [...ids], large])).rows;
    return {
      seq,
      run: row,
      taskRuns: rows.sort(byOrdinal).map((record) => toTaskRunRow(record, runHub.progressOf(record.id))),
      // Without asking which of them changed: there are one or two.
      groups: await readGroups(client, workspaceId, runId, large),
    };
  });
}
