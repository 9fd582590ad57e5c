import type { Database } from "../db/database";
import { runEventsSql } from "../db/run-history.sql";
import { workspaceRead } from "../db/tenancy";
import { findRun } from "./find-run";
import type { RunHistory, RunHistoryEvent, TaskChange } from "./history-views";

interface EventRecord {
  readonly seq: number;
  readonly at: Date;
  readonly status: RunHistoryEvent["status"] | null;
  readonly acts: Partial<RunHistoryEvent["acts"][number]>[] | null;
  readonly changes: { [K in keyof TaskChange]: TaskChange[K] | null }[] | null;
}

/** What happened in a run, in pages, newest first. */
export async function readHistory(
  database: Database,
  workspaceId: string,
  order: { readonly id: string; readonly taskKey: string | undefined; readonly below: number | undefined; readonly limit: number },
): Promise<RunHistory> {
  await findRun(database, workspaceId, order.id);
  const { rows } = await workspaceRead(database, workspaceId, (client) =>
    client.query<EventRecord>(runEventsSql, [workspaceId, order.id, order.below ?? null, order.taskKey ?? null, order.limit + 1]),
  );
  const page = rows.slice(0, order.limit);
  return {
    events: page.map(({ seq, at, status, acts, changes }) => ({
      seq,
      at: at.toISOString(),
      status: status ?? undefined,
      acts: (acts ?? []).map(({ type, by, note, taskRunId }) => ({ type: type!, by, note, taskRunId })),
      changes: (changes ?? []).map((change) => ({
        ...(change as TaskChange),
        reason: change.reason ?? undefined,
        mapIndex: change.mapIndex ?? undefined,
      })),
    })),
    next: rows.length > order.limit ? page.at(-1)!.seq : undefined,
  };
}
