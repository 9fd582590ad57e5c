/**
 * Appends metric points. Words of many attempts that arrive while a statement is in flight go together in the next;
 * each promise resolves after the commit that holds its points, which is when the sender may forget them.
 */
import type { MetricWord } from "../executor/executor";
import { appendPointsSql, ensureSeriesSql } from "../db/metric.sql";
import { isConnectionError, type Pool } from "../db/pool";
import { toText } from "../db/to-json";

export interface MetricOrigin {
  readonly workspaceId: string;
  readonly runId: string;
  readonly taskRunId: string;
  readonly attempt: number;
  readonly taskKey: string;
  readonly mapIndex: number | undefined;
}

export interface MetricWriter {
  append(origin: MetricOrigin, points: readonly MetricWord[]): Promise<void>;
}

interface Batch {
  readonly origin: MetricOrigin;
  readonly points: readonly MetricWord[];
  resolve(): void;
  reject(error: unknown): void;
}

const mostPoints = 20_000;
const mostSeriesKnown = 50_000;

export function createMetricWriter(pool: Pool): MetricWriter {
  const waiting: Batch[] = [];
  let busy = false;
  const series = new Map<string, number>();

  async function drain(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const batches: Batch[] = [];
      for (let points = 0; waiting.length > 0 && points < mostPoints;) {
        const batch = waiting.shift()!;
        points += batch.points.length;
        batches.push(batch);
      }
      await keep(batches);
    }
    busy = false;
  }

  /** A batch that the database refuses must not keep the others from being stored. */
  async function keep(batches: readonly Batch[]): Promise<void> {
    try {
      await insistently(() => store(batches));
      for (const batch of batches) batch.resolve();
    } catch (error) {
      if (batches.length > 1) for (const batch of batches) await keep([batch]);
      else batches[0]!.reject(error);
    }
  }

  async function store(batches: readonly Batch[]): Promise<void> {
    const unknown = new Map<string, { origin: MetricOrigin; name: string }>();
    for (const { origin, points } of batches) {
      for (const { name } of points) {
        const key = seriesKey(origin, name);
        if (!series.has(key)) unknown.set(key, { origin, name });
      }
    }
    if (unknown.size > 0) {
      if (series.size > mostSeriesKnown) series.clear();
      // Sorted, so that two writers never wait for each other crosswise.
      const wanted = [...unknown.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
      const { rows } = await pool.query<{ id: number; task_run_id: string; attempt: number; name: string }>(ensureSeriesSql, [
        wanted.map(({ origin }) => origin.workspaceId),
        wanted.map(({ origin }) => origin.runId),
        wanted.map(({ origin }) => origin.taskRunId),
        wanted.map(({ origin }) => origin.attempt),
        wanted.map(({ origin }) => origin.taskKey),
        wanted.map(({ origin }) => origin.mapIndex ?? null),
        wanted.map(({ name }) => toText(name)),
      ]);
      for (const row of rows) series.set(`${row.task_run_id}/${row.attempt}/${row.name}`, row.id);
      // Another writer made one between our look and our insert: the next look sees it.
      if (wanted.some(({ origin, name }) => !series.has(seriesKey(origin, name)))) return store(batches);
    }
    const columns: [number[], number[], number[], number[], number[]] = [[], [], [], [], []];
    for (const { origin, points } of batches) {
      for (const point of points) {
        columns[0].push(series.get(seriesKey(origin, point.name))!);
        columns[1].push(point.seq);
        columns[2].push(point.step);
        columns[3].push(point.value);
        columns[4].push(point.time);
      }
    }
    await pool.query({ name: "append-points", text: appendPointsSql, values: columns });
  }

  return {
    append(origin, points) {
      if (points.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        waiting.push({ origin, points, resolve, reject });
        if (!busy) void drain();
      });
    },
  };
}

function seriesKey(origin: MetricOrigin, name: string): string {
  return `${origin.taskRunId}/${origin.attempt}/${toText(name)}`;
}

/** Repeats while the database is away: what is repeated is kept once by its key. */
async function insistently(work: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!isConnectionError(error) || tries >= 240) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.min(1000, 50 * 2 ** tries)));
    }
  }
}
