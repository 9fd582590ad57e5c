/** What the page about storage shows, and what it changes. */
import type { Database } from "../db/database";
import { workspaceRead, workspaceTransaction } from "../db/tenancy";
import type { Heddle } from "../heddle";
import type { SweepFigures } from "./collect-garbage";
import type { PinnedRun, StorageView } from "./storage-views";

interface Row {
  readonly quota: number | null;
  readonly keep_days: number | null;
  readonly keep_last: number | null;
  readonly used: number | null;
  readonly pinned: number;
  readonly started: number | null;
  readonly finished: number | null;
  readonly trigger: "timer" | "page" | "cli";
  readonly figures: SweepFigures | null;
  readonly found: SweepFigures | null;
  readonly error: string | null;
}

const overviewSql = `
select p.quota_bytes::float8 as quota, p.keep_days, p.keep_last, u.used_bytes::float8 as used,
  (select count(*)::int from run where workspace_id = $1 and pinned) as pinned,
  extract(epoch from s.started_at)::float8 * 1000 as started, extract(epoch from s.finished_at)::float8 * 1000 as finished,
  s.trigger, s.figures, s.error,
  (select figures from storage_sweep where workspace_id = w.id and figures is not null order by started_at desc limit 1) as found
from (select $1::text as id) w
left join storage_policy p on p.workspace_id = w.id
left join storage_usage u on u.workspace_id = w.id
left join lateral (select * from storage_sweep where workspace_id = w.id order by started_at desc limit 1) s on true`;

export async function readStorage({ database, execution }: Heddle, workspaceId: string): Promise<StorageView> {
  const { rows } = await workspaceRead(database, workspaceId, (client) => client.query<Row>(overviewSql, [workspaceId]));
  const row = rows[0]!;
  const { kind, place } = execution.values.objects;
  return {
    kind,
    place,
    policy: { quotaBytes: row.quota ?? undefined, keepDays: row.keep_days ?? undefined, keepLast: row.keep_last ?? undefined },
    usedBytes: row.used ?? undefined,
    pinnedRuns: row.pinned,
    found: row.found ?? undefined,
    lastSweep:
      row.started === null
        ? undefined
        : {
            startedAt: row.started,
            finishedAt: row.finished ?? undefined,
            trigger: row.trigger,
            figures: row.figures ?? undefined,
            error: row.error ?? undefined,
          },
  };
}

export async function savePolicy(
  database: Database,
  workspaceId: string,
  policy: { readonly quotaBytes?: number | undefined; readonly keepDays?: number | undefined; readonly keepLast?: number | undefined },
): Promise<void> {
  const values = {
    quotaBytes: policy.quotaBytes === undefined ? null : BigInt(policy.quotaBytes),
    keepDays: policy.keepDays ?? null,
    keepLast: policy.keepLast ?? null,
  };
  await workspaceTransaction(database, workspaceId, (tx) =>
    tx.storagePolicy.upsert({ where: { workspaceId }, create: { workspaceId, ...values }, update: values }),
  );
}

/** False: there is no such run. */
export async function setPinned(database: Database, workspaceId: string, runId: string, pinned: boolean): Promise<boolean> {
  const changed = await workspaceTransaction(
    database,
    workspaceId,
    (tx) => tx.$executeRaw`update run set pinned = ${pinned} where workspace_id = ${workspaceId} and id = ${runId}`,
  );
  return changed === 1;
}

interface PinnedRow {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly created_at: Date;
  readonly finished_at: Date | null;
}

const pinnedSql = `
select r.id, r.number, coalesce(r.spec->'dag'->>'title', n.title, r.spec->>'notebook', 'Notebook') as title, r.created_at, r.finished_at
from run r left join notebook n on n.id = r.notebook_id
where r.workspace_id = $1 and r.pinned order by r.number desc limit 1000`;

export async function listPinned(database: Database, workspaceId: string): Promise<readonly PinnedRun[]> {
  const { rows } = await workspaceRead(database, workspaceId, (client) => client.query<PinnedRow>(pinnedSql, [workspaceId]));
  return rows.map(({ id, number, title, created_at, finished_at }) => ({
    id,
    number,
    notebookTitle: title,
    createdAt: created_at.toISOString(),
    finishedAt: finished_at?.toISOString(),
  }));
}
