import type pg from "pg";
import type { Task } from "@/pipelines/compile/dag";
import type { OutputRef } from "@/pipelines/run/run";
import type { Database } from "../db/database";
import { calledBySql, previousRunSql, runSpecSql, taskOutputsSql, taskRunRowsSql } from "../db/run-read.sql";
import { workspaceRead } from "../db/tenancy";
import { notFound } from "../errors";
import { readHeadlines } from "./headlines";
import { readRunRow } from "./list-runs";
import { findLargeGroups, readGroups } from "./read-elements";
import { runHub } from "./run-hub";
import type { CalledBy, RunDetail } from "./run-views";
import { byOrdinal, toTaskRunRow, toValueView, type TaskRunRecord } from "./view-rows";

export async function viewRun(database: Database, workspaceId: string, id: string): Promise<RunDetail> {
  return workspaceRead(database, workspaceId, async (client) => {
    const { row, seq } = await readRunRow(client, workspaceId, id);
    const spec = (
      await client.query<{
        tasks: Task[];
        targets: string[] | null;
        cache: "use" | "off";
        timeout: number | null;
        outputs: { name: string; task: string }[];
        names: string[];
      }>(runSpecSql, [workspaceId, id])
    ).rows[0]!;
    const large = await findLargeGroups(client, workspaceId, id);
    const taskRuns = await client.query<TaskRunRecord>(taskRunRowsSql, [workspaceId, id, large]);
    const outputs = await client.query<{ task_key: string; outputs: Record<string, OutputRef> | null }>(taskOutputsSql, [
      workspaceId,
      id,
      [...new Set(spec.outputs.map(({ task }) => task))],
    ]);
    const given = new Map(outputs.rows.map((each) => [each.task_key, each.outputs]));
    const before =
      row.notebookId === undefined
        ? undefined
        : (await client.query<{ id: string; number: number }>(previousRunSql, [workspaceId, row.notebookId, row.number])).rows[0];
    return {
      ...row,
      // The database keeps them by length of their names; people, in the order of the notebook.
      params: Object.fromEntries(
        [...spec.names.filter((name) => name in row.params), ...Object.keys(row.params)].map((name) => [name, row.params[name]!]),
      ),
      tasks: spec.tasks,
      targets: spec.targets ?? undefined,
      cache: spec.cache,
      timeout: spec.timeout ?? undefined,
      taskRuns: taskRuns.rows.sort(byOrdinal).map((record) => toTaskRunRow(record, runHub.progressOf(record.id))),
      groups: await readGroups(client, workspaceId, id, large),
      outputs: spec.outputs.map(({ name, task }) => {
        const value = given.get(task)?.[name];
        return {
          name,
          task,
          value: value && !("list" in value) ? toValueView(value) : undefined,
          count: value && "list" in value ? value.list.length : undefined,
        };
      }),
      previous: before && { ...before, headline: (await readHeadlines(client, workspaceId, [before.id])).get(before.id)! },
      calledBy: await readCaller(client, workspaceId, id),
      lastSeq: seq,
    };
  });
}

interface CallerRecord {
  readonly parent_run_id: string;
  readonly number: number;
  readonly task_run_id: string;
  readonly map_index: number | null;
  readonly task_key: string;
  readonly title: string | null;
}

async function readCaller(client: pg.ClientBase, workspaceId: string, id: string): Promise<CalledBy | undefined> {
  const row = (await client.query<CallerRecord>(calledBySql, [workspaceId, id])).rows[0];
  return (
    row && {
      runId: row.parent_run_id,
      runNumber: row.number,
      taskRunId: row.task_run_id,
      taskTitle: row.title || row.task_key,
      mapIndex: row.map_index ?? undefined,
    }
  );
}

/** The notebook's text as it ran. */
export async function readRunSource(database: Database, workspaceId: string, id: string): Promise<string> {
  const { rows } = await workspaceRead(database, workspaceId, (client) =>
    client.query<{ source: string }>("select source from run where workspace_id = $1 and id = $2", [workspaceId, id]),
  );
  if (!rows[0]) throw notFound("run");
  return rows[0].source;
}
