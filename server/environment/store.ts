/**
 * Locks at rest, and the versions of notebooks that hold them. A lock belongs to a workspace and to a wish; all versions that wish
 * the same have the same one. Neighbours: notebook-environments.ts (finds new ones), ../notebook/store.ts (versions).
 */
import { createHash } from "node:crypto";
import { readWish, wishText, type Wish } from "@/pipelines/environment/wish";
import { parse } from "@/pipelines/notebook/parse";
import type { Database } from "../db/database";
import type { Pool } from "../db/pool";
import { workspaceRead, workspaceTransaction, type WorkspaceTransaction } from "../db/tenancy";
import type { Lock } from "./lock-file";

/** Null wants nothing of its own. */
export function hashWish(wish: Wish): string | null {
  const text = wishText(wish);
  return text === "" ? null : createHash("sha256").update(text).digest("hex");
}

export function wishOfText(text: string): Wish {
  // Most notebooks have none; reading all cells is not needed to know that.
  return text.slice(0, 100_000).includes("dependencies") ? readWish(parse(text).frontMatter) : {};
}

/** For a version that is about to be saved: what it wants, and the lock that the same wish was given before. */
export async function lockForText(
  tx: WorkspaceTransaction,
  workspaceId: string,
  text: string,
): Promise<{ readonly wish: string | null; readonly lock: string | null }> {
  const wish = hashWish(wishOfText(text));
  if (wish === null) return { wish, lock: null };
  const known = await tx.environmentLock.findFirst({
    where: { workspaceId, wish },
    orderBy: { createdAt: "desc" },
    select: { hash: true },
  });
  return { wish, lock: known?.hash ?? null };
}

export interface WishedVersion {
  readonly revision: number;
  readonly text: string;
  readonly wish: string | null;
  readonly lock: string | null;
  /** Its own and those of the versions before it, the latest first. */
  readonly locks: readonly string[];
}

const mostLocks = 5;
const wishedColumns = `v.revision, v.text, v.wish, v.lock, array(
  select lock from notebook_version l where l.notebook_id = v.notebook_id and l.lock is not null and l.revision <= v.revision
  group by lock order by max(l.revision) desc limit ${mostLocks}) as locks`;

/** The newest version of a notebook. Undefined: no such notebook. */
export async function readNewest(database: Database, workspaceId: string, notebookId: string): Promise<WishedVersion | undefined> {
  return workspaceRead(database, workspaceId, async (client) => {
    const { rows } = await client.query<WishedVersion>(
      `select ${wishedColumns} from notebook n join notebook_version v on v.notebook_id = n.id and v.revision = n.revision
       where n.workspace_id = $1 and n.id = $2 and n.deleted_at is null`,
      [workspaceId, notebookId],
    );
    return rows[0];
  });
}

export async function readVersion(database: Database, workspaceId: string, versionId: string): Promise<WishedVersion | undefined> {
  return workspaceRead(database, workspaceId, async (client) => {
    const { rows } = await client.query<WishedVersion>(
      `select ${wishedColumns} from notebook_version v where v.workspace_id = $1 and v.id = $2`,
      [workspaceId, versionId],
    );
    return rows[0];
  });
}

/** Stores a lock and hands it to every version that waits for one with this wish. The first lock of a wish stays: its hash is given. */
export async function keepLock(database: Database, workspaceId: string, wish: string, lock: Lock): Promise<string> {
  return workspaceTransaction(database, workspaceId, async (tx) => {
    const known = await tx.environmentLock.findFirst({
      where: { workspaceId, wish },
      orderBy: { createdAt: "desc" },
      select: { hash: true },
    });
    const hash = known?.hash ?? lock.hash;
    if (!known)
      await tx.$executeRaw`insert into environment_lock (workspace_id, hash, wish, manifest, lock)
        values (${workspaceId}, ${lock.hash}, ${wish}, ${lock.manifest}, ${lock.lock}) on conflict do nothing`;
    await tx.$executeRaw`update notebook_version set lock = ${hash} where workspace_id = ${workspaceId} and wish = ${wish} and lock is null`;
    return hash;
  });
}

export async function findLock(database: Database, workspaceId: string, hash: string): Promise<Lock | undefined> {
  const row = await workspaceTransaction(database, workspaceId, (tx) =>
    tx.environmentLock.findUnique({
      where: { workspaceId_hash: { workspaceId, hash } },
      select: { hash: true, manifest: true, lock: true },
    }),
  );
  return row ?? undefined;
}

/** Locks that a version of a notebook that exists, or a run that is kept, needs. Of all workspaces: folders are shared by hash. */
export async function neededLocks(pool: Pool): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ hash: string }>(
    `select distinct v.lock as hash from notebook_version v join notebook n on n.id = v.notebook_id where v.lock is not null and n.deleted_at is null
     union select distinct spec->>'environment' from run where spec ? 'environment'`,
  );
  return new Set(rows.map(({ hash }) => hash));
}

/** Forgets locks that nothing at all names, a day after they were made. */
export async function forgetUnusedLocks(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from environment_lock e where created_at < now() - interval '1 day'
       and not exists (select 1 from notebook_version v where v.workspace_id = e.workspace_id and v.lock = e.hash)
       and not exists (select 1 from run r where r.workspace_id = e.workspace_id and r.spec ? 'environment' and r.spec->>'environment' = e.hash)`,
  );
  return rowCount ?? 0;
}
