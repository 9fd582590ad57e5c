/** What waits for an answer in a workspace, for one caller. */
import type { Task } from "@/pipelines/compile/dag";
import type { OutputRef } from "@/pipelines/run/run";
import type { Database } from "../db/database";
import { inboxSql, taskOutputsSql } from "../db/run-read.sql";
import { workspaceRead } from "../db/tenancy";
import type { Caller } from "../trpc";
import type { InboxItem } from "./run-views";
import { summaryOf } from "./view-rows";

interface InboxRecord {
  readonly task_run_id: string;
  readonly task_key: string;
  readonly since: Date | null;
  readonly not_before: Date | null;
  readonly run_id: string;
  readonly number: number;
  readonly notebook_id: string | null;
  readonly notebook_title: string;
  readonly created_by: string | null;
  readonly task: Task;
}

export async function readInbox(database: Database, caller: Caller): Promise<readonly InboxItem[]> {
  const { workspaceId, userId, role } = caller;
  return workspaceRead(database, workspaceId, async (client) => {
    const { rows } = await client.query<InboxRecord>(inboxSql, [workspaceId]);
    if (rows.length === 0) return [];
    const me = (await client.query<{ name: string; email: string }>('select name, email from "user" where id = $1', [userId])).rows[0]!;
    const items: InboxItem[] = [];
    for (const row of rows) {
      const { task } = row;
      const assignees = assigneesOf(task);
      const needs = task.needs.map((need) => need.task);
      const upstream = await client.query<{ outputs: Record<string, OutputRef> | null }>(taskOutputsSql, [workspaceId, row.run_id, needs]);
      const given = Object.assign({}, ...upstream.rows.map(({ outputs }) => outputs ?? {})) as Record<string, OutputRef>;
      items.push({
        taskRunId: row.task_run_id,
        taskKey: row.task_key,
        title: task.title || task.key,
        runId: row.run_id,
        runNumber: row.number,
        notebookId: row.notebook_id ?? undefined,
        notebookTitle: row.notebook_title,
        createdBy: row.created_by ?? undefined,
        body: fillIn(task.body ?? "", given),
        form: task.settings["form"],
        assignees,
        mine: role !== "viewer" && mayAnswer(assignees, { ...me, role }),
        since: row.since?.toISOString(),
        dueAt: row.not_before?.toISOString(),
      });
    }
    return items;
  });
}

export function assigneesOf(task: Task): readonly string[] {
  return (task.settings["assignees"] ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

/** By name or e-mail; nobody named: everybody who may run things. An owner always may. */
export function mayAnswer(
  assignees: readonly string[],
  me: { readonly name: string; readonly email: string; readonly role: string },
): boolean {
  if (assignees.length === 0 || me.role === "owner") return true;
  return assignees.some((one) => one.toLowerCase() === me.email || one === me.name);
}

/** `${name}` in the text of an approval is the value, as one line says it. */
export function fillIn(body: string, given: Readonly<Record<string, OutputRef>>): string {
  return body.replace(/\$\{([^}]+)\}/gu, (whole, name: string) => {
    const value = given[name];
    if (value === undefined) return whole;
    const summary = summaryOf(value);
    const scalar = /^(?:number|boolean|bigint) · (.*)$/u.exec(summary)?.[1];
    return scalar ?? /^string · "(.*)"$/u.exec(summary)?.[1] ?? summary;
  });
}
