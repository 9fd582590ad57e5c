/** What attempts used over time, as pages draw it. Written by usage-keeper.ts. */
import type { Database } from "../db/database";
import { workspaceRead } from "../db/tenancy";
import { runUsageSql, taskUsageSql } from "../db/usage.sql";
import type { AttemptUsageView, RunUsageView } from "./history-views";

const parts = 100;

/** By attempt; those that ended within a second are not among them. */
export async function readTaskUsage(database: Database, workspaceId: string, taskRunId: string): Promise<AttemptUsageView[]> {
  const { rows } = await workspaceRead(database, workspaceId, (client) =>
    client.query<{ attempt: number; at: number[]; cpu: number[]; memory: number[]; started: number | null }>(taskUsageSql, [
      workspaceId,
      taskRunId,
    ]),
  );
  return rows.map(({ attempt, at, cpu, memory, started }) => ({
    attempt,
    at,
    memoryBytes: memory,
    cores: at.map((time, n) => {
      // CPU time counts from the attempt's start, so the first sample says what came before it.
      const passed = time - (n === 0 ? (started ?? time) : at[n - 1]!);
      return passed > 0 ? Math.max(0, cpu[n]! - (n === 0 ? 0 : cpu[n - 1]!)) / passed : undefined;
    }),
  }));
}

export async function readRunUsage(database: Database, workspaceId: string, runId: string): Promise<RunUsageView> {
  const { rows } = await workspaceRead(database, workspaceId, (client) =>
    client.query<{ at: number; cores: number; memory: number; attempts: number }>(runUsageSql, [workspaceId, runId, parts]),
  );
  return {
    at: rows.map(({ at }) => at),
    cores: rows.map(({ cores }) => cores),
    memoryBytes: rows.map(({ memory }) => memory),
    attempts: rows.map(({ attempts }) => attempts),
  };
}
