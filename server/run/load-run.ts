import { ordinalOf } from "@/pipelines/run/run-state";
import type { Pool } from "../db/pool";
import { loadRunSql, loadTaskRunsSql } from "../db/run.sql";
import { LiveRun } from "./live-run";
import { restoreRun, type RunRecord, type TaskRunRecord } from "./run-rows";

export interface LoadedRun extends LiveRun {
  readonly owner: string | undefined;
  /** Milliseconds that the leases of running attempts still have, by ordinal. */
  readonly leaseLeft: ReadonlyMap<number, number>;
}

/** A run as the database has it, from one snapshot. */
export async function loadRun(pool: Pool, runId: string): Promise<LoadedRun | undefined> {
  const client = await pool.connect();
  try {
    await client.query("begin isolation level repeatable read read only");
    const {
      rows: [record],
    } = await client.query<RunRecord>(loadRunSql, [runId]);
    const { rows } = await client.query<TaskRunRecord>(loadTaskRunsSql, [runId]);
    await client.query("commit");
    if (!record) return undefined;
    const run = new LiveRun(restoreRun(record, rows), record.revision, rows.length, record.number);
    const leaseLeft = new Map(rows.flatMap((row) => (row.lease_left === null ? [] : [[ordinalOf(row.id), row.lease_left] as const])));
    return Object.assign(run, { owner: record.owner ?? undefined, leaseLeft });
  } finally {
    client.release();
  }
}
