/** Ids that came from a caller, looked up in the caller's workspace before anything is done with them. */
import type { Database } from "../db/database";
import { workspaceRead } from "../db/tenancy";
import { notFound } from "../errors";
import type { RunStatus } from "@/pipelines/run/run";

export async function findRun(
  database: Database,
  workspaceId: string,
  id: string,
): Promise<{ readonly id: string; readonly status: RunStatus }> {
  const { rows } = await workspaceRead(database, workspaceId, (client) =>
    client.query<{ id: string; status: RunStatus }>("select id, status from run where workspace_id = $1 and id = $2", [workspaceId, id]),
  );
  if (!rows[0]) throw notFound("run");
  return rows[0];
}

export interface FoundAttempt {
  readonly runId: string;
  readonly ended: boolean;
}

/** Also of an attempt that has not begun, which has no words yet. */
export async function findAttempt(database: Database, workspaceId: string, taskRunId: string, attempt: number): Promise<FoundAttempt> {
  const { rows } = await workspaceRead(database, workspaceId, (client) =>
    client.query<{ run_id: string; ended: boolean }>(
      `select t.run_id, coalesce(a.finished_at is not null, t.finished_at is not null) as ended
       from task_run t left join attempt a on a.task_run_id = t.id and a.attempt = $3
       where t.workspace_id = $1 and t.id = $2`,
      [workspaceId, taskRunId, attempt],
    ),
  );
  const row = rows[0];
  if (!row) throw notFound("task run");
  return { runId: row.run_id, ended: row.ended };
}
