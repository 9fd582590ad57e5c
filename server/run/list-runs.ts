import type pg from "pg";
import type { Database } from "../db/database";
import { runListSql, runRowsByIdSql } from "../db/run-read.sql";
import { workspaceRead } from "../db/tenancy";
import { AppError, notFound } from "../errors";
import type { RunStatus, Trigger } from "@/pipelines/run/run";
import { readHeadlines } from "./headlines";
import type { RunRow } from "./run-views";
import { toRunRow, type RunRecord } from "./view-rows";

export interface RunFilter {
  readonly notebookId?: string | undefined;
  readonly status?: RunStatus | undefined;
  readonly trigger?: Trigger | undefined;
  /** Only those that are kept for good. */
  readonly pinned?: boolean | undefined;
  /** As the last page gave it. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Newest first. A page goes on below the last number seen, so that new runs shift nothing. */
export async function listRuns(
  database: Database,
  workspaceId: string,
  filter: RunFilter,
): Promise<{ rows: RunRow[]; nextCursor: string | undefined }> {
  const below = filter.cursor === undefined ? null : Number(filter.cursor);
  if (below !== null && !Number.isSafeInteger(below))
    throw new AppError("BAD_REQUEST", "The cursor is none that a page of this list gave.");
  return workspaceRead(database, workspaceId, async (client) => {
    const { rows } = await client.query<RunRecord>(runListSql, [
      workspaceId,
      filter.notebookId ?? null,
      filter.status ?? null,
      below,
      filter.limit + 1,
      filter.trigger ?? null,
      filter.pinned ?? null,
    ]);
    const page = rows.slice(0, filter.limit);
    const headlines = await readHeadlines(
      client,
      workspaceId,
      page.map((row) => row.id),
    );
    return {
      rows: page.map((row) => toRunRow(row, headlines.get(row.id)!)),
      nextCursor: rows.length > filter.limit ? String(page.at(-1)!.number) : undefined,
    };
  });
}

export async function readRunRow(client: pg.ClientBase, workspaceId: string, id: string): Promise<{ row: RunRow; seq: number }> {
  const { rows } = await client.query<RunRecord>(runRowsByIdSql, [workspaceId, [id]]);
  const record = rows[0];
  if (!record) throw notFound("run");
  const headlines = await readHeadlines(client, workspaceId, [id]);
  return { row: toRunRow(record, headlines.get(id)!), seq: record.seq };
}
