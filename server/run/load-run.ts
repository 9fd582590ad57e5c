import { ordinalOf } from "@/pipelines/run/run-state";
import type { Pool } from "../db/pool";
import { beginReadSql, commitReadSql, loadRunSql, loadTaskRunsSql } from "../db/run.sql";
import { LiveRun } from "./live-run";
import { restoreRun, type RunRecord, type TaskRunRecord } from "./run-rows";

export interface LoadedRun extends LiveRun {
  readonly owner: string | undefined;
  /** Of running attempts, by ordinal: the milliseconds that are left, and who launched it. */
  readonly leases: ReadonlyMap<number, { readonly left: number; readonly server: string | null }>;
}

/** A run as the database has it, from one snapshot. */
export async function loadRun(pool: Pool, runId: string): Promise<LoadedRun | undefined> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(beginReadSql);
    const {
      rows: [record],
    } = await client.query<RunRecord>(loadRunSql, [runId]);
    const { rows } = await client.query<TaskRunRecord>(loadTaskRunsSql, [runId]);
    await client.query(commitReadSql);
    if (!record) return undefined;
    const run = new LiveRun(restoreRun(record, rows), record.revision, rows.length);
    const leases = new Map(
      rows.flatMap(({ id, lease_left, server }) => (lease_left === null ? [] : [[ordinalOf(id), { left: lease_left, server }] as const])),
    );
    return Object.assign(run, { owner: record.owner ?? undefined, leases });
  } catch (error) {
    // Whoever had it next would be in the transaction that failed here.
    broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}
