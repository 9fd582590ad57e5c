/** Series of runs, thinned in the database. A cached task shows the points of the task run whose result it reuses. */
import type pg from "pg";
import type { Database } from "../db/database";
import { workspaceRead } from "../db/tenancy";
import { notFound } from "../errors";
import { mergeSummaries, type SeriesSummary } from "@/pipelines/metric/summarise";
import type { MetricSummary, SeriesPoint, SeriesView } from "./metric-views";

interface SeriesRecord {
  readonly run_id: string;
  readonly task_run_id: string;
  readonly task_key: string;
  readonly map_index: number | null;
  readonly name: string;
  readonly id: number;
}

/** $1 workspace, $2 runs, $3 names or null. Of each task run the newest attempt that has a series of that name. */
const seriesSql = `
select t.run_id, t.id as task_run_id, t.task_key, t.map_index, s.name, s.id
from task_run t
cross join lateral (
  select distinct on (m.name) m.name, m.id from metric_series m
  where m.task_run_id = coalesce(t.cached_from, t.id) and m.workspace_id = t.workspace_id and ($3::text[] is null or m.name = any($3))
  order by m.name, m.attempt desc
) s
where t.workspace_id = $1 and t.run_id = any($2)
order by t.run_id, s.name, t.task_key, t.map_index nulls first`;

export interface SeriesOrder {
  readonly runIds: readonly string[];
  readonly names: readonly string[] | undefined;
  readonly points: number;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

export async function readSeries(database: Database, workspaceId: string, order: SeriesOrder): Promise<SeriesView[]> {
  return workspaceRead(database, workspaceId, async (client) => {
    await checkRuns(client, workspaceId, order.runIds);
    const { rows: series } = await client.query<SeriesRecord>(seriesSql, [workspaceId, order.runIds, order.names ?? null]);
    if (series.length === 0) return [];
    const { rows } = await client.query<{
      series_id: number;
      points: string;
      step: number;
      at: number;
      value: number;
      low: number | null;
      high: number | null;
    }>("select series_id, points, step, at, value, low, high from metric_points($1, $2, $3, $4)", [
      [...new Set(series.map(({ id }) => id))],
      order.points,
      order.from ?? "-Infinity",
      order.to ?? "Infinity",
    ]);
    const found = new Map<number, { count: number; points: SeriesPoint[] }>();
    for (const row of rows) {
      let one = found.get(row.series_id);
      if (!one) found.set(row.series_id, (one = { count: Number(row.points), points: [] }));
      one.points.push({
        step: row.step,
        time: Math.round(row.at),
        value: toJsonNumber(row.value),
        min: row.low ?? undefined,
        max: row.high ?? undefined,
      });
    }
    return series.map((each) => ({
      runId: each.run_id,
      taskRunId: each.task_run_id,
      taskKey: each.task_key,
      mapIndex: each.map_index ?? undefined,
      name: each.name,
      count: found.get(each.id)?.count ?? 0,
      points: found.get(each.id)?.points ?? [],
    }));
  });
}

/** One line for each run and name; a fan-out's elements together. */
export async function readSummaries(database: Database, workspaceId: string, runIds: readonly string[]): Promise<MetricSummary[]> {
  return workspaceRead(database, workspaceId, async (client) => {
    await checkRuns(client, workspaceId, runIds);
    const { rows: series } = await client.query<SeriesRecord>(seriesSql, [workspaceId, runIds, null]);
    if (series.length === 0) return [];
    const { rows } = await client.query<{
      series_id: number;
      points: string;
      last: number;
      low: number | null;
      high: number | null;
      mean: number | null;
    }>("select series_id, points, last, low, high, mean from metric_summaries($1)", [[...new Set(series.map(({ id }) => id))]]);
    const one = new Map<number, SeriesSummary>(
      rows.map((row) => [
        row.series_id,
        { count: Number(row.points), last: row.last, min: row.low ?? NaN, max: row.high ?? NaN, mean: row.mean ?? NaN },
      ]),
    );
    const groups = new Map<string, { runId: string; name: string; parts: SeriesSummary[] }>();
    for (const { run_id, name, id } of series) {
      const summary = one.get(id);
      if (!summary) continue;
      const key = `${run_id}/${name}`;
      const group = groups.get(key) ?? { runId: run_id, name, parts: [] };
      group.parts.push(summary);
      groups.set(key, group);
    }
    return [...groups.values()].map(({ runId, name, parts }) => {
      const { count, last, min, max, mean } = mergeSummaries(parts);
      return { runId, name, count, last: toJsonNumber(last), min: toJsonNumber(min), max: toJsonNumber(max), mean: toJsonNumber(mean) };
    });
  });
}

export async function checkRuns(client: pg.ClientBase, workspaceId: string, ids: readonly string[]): Promise<void> {
  const { rowCount } = await client.query("select id from run where workspace_id = $1 and id = any($2)", [workspaceId, ids]);
  if (rowCount !== new Set(ids).size) throw notFound("run");
}

/** JSON has no word for them. */
function toJsonNumber(value: number): number | "NaN" | "Infinity" | "-Infinity" {
  return Number.isFinite(value) ? value : (String(value) as "NaN" | "Infinity" | "-Infinity");
}
