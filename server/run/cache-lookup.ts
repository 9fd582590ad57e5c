/** Between ready and queued: what is stored under the keys of newly ready task runs, all of them in one statement. */
import { explainWhy, type KeyParts } from "@/pipelines/run/cache-key";
import type { RunEvent } from "@/pipelines/run/run-event";
import type { ValueRef } from "@/pipelines/run/run";
import type { Display } from "@/pipelines/protocol/display";
import type { Pool } from "../db/pool";
import { lookupSql } from "../db/run.sql";
import type { DataHashes } from "./data-hashes";
import { keyOf, makeKeyParts, type KeySurroundings } from "./key-parts";
import { reachedPackages } from "../environment/lock-key";
import type { RunState, TaskRunState } from "@/pipelines/run/run-state";
import { modeOf } from "@/pipelines/run/task-inputs";
import type { LiveRun } from "./live-run";

type Answer = Extract<RunEvent, { type: "cache-hit" | "cache-missed" }>;
type Timeless<T> = T extends unknown ? Omit<T, "at"> : never;

export interface LookupAnswer {
  readonly run: LiveRun;
  readonly event: Timeless<Answer>;
}

interface Row {
  readonly task_run_id: string | null;
  readonly outputs: Record<string, ValueRef> | null;
  readonly displays: Display[] | null;
  readonly elements: Record<string, ValueRef[]> | null;
  readonly key_parts: KeyParts | null;
}

async function environmentOf(state: RunState, taskRun: TaskRunState, around: KeySurroundings): Promise<string> {
  const { environment, workspaceId } = state.spec;
  if (environment === undefined || !around.environmentKey) return environment ?? around.environmentHash;
  const task = state.plan.tasks[taskRun.task]!;
  return around.environmentKey(workspaceId, environment, reachedPackages(task, modeOf(state, taskRun)));
}

export async function lookUp(
  pool: Pool,
  wanted: readonly { readonly run: LiveRun; readonly ordinal: number }[],
  dataHashes: DataHashes,
  around: KeySurroundings,
): Promise<readonly LookupAnswer[]> {
  const keyed: { run: LiveRun; ordinal: number; key: string; parts: KeyParts; task: string; index: number }[] = [];
  const own = await around.imageDigest(undefined);
  for (const { run, ordinal } of wanted) {
    const { state } = run;
    const taskRun = state.taskRuns[ordinal]!;
    const task = state.plan.tasks[taskRun.task]!;
    const data = task.datasets.length === 0 ? {} : await dataHashes(state.spec.workspaceId, task.datasets);
    const image = task.options.image === undefined ? own : await around.imageDigest(task.options.image);
    const parts = makeKeyParts(state, taskRun, { data, image, environment: await environmentOf(state, taskRun, around) });
    keyed.push({ run, ordinal, key: keyOf(parts), parts, task: task.key, index: taskRun.mapIndex ?? -1 });
  }
  if (keyed.length === 0) return [];
  const { rows } = await pool.query<Row>({
    name: "look-up",
    text: lookupSql,
    values: [
      keyed.map(({ key }) => key),
      keyed.map(({ run }) => run.state.spec.workspaceId),
      keyed.map(({ run }) => run.state.spec.notebookId ?? null),
      keyed.map(({ task }) => task),
      keyed.map(({ index }) => index),
    ],
  });
  return keyed.map(({ run, ordinal, key, parts }, index) => {
    const row = rows[index]!;
    if (run.state.taskRuns[ordinal]!.fresh) return { run, event: { type: "cache-missed", ordinal, key, parts, why: { type: "cleared" } } };
    if (row.task_run_id === null) {
      return { run, event: { type: "cache-missed", ordinal, key, parts, why: explainWhy(parts, row.key_parts ?? undefined) } };
    }
    const entry = {
      taskRunId: row.task_run_id,
      outputs: row.outputs ?? {},
      displays: row.displays ?? [],
      elements: row.elements ?? undefined,
    };
    return { run, event: { type: "cache-hit", ordinal, key, parts, entry } };
  });
}
