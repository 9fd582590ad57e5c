/** At most four numbers a run is known by: its numeric outputs, then the last values of its metrics. */
import type pg from "pg";
import { headlineOutputsSql, headlineSeriesSql } from "../db/run-read.sql";
import type { RunRow } from "./run-views";

const most = 4;

export async function readHeadlines(
  client: pg.ClientBase,
  workspaceId: string,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, RunRow["headline"]>> {
  const found = new Map<string, { name: string; value: number }[]>(runIds.map((id) => [id, []]));
  if (runIds.length === 0) return found;
  const outputs = await client.query<{ run_id: string; name: string; preview: unknown }>(headlineOutputsSql, [workspaceId, runIds]);
  for (const { run_id, name, preview } of outputs.rows) {
    const value = numberOf(preview);
    const headline = found.get(run_id);
    if (value !== undefined && headline && headline.length < most) headline.push({ name, value });
  }
  const short = runIds.filter((id) => found.get(id)!.length < most);
  if (short.length === 0) return found;
  const series = await client.query<{ run_id: string; name: string; id: number }>(headlineSeriesSql, [workspaceId, short]);
  // The first series of each name: two tasks with a metric of one name are one number too many for a headline.
  const wanted = new Map<string, Map<string, number>>();
  for (const { run_id, name, id } of series.rows) {
    const names = wanted.get(run_id) ?? new Map<string, number>();
    const told = found.get(run_id)!.some((output) => output.name === name);
    if (!told && !names.has(name) && names.size + found.get(run_id)!.length < most) names.set(name, id);
    wanted.set(run_id, names);
  }
  const ids = [...wanted.values()].flatMap((names) => [...names.values()]);
  if (ids.length === 0) return found;
  const last = await client.query<{ series_id: number; value: number }>("select series_id, value from metric_last($1)", [ids]);
  const values = new Map(last.rows.map((row) => [row.series_id, row.value]));
  for (const [runId, names] of wanted) {
    for (const [name, id] of names) {
      const value = values.get(id);
      if (value !== undefined && Number.isFinite(value)) found.get(runId)!.push({ name, value });
    }
  }
  return found;
}

/** The number in a small preview of a value (pipelines/protocol/preview). */
function numberOf(preview: unknown): number | undefined {
  const { type, value } = (preview ?? {}) as { type?: unknown; value?: unknown };
  return type === "tree" && typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
