/** Pools, locks and limits of a workspace: rows ⇄ views. What they do is in server/run/{admission,permit-desk}.ts. */
import type { ClientBase } from "pg";
import { Prisma } from "@/prisma/client/client";
import { limitKey, resourcesOf, type Labels, type Limit, type LimitKind, type Limits, type Rate } from "@/pipelines/limit/limit";
import type { Holder } from "@/pipelines/run/waiting-for";
import { servedPoolsSql } from "../db/worker.sql";
import type { Database } from "../db/database";
import { workspaceRead, workspaceTransaction } from "../db/tenancy";
import { holdersSql, waitersSql } from "../db/waiting.sql";
import { AppError, notFound } from "../errors";
import type { NotebookLimitView, PoolsView, PoolView } from "./pool-views";

interface LimitOrder {
  readonly slots: number | undefined;
  readonly runs?: number | undefined;
  readonly rate?: Rate | undefined;
  readonly labels?: Labels | undefined;
}

export interface LimitPlace {
  readonly workspaceId: string;
  readonly kind: LimitKind;
  readonly name: string;
}

/** Made, or changed. */
export async function saveLimit(database: Database, { workspaceId, kind, name }: LimitPlace, order: LimitOrder, by: string): Promise<void> {
  const values = {
    slots: order.slots ?? null,
    runs: order.runs ?? null,
    rateCount: order.rate?.count ?? null,
    rateSeconds: order.rate?.seconds ?? null,
    labels: order.labels ?? Prisma.DbNull,
    updatedBy: by,
    updatedAt: new Date(),
  };
  await workspaceTransaction(database, workspaceId, async (tx) => {
    if (kind === "notebook") {
      const found = await tx.notebook.findFirst({ where: { id: name, workspaceId, deletedAt: null }, select: { id: true } });
      if (!found) throw notFound("notebook");
    }
    await tx.concurrencyLimit.upsert({
      where: { workspaceId_kind_name: { workspaceId, kind, name } },
      create: { workspaceId, kind, name, ...values },
      update: values,
    });
  });
}

/** A pool that is there already is not made again under its name. */
export async function checkIsNew(database: Database, { workspaceId, kind, name }: LimitPlace): Promise<void> {
  const found = await workspaceTransaction(database, workspaceId, (tx) =>
    tx.concurrencyLimit.findUnique({ where: { workspaceId_kind_name: { workspaceId, kind, name } }, select: { name: true } }),
  );
  if (found) throw new AppError("CONFLICT", `There is a ${kind} “${name}” already: change that one.`);
}

export async function removeLimit(database: Database, { workspaceId, kind, name }: LimitPlace): Promise<void> {
  const { count } = await workspaceTransaction(database, workspaceId, (tx) =>
    tx.concurrencyLimit.deleteMany({ where: { workspaceId, kind, name } }),
  );
  if (count === 0) throw notFound(kind === "pool" || kind === "lock" ? kind : "limit");
}

export async function readLimits(client: ClientBase, workspaceId: string): Promise<Limits> {
  const { rows } = await client.query<{
    kind: LimitKind;
    name: string;
    slots: number | null;
    runs: number | null;
    rate_count: number | null;
    rate_seconds: number | null;
    labels: Labels | null;
  }>(
    "select kind, name, slots, runs, rate_count, rate_seconds, labels from concurrency_limit where workspace_id = $1 order by kind, name",
    [workspaceId],
  );
  return new Map(
    rows.map(({ kind, name, slots, runs, rate_count: count, rate_seconds: seconds, labels }) => {
      const rate = count === null || seconds === null ? undefined : { count, seconds };
      return [limitKey(kind, name), { kind, name, slots: slots ?? undefined, runs: runs ?? undefined, rate, labels: labels ?? undefined }];
    }),
  );
}

/** Pools that workers on other machines name: they are there without being made. */
async function readServedPools(client: ClientBase, workspaceId: string): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ pool: string }>(servedPoolsSql, [workspaceId]);
  return new Set(rows.map(({ pool }) => pool));
}

/** Pools that these tasks name, and that nobody has made and no worker serves. */
export async function findUnknownPools(database: Database, workspaceId: string, pools: readonly string[]): Promise<readonly string[]> {
  const named = [...new Set(pools)].filter((name) => name !== "default");
  if (named.length === 0) return [];
  return workspaceRead(database, workspaceId, async (client) => {
    const limits = await readLimits(client, workspaceId);
    const served = await readServedPools(client, workspaceId);
    return named.filter((name) => !limits.has(limitKey("pool", name)) && !served.has(name));
  });
}

interface HolderRecord {
  readonly resource: string;
  readonly run_id: string;
  readonly number: number;
  readonly notebook: string;
  readonly taken_at: Date;
  readonly task_run_id: string | null;
  readonly map_index: number | null;
  readonly title: string | null;
}

interface WaiterRecord extends Omit<HolderRecord, "resource" | "taken_at"> {
  readonly notebook_id: string | null;
  readonly queued_at: Date;
  readonly pool: string;
  readonly lock: string | null;
  readonly expands: boolean;
}

export async function readHolders(client: ClientBase, workspaceId: string, resources: readonly string[]): Promise<Map<string, Holder[]>> {
  const { rows } = await client.query<HolderRecord>(holdersSql, [workspaceId, resources]);
  const holders = new Map<string, Holder[]>();
  for (const row of rows) {
    const of = holders.get(row.resource) ?? [];
    of.push(toHolder(row, row.taken_at));
    holders.set(row.resource, of);
  }
  return holders;
}

function toHolder(row: Omit<HolderRecord, "resource" | "taken_at">, since: Date): Holder {
  return {
    runId: row.run_id,
    runNumber: row.number,
    notebook: row.notebook,
    task: row.task_run_id === null ? undefined : { id: row.task_run_id, title: row.title ?? "", mapIndex: row.map_index ?? undefined },
    since: since.toISOString(),
  };
}

const mostWaiters = 1000;

export async function viewPools(database: Database, workspaceId: string): Promise<PoolsView> {
  return workspaceRead(database, workspaceId, async (client) => {
    const limits = await readLimits(client, workspaceId);
    const served = await readServedPools(client, workspaceId);
    const { rows: queued } = await client.query<WaiterRecord>(waitersSql, [workspaceId]);
    const waiters = new Map<string, Holder[]>();
    const named = { pool: new Set(["default"]), lock: new Set<string>() };
    for (const row of queued) {
      if (row.expands) continue;
      named.pool.add(row.pool);
      if (row.lock !== null) named.lock.add(row.lock);
      const resources = resourcesOf(
        limits,
        { pool: row.pool, lock: row.lock ?? undefined },
        row.notebook_id ?? undefined,
        served.has(row.pool) ? "as-default" : "wait",
      );
      for (const resource of resources) waiters.set(resource, [...(waiters.get(resource) ?? []), toHolder(row, row.queued_at)]);
    }
    for (const name of served) named.pool.add(name);
    const { rows: live } = await client.query<{ resource: string }>("select distinct resource from permit where workspace_id = $1", [
      workspaceId,
    ]);
    for (const { resource } of live) if (resource.startsWith("lock/")) named.lock.add(resource.slice(5));
    for (const { kind, name } of limits.values()) if (kind === "pool" || kind === "lock") named[kind].add(name);
    const holders = await readHolders(client, workspaceId, [...new Set([...waiters.keys(), ...live.map(({ resource }) => resource)])]);
    const view = (kind: "pool" | "lock", name: string): PoolView => {
      const limit = limits.get(limitKey(kind, name));
      const slots = limit?.slots ?? (kind === "lock" ? 1 : undefined);
      const counted = slots !== undefined || limit?.rate !== undefined;
      return {
        kind,
        name,
        configured: limit !== undefined,
        exists: limit !== undefined || kind === "lock" || name === "default" || served.has(name),
        slots,
        rate: limit?.rate,
        labels: limit?.labels,
        holders: counted ? (holders.get(`${kind}/${name}`) ?? []) : undefined,
        waiters: waiters.get(`${kind}/${name}`) ?? [],
      };
    };
    const byName = (a: string, b: string) => (a === "default" ? -1 : b === "default" ? 1 : a.localeCompare(b));
    const locks = [...named.lock].sort(byName).map((name) => view("lock", name));
    return {
      pools: [...named.pool].sort(byName).map((name) => view("pool", name)),
      // A lock that nobody has, wants or has configured is only a name in a notebook.
      locks: locks.filter((lock) => lock.configured || lock.waiters.length > 0 || (lock.holders ?? []).length > 0),
      notebooks: await viewNotebookLimits(client, workspaceId, limits, holders),
      workspace: { ...toRunning(limits.get(limitKey("workspace", "")), "workspace", "", holders) },
      cut: queued.length >= mostWaiters,
    };
  });
}

async function viewNotebookLimits(
  client: ClientBase,
  workspaceId: string,
  limits: Limits,
  holders: ReadonlyMap<string, readonly Holder[]>,
): Promise<NotebookLimitView[]> {
  const ids = [...limits.values()].flatMap(({ kind, name }) => (kind === "notebook" ? [name] : []));
  const { rows } = await client.query<{ id: string; title: string }>(
    "select id, title from notebook where workspace_id = $1 and id = any($2) and deleted_at is null order by title",
    [workspaceId, ids],
  );
  return rows.map(({ id, title }) => ({
    notebookId: id,
    notebook: title,
    ...toRunning(limits.get(limitKey("notebook", id)), "notebook", id, holders),
  }));
}

function toRunning(
  limit: Limit | undefined,
  kind: "notebook" | "workspace",
  name: string,
  holders: ReadonlyMap<string, readonly Holder[]>,
) {
  const count = (what: "tasks" | "runs", size: number | undefined) =>
    size === undefined ? undefined : (holders.get(`${kind}-${what}/${name}`)?.length ?? 0);
  return {
    slots: limit?.slots,
    runs: limit?.runs,
    runningTasks: count("tasks", limit?.slots),
    runningRuns: count("runs", limit?.runs),
  };
}
