/** What a notebook's page shows beside each cell when it is opened. */
import type { Json } from "@/pipelines/compile/dag";
import { displayValuePrefix, type Display } from "@/pipelines/protocol/display";
import type { OutputRef, RunStatus, TaskError, TaskRunStatus } from "@/pipelines/run/run";
import type { Database } from "../db/database";
import { activeRunSql, cellStatesSql } from "../db/run-read.sql";
import { workspaceRead } from "../db/tenancy";
import { readRunRow } from "./list-runs";
import { runHub } from "./run-hub";
import type { CellState, RunRow } from "./run-views";
import { bytesOf, summaryOf, toTaskRunRow, type TaskRunRecord } from "./view-rows";

interface StateRecord extends TaskRunRecord {
  readonly run_id: string;
  readonly run_number: number;
  readonly run_status: RunStatus;
  readonly error: TaskError | null;
  readonly displays: Display[] | null;
  readonly outputs: Record<string, OutputRef> | null;
  readonly params: Record<string, Json>;
  readonly fingerprint: string | null;
  readonly elements: Partial<Record<TaskRunStatus, number>> | null;
}

export async function readCellStates(
  database: Database,
  workspaceId: string,
  notebookId: string,
): Promise<{ cells: CellState[]; activeRun: RunRow | undefined }> {
  return workspaceRead(database, workspaceId, async (client) => {
    const { rows } = await client.query<StateRecord>(cellStatesSql, [workspaceId, notebookId]);
    const active = (await client.query<{ id: string }>(activeRunSql, [workspaceId, notebookId])).rows[0];
    return {
      cells: rows.map((record) => ({
        taskKey: record.task_key,
        runId: record.run_id,
        runNumber: record.run_number,
        runStatus: record.run_status,
        taskRun: toTaskRunRow(record, runHub.progressOf(record.id)),
        elements: record.elements ?? undefined,
        fingerprint: record.fingerprint ?? "",
        params: record.params,
        error: record.error ?? undefined,
        displays: record.displays ?? [],
        outputs: Object.entries(record.outputs ?? {})
          .filter(([name]) => !name.startsWith(displayValuePrefix))
          .map(([name, output]) => ({ name, summary: summaryOf(output), bytes: bytesOf(output) })),
      })),
      activeRun: active && (await readRunRow(client, workspaceId, active.id)).row,
    };
  });
}
