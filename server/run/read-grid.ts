import type { Reason, RunStatus, TaskRunStatus, Trigger } from "@/pipelines/run/run";
import type { Database } from "../db/database";
import { gridCellsSql, gridRunsSql } from "../db/run-history.sql";
import { workspaceRead } from "../db/tenancy";
import type { GridCell, GridTask, RunGrid } from "./history-views";
import { duration } from "./view-rows";

interface RunRecord {
  readonly id: string;
  readonly number: number;
  readonly status: RunStatus;
  readonly trigger: Trigger;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly tasks: [key: string, title: string, mapped: boolean][] | null;
}

interface CellRecord {
  readonly run_id: string;
  readonly task_key: string;
  readonly id: string;
  readonly status: TaskRunStatus;
  readonly reason: Reason | null;
  readonly attempt: number;
  readonly counts: Partial<Record<TaskRunStatus, number>> | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

/** Fan-outs come counted, never element by element. */
export async function readGrid(
  database: Database,
  workspaceId: string,
  order: { readonly notebookId: string; readonly below: number | undefined; readonly limit: number },
): Promise<RunGrid> {
  return workspaceRead(database, workspaceId, async (client) => {
    const found = await client.query<RunRecord>(gridRunsSql, [workspaceId, order.notebookId, order.below ?? null, order.limit + 1]);
    const runs = found.rows.slice(0, order.limit);
    const { rows } = await client.query<CellRecord>(gridCellsSql, [workspaceId, runs.map(({ id }) => id)]);
    const cells = new Map<string, Record<string, GridCell>>(runs.map(({ id }) => [id, {}]));
    for (const row of rows) {
      cells.get(row.run_id)![row.task_key] = {
        taskRunId: row.id,
        status: row.status,
        reason: row.reason ?? undefined,
        attempt: row.attempt,
        counts: row.counts ?? undefined,
        durationMs: duration(row.started_at, row.finished_at),
      };
    }
    return {
      runs: runs.map((run) => ({
        id: run.id,
        number: run.number,
        status: run.status,
        trigger: run.trigger,
        createdAt: run.created_at.toISOString(),
        startedAt: run.started_at?.toISOString(),
        durationMs: duration(run.started_at, run.finished_at),
        cells: cells.get(run.id)!,
      })),
      tasks: mergeTasks(runs.map(({ tasks }) => tasks ?? [])),
      next: found.rows.length > order.limit ? runs.at(-1)!.number : undefined,
    };
  });
}

/** The newest run's order; a task that only older runs have stands behind the one that it followed there. */
function mergeTasks(plans: readonly (readonly [key: string, title: string, mapped: boolean][])[]): GridTask[] {
  const tasks: GridTask[] = [];
  for (const plan of plans) {
    plan.forEach(([key, title, mapped], n) => {
      if (tasks.some((task) => task.key === key)) return;
      const before = plan[n - 1]?.[0];
      tasks.splice(tasks.findIndex((task) => task.key === before) + 1 || (n === 0 ? 0 : tasks.length), 0, { key, title, mapped });
    });
  }
  return tasks;
}
