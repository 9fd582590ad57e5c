/**
 * "Why is this waiting?" from what the database says, whichever server works on the run. The same decision as the dispatcher's
 * (pipelines/limit/permits.ts), asked without taking anything. Neighbours: permit-desk.ts, ../pool/store.ts.
 */
import type { ClientBase } from "pg";
import type { Task } from "@/pipelines/compile/dag";
import { limitKey, missingLabels, parseResource, resourcesOf, type Labels, type Limits } from "@/pipelines/limit/limit";
import { decidePermits, type Refusal, type ResourceState } from "@/pipelines/limit/permits";
import type { AttemptStatus, RunStatus, TaskRunStatus } from "@/pipelines/run/run";
import { waitingSentence, type Holder, type WaitingFor } from "@/pipelines/run/waiting-for";
import type { Database } from "../db/database";
import { permitStateSql } from "../db/permit.sql";
import { workspaceRead } from "../db/tenancy";
import { openTasksSql, waitingTaskSql } from "../db/waiting.sql";
import { poolWorkersSql } from "../db/worker.sql";
import { notFound } from "../errors";
import { readHolders, readLimits } from "../pool/store";
import { findLockCycle } from "./lock-cycles";
import { toState, type StateRecord } from "./permit-desk";

export interface WaitingView {
  /** Everything that stands in the way now, the first of it first; empty: it waits for nothing. */
  readonly waiting: readonly (WaitingFor & { readonly sentence: string })[];
  /** When it will have waited too long for its place (`queueTimeout=`), as ISO 8601. */
  readonly givesUpAt?: string | undefined;
}

interface WaitingRecord {
  readonly id: string;
  readonly run_id: string;
  readonly task_key: string;
  readonly map_index: number | null;
  readonly status: TaskRunStatus;
  readonly attempt: number;
  readonly not_before: Date | null;
  readonly queued_until: Date | null;
  readonly notebook_id: string | null;
  readonly run_status: RunStatus;
  readonly abandoned: boolean;
  readonly paused: boolean;
  readonly task: Task;
  readonly attempt_status: AttemptStatus | null;
}

/** `running`: attempts under way on this server. */
export async function whyWaiting(database: Database, workspaceId: string, id: string, running: number): Promise<WaitingView> {
  return workspaceRead(database, workspaceId, async (client) => {
    const record = (await client.query<WaitingRecord>(waitingTaskSql, [workspaceId, id])).rows[0];
    if (!record) throw notFound("task run");
    const waiting = await findWaiting(client, workspaceId, record, running);
    const givesUpAt = record.status === "queued" ? record.queued_until?.toISOString() : undefined;
    return { waiting: waiting.map((each) => ({ ...each, sentence: waitingSentence(each) })), givesUpAt };
  });
}

async function findWaiting(client: ClientBase, workspaceId: string, record: WaitingRecord, running: number): Promise<WaitingFor[]> {
  if (record.run_status !== "queued" && record.run_status !== "running") return [];
  switch (record.status) {
    case "blocked":
      return findUpstream(client, workspaceId, record);
    case "queued":
      if (record.paused) return [{ type: "paused" }];
      if (record.not_before) return [{ type: "retry", until: record.not_before.toISOString(), attempt: record.attempt }];
      return findFull(client, workspaceId, record, running);
    case "running":
      return record.attempt_status === "launching" ? [{ type: "start" }] : [];
    case "waiting":
      if (record.task.kind === "approval") return [{ type: "approval" }];
      if (record.task.kind === "wait") return [{ type: "time", until: (record.not_before ?? new Date()).toISOString() }];
      return [{ type: "subrun" }];
    case "succeeded":
    case "cached":
    case "failed":
    case "skipped":
    case "cancelled":
      return [];
  }
}

async function findUpstream(client: ClientBase, workspaceId: string, { run_id, task, map_index }: WaitingRecord): Promise<WaitingFor[]> {
  // An element waits for its like only: what its task needs has ended.
  if (map_index !== null) return [{ type: "concurrency", limit: task.options.concurrency ?? 1 }];
  const handler = task.options.on !== undefined;
  const needs = task.needs.map((need) => need.task);
  const { rows } = await client.query<{ id: string; task_key: string; status: TaskRunStatus; title: string | null }>(openTasksSql, [
    workspaceId,
    run_id,
    handler ? null : needs,
  ]);
  if (handler) return [{ type: "rest-of-run", open: rows.filter(({ task_key }) => task_key !== task.key).length }];
  return [{ type: "upstream", tasks: rows.map(({ id, task_key, status, title }) => ({ id, title: title || task_key, status })) }];
}

async function findFull(client: ClientBase, workspaceId: string, record: WaitingRecord, running: number): Promise<WaitingFor[]> {
  const { task, map_index, notebook_id, run_id, id, attempt } = record;
  if (record.paused) return [{ type: "paused" }];
  if (record.abandoned) return [{ type: "server" }];
  const limits = await readLimits(client, workspaceId);
  const expands = map_index === null && (task.each ?? null) !== null;
  const { pool, lock } = expands ? { pool: "default", lock: undefined } : task.options;
  const elsewhere = expands
    ? undefined
    : await findWorkers(client, workspaceId, task.options, limits.get(limitKey("pool", task.options.pool))?.labels);
  const resources = resourcesOf(limits, { pool, lock }, notebook_id ?? undefined, elsewhere?.serves ? "as-default" : "wait").filter(
    (resource) => !expands || parseResource(resource).counts === "runs",
  );
  const { rows } = await client.query<StateRecord>(permitStateSql, [resources.map(() => workspaceId), resources, [`${id}/${attempt + 1}`]]);
  const states = new Map(rows.map((row) => [row.resource, toState(row)]));
  const { refused } = decidePermits([{ id, runId: run_id, resources }], states, rows[0]?.now ?? 0);
  const refusals = refused.flatMap((each) => each.refusals);
  if (refusals.length === 0) return [elsewhere?.waiting ?? { type: "worker", running }];
  const holders = await readHolders(client, workspaceId, resources);
  const waiting = refusals.map((refusal) => toWaiting(refusal, limits, (resource) => holders.get(resource) ?? [], states));
  return Promise.all(
    waiting.map(async (each) => {
      if (each.type !== "lock") return each;
      const cycle = await findLockCycle(client, workspaceId, run_id, each.holders);
      return cycle ? { ...each, cycle } : each;
    }),
  );
}

interface WorkerRecord {
  readonly name: string;
  readonly pools: readonly string[];
  readonly labels: Labels;
  readonly slots: number;
  readonly gpus: number;
  readonly taken: number;
  readonly draining: boolean;
  readonly online: boolean;
}

/** Where a task runs elsewhere only (executor/remote/places.ts): which workers could take it, and why none does. */
async function findWorkers(
  client: ClientBase,
  workspaceId: string,
  { pool, gpu }: Task["options"],
  labels: Labels | undefined,
): Promise<{ readonly serves: boolean; readonly waiting: WaitingFor | undefined } | undefined> {
  if (pool === "default" && gpu === 0) return undefined;
  const { rows } = await client.query<WorkerRecord>(poolWorkersSql, [workspaceId, labels ? null : pool]);
  const only = pool !== "default" ? rows.length > 0 || labels !== undefined : rows.some(({ gpus }) => gpus > 0);
  if (!only) return undefined;
  const workers = rows.map((row) => {
    const missing = labels ? missingLabels(labels, row.labels) : [];
    if (missing.length > 0) return { name: row.name, state: "no-label" as const, missing };
    const { name, online, draining, gpus, taken, slots } = row;
    return { name, state: !online ? "gone" : draining ? "draining" : gpus < gpu ? "no-gpu" : taken >= slots ? "full" : undefined };
  });
  if (workers.some(({ state }) => state === undefined)) return { serves: true, waiting: undefined };
  return {
    serves: true,
    waiting: {
      type: "no-worker",
      pool,
      gpu,
      labels: labels && missingLabels(labels, {}),
      workers: workers as Extract<WaitingFor, { type: "no-worker" }>["workers"],
    },
  };
}

function toWaiting(
  refusal: Refusal,
  limits: Limits,
  holdersOf: (resource: string) => readonly Holder[],
  states: ReadonlyMap<string, ResourceState>,
): WaitingFor {
  const { kind, name, counts } = parseResource(refusal.resource);
  if (refusal.type === "unknown") {
    const known = [...limits.values()].flatMap((limit) => (limit.kind === "pool" && limit.name !== "default" ? [limit.name] : []));
    return { type: "unknown-pool", name, known: ["default", ...known] };
  }
  const of = kind === "lock" ? "lock" : "pool";
  if (refusal.type === "rate") {
    const { count, seconds } = limits.get(limitKey(of, name))!.rate!;
    return { type: "rate", of, name, count, seconds, until: new Date(refusal.until).toISOString() };
  }
  const full = { size: states.get(refusal.resource)?.size ?? 1, holders: holdersOf(refusal.resource) };
  if (kind === "pool" || kind === "lock") return { type: of, name, ...full };
  return { type: `${kind}-${counts}`, ...full };
}
