/** Large fan-outs as pages see them: counted as a whole, and their elements a page at a time. Neighbours: view-run.ts, watch-run.ts. */
import type pg from "pg";
import type { TaskRunStatus } from "@/pipelines/run/run";
import type { Database } from "../db/database";
import { elementCountSql, elementPageSql, groupCountsSql, groupCulpritsSql, largeGroupsSql } from "../db/run-read.sql";
import { workspaceRead } from "../db/tenancy";
import { runHub } from "./run-hub";
import type { ElementGroup, ElementPage } from "./run-views";
import { toTaskRunRow, type TaskRunRecord } from "./view-rows";

/** Fan-outs of up to so many elements are told whole with their run. */
export const mostTold = 200;

const ended: ReadonlySet<TaskRunStatus> = new Set(["succeeded", "cached", "failed", "skipped", "cancelled"]);

export async function findLargeGroups(client: pg.ClientBase, workspaceId: string, runId: string): Promise<string[]> {
  const { rows } = await client.query<{ task_key: string }>(largeGroupsSql, [workspaceId, runId, mostTold]);
  return rows.map(({ task_key }) => task_key);
}

interface CountRecord {
  readonly task_key: string;
  readonly status: TaskRunStatus;
  readonly count: number;
  readonly queued_at: Date | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

export async function readGroups(
  client: pg.ClientBase,
  workspaceId: string,
  runId: string,
  taskKeys: readonly string[],
): Promise<Record<string, ElementGroup>> {
  if (taskKeys.length === 0) return {};
  const { rows } = await client.query<CountRecord>(groupCountsSql, [workspaceId, runId, taskKeys]);
  const failing = [...new Set(rows.filter(({ status }) => status === "failed").map(({ task_key }) => task_key))];
  const culprits = failing.length === 0 ? [] : (await client.query<TaskRunRecord>(groupCulpritsSql, [workspaceId, runId, failing])).rows;
  const groups: Record<string, ElementGroup> = {};
  for (const key of taskKeys) {
    const own = rows.filter(({ task_key }) => task_key === key);
    const culprit = culprits.find(({ task_key }) => task_key === key);
    groups[key] = {
      total: own.reduce((sum, { count }) => sum + count, 0),
      counts: Object.fromEntries(own.map(({ status, count }) => [status, count])),
      queuedAt: extreme(own, "queued_at", Math.min),
      startedAt: extreme(own, "started_at", Math.min),
      finishedAt: own.every(({ status }) => ended.has(status)) ? extreme(own, "finished_at", Math.max) : undefined,
      culprit: culprit && toTaskRunRow(culprit, undefined),
    };
  }
  return groups;
}

function extreme(
  rows: readonly CountRecord[],
  of: "queued_at" | "started_at" | "finished_at",
  pick: (...times: number[]) => number,
): string | undefined {
  const times = rows.flatMap((row) => row[of]?.getTime() ?? []);
  return times.length === 0 ? undefined : new Date(pick(...times)).toISOString();
}

export async function readElements(
  database: Database,
  workspaceId: string,
  order: {
    readonly id: string;
    readonly taskKey: string;
    readonly status: TaskRunStatus | undefined;
    readonly order: "graph" | "start";
    readonly from: number;
    readonly limit: number;
  },
): Promise<ElementPage> {
  const which = [workspaceId, order.id, order.taskKey, order.status ?? null];
  return workspaceRead(database, workspaceId, async (client) => {
    const { rows } = await client.query<TaskRunRecord>(elementPageSql, [...which, order.limit, order.from, order.order === "start"]);
    const count = await client.query<{ total: number }>(elementCountSql, which);
    return { rows: rows.map((record) => toTaskRunRow(record, runHub.progressOf(record.id))), total: count.rows[0]!.total };
  });
}
