/** Puts a run that has ended into the database, as the engine would have left it, for tests of what reads runs. */
import crypto from "node:crypto";
import type pg from "pg";
import { compile } from "@/pipelines/compile/compile";
import { parse } from "@/pipelines/notebook/parse";
import type { Display } from "@/pipelines/protocol/display";
import type { RunStatus, ValueRef } from "@/pipelines/run/run";

export interface SeededRun {
  readonly id: string;
  readonly number: number;
  readonly taskRunIds: readonly string[];
}

export interface RunSeed {
  readonly id?: string;
  readonly workspaceId: string;
  readonly notebookId?: string;
  readonly versionId?: string;
  readonly createdBy?: string;
  readonly text: string;
  readonly status?: RunStatus;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Of every task, unless `outputsOf` says otherwise. */
  readonly outputsOf?: Readonly<Record<string, Readonly<Record<string, ValueRef>>>>;
  readonly displays?: readonly Display[];
  readonly why?: unknown;
}

export function numberRef(value: number): ValueRef {
  const text = Buffer.from(JSON.stringify(value));
  const hash = crypto.createHash("sha256").update(text).digest("hex");
  return {
    hash,
    bytes: text.length,
    codec: "json",
    inline: text.toString("base64"),
    summary: `number · ${value}`,
    preview: { type: "tree", value, cut: false },
  };
}

export async function seedRun(pool: pg.Pool, seed: RunSeed): Promise<SeededRun> {
  const { dag } = compile(parse(seed.text));
  const id = seed.id ?? `seed${crypto.randomBytes(7).toString("hex")}`;
  const status = seed.status ?? "succeeded";
  const ended = status !== "queued" && status !== "running";
  const { rows } = await pool.query<{ last: number }>(
    "insert into run_counter (workspace_id, last) values ($1, 1) on conflict (workspace_id) do update set last = run_counter.last + 1 returning last",
    [seed.workspaceId],
  );
  const number = rows[0]!.last;
  const spec = {
    id,
    workspaceId: seed.workspaceId,
    notebookId: seed.notebookId,
    notebook: "Seeded",
    trigger: "manual",
    params: seed.params ?? {},
    dag,
    cache: "use",
  };
  await pool.query(
    `insert into run (id, workspace_id, notebook_id, version_id, number, status, spec, source, trigger, created_by, started_at, finished_at, revision)
     values ($1, $2, $3, $4, $5, $6, $7, $8, 'manual', $9, now() - interval '2 seconds', ${ended ? "now()" : "null"}, 3)`,
    [
      id,
      seed.workspaceId,
      seed.notebookId ?? null,
      seed.versionId ?? null,
      number,
      status,
      JSON.stringify(spec),
      seed.text,
      seed.createdBy ?? null,
    ],
  );
  const taskRunIds: string[] = [];
  for (const [ordinal, task] of dag.tasks.entries()) {
    const taskRunId = `${id}-${ordinal}`;
    taskRunIds.push(taskRunId);
    await pool.query(
      `insert into task_run (id, run_id, workspace_id, task_key, status, attempt, outputs, displays, why, queued_at, started_at, finished_at)
       values ($1, $2, $3, $4, $5, 1, $6, $7, $8, now(), now(), now())`,
      [
        taskRunId,
        id,
        seed.workspaceId,
        task.key,
        ended ? "succeeded" : "running",
        JSON.stringify(seed.outputsOf?.[task.key] ?? {}),
        JSON.stringify(seed.displays ?? []),
        JSON.stringify(seed.why ?? { type: "first-run" }),
      ],
    );
    await pool.query(
      `insert into attempt (task_run_id, attempt, workspace_id, status, started_at, finished_at, duration_ms, peak_memory_bytes)
       values ($1, 1, $2, 'succeeded', now(), now(), 12.5, 1000000)`,
      [taskRunId, seed.workspaceId],
    );
  }
  await pool.query("insert into run_event (run_id, seq, workspace_id, event) values ($1, 3, $2, $3)", [
    id,
    seed.workspaceId,
    JSON.stringify({ status, taskRuns: taskRunIds.map((each) => [each, "succeeded", 1, null]) }),
  ]);
  return { id, number, taskRunIds };
}

export async function seedSeries(
  pool: pg.Pool,
  order: {
    readonly workspaceId: string;
    readonly runId: string;
    readonly taskRunId: string;
    readonly taskKey: string;
    readonly name: string;
    readonly attempt?: number;
    readonly points: readonly { readonly step: number; readonly time: number; readonly value: number }[];
  },
): Promise<number> {
  const { rows } = await pool.query<{ id: number }>(
    "insert into metric_series (workspace_id, run_id, task_run_id, attempt, task_key, name) values ($1, $2, $3, $4, $5, $6) returning id",
    [order.workspaceId, order.runId, order.taskRunId, order.attempt ?? 1, order.taskKey, order.name],
  );
  const seriesId = rows[0]!.id;
  await pool.query(
    `insert into metric_point (series_id, seq, step, value, time)
     select $1, n - 1, step, value, to_timestamp(time / 1000) from unnest($2::float8[], $3::float8[], $4::float8[]) with ordinality as p(step, value, time, n)`,
    [seriesId, order.points.map(({ step }) => step), order.points.map(({ value }) => value), order.points.map(({ time }) => time)],
  );
  return seriesId;
}
