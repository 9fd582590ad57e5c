/**
 * Removes what nothing needs any more: runs beyond the workspace's retention, then values that no row refers to, then logs
 * of runs that are gone. A value goes only when two sweeps found it unreferred to, a time of grace apart: what is being
 * written, or was found in the cache a moment ago, gets its row in far less. Writers of the same bytes tell
 * storage-ledger.ts before they rely on what is there. A dry run changes nothing and says what would go.
 */
import type pg from "pg";
import { newId } from "../db/new-id";
import type { Pool } from "../db/pool";
import {
  beginSweepSql,
  claimCondemnedSql,
  condemnSql,
  deleteCacheOfRunsSql,
  deleteExpiredCacheSql,
  deleteRunsSql,
  dropReachedSql,
  endSweepSql,
  expiredRunsSql,
  failSweepSql,
  forgetCondemnedSql,
  forgetOldCondemnedSql,
  forgetSweepsSql,
  knownRunsSql,
  lockSweepSql,
  makeReachedSql,
  markSql,
  setUsageSql,
  unlockSweepSql,
  unreachedSql,
  usageByNotebookSql,
} from "../db/storage.sql";
import type { ObjectStore, StoredObject } from "./object-store";
import { staleSeconds } from "./storage-ledger";
import { previewKey, valueKey } from "./store";

export interface SweepOptions {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly workspaceId: string;
  readonly dryRun: boolean;
  readonly trigger: "timer" | "page" | "cli";
  readonly graceSeconds?: number;
}

export interface Amount {
  readonly objects: number;
  readonly bytes: number;
}

export interface SweepFigures {
  /** What is stored after the sweep, or would be. */
  readonly used: { readonly values: Amount; readonly previews: Amount; readonly logs: Amount };
  readonly byNotebook: readonly {
    readonly id: string | null;
    readonly title: string | null;
    readonly bytes: number;
    readonly objects: number;
  }[];
  /** Removed now; in a dry run: what would be. */
  readonly removed: { readonly runs: number; readonly values: Amount; readonly logs: Amount };
  /** Nothing refers to it; it goes when that is still so after the time of grace. */
  readonly waiting: Amount;
}

export type SweepResult = { readonly ok: true; readonly figures: SweepFigures } | { readonly ok: false; readonly busy: true };

const usualGraceSeconds = 3600;
const objectsAtOnce = 500;
const runsAtOnce = 100;

export async function collectGarbage(options: SweepOptions): Promise<SweepResult> {
  const { pool, workspaceId, dryRun, trigger } = options;
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const lock = `heddle-sweep:${workspaceId}`;
    const { rows } = await client.query<{ taken: boolean }>(lockSweepSql, [lock]);
    if (!rows[0]!.taken) return { ok: false, busy: true };
    const id = newId(Date.now());
    try {
      if (!dryRun) await client.query(beginSweepSql, [id, workspaceId, trigger]);
      const figures = await new Sweep(client, options).run();
      if (!dryRun) {
        await client.query(endSweepSql, [id, JSON.stringify(figures)]);
        await client.query(forgetSweepsSql, [workspaceId]);
      }
      return { ok: true, figures };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await client.query(failSweepSql, [id, message.slice(0, 2000)]).catch(() => undefined);
      throw error;
    } finally {
      await client.query(dropReachedSql).catch((error: Error) => (broken = error));
      await client.query(unlockSweepSql, [lock]).catch((error: Error) => (broken = error));
    }
  } catch (error) {
    // Whoever had it next might have this lock, or the list of what is reached.
    broken = error as Error;
    throw error;
  } finally {
    client.release(broken);
  }
}

class Sweep {
  private readonly used = { values: nothing(), previews: nothing(), logs: nothing() };
  private readonly removed = { runs: 0, values: nothing(), logs: nothing() };
  private readonly waiting = nothing();

  constructor(
    private readonly client: pg.ClientBase,
    private readonly options: SweepOptions,
  ) {}

  async run(): Promise<SweepFigures> {
    const { client, options } = this;
    const { workspaceId, dryRun } = options;
    const { rows } = await client.query<{ id: string }>(expiredRunsSql, [workspaceId]);
    const expired = rows.map(({ id }) => id);
    if (!dryRun) await this.deleteRuns(expired);
    else this.removed.runs = expired.length;
    await client.query(makeReachedSql);
    await client.query(markSql, [workspaceId, dryRun ? expired : []]);
    for await (const batch of batches(options.objects.list(`${workspaceId}/values/`))) await this.lookAtValues(batch);
    for await (const batch of batches(options.objects.list(`${workspaceId}/logs/`))) await this.lookAtLogs(batch, new Set(expired));
    if (!dryRun) await client.query(setUsageSql, [workspaceId, this.used.values.bytes + this.used.previews.bytes + this.used.logs.bytes]);
    if (!dryRun) await client.query(forgetOldCondemnedSql, [workspaceId]);
    const byNotebook = await client.query<SweepFigures["byNotebook"][number]>(usageByNotebookSql, [workspaceId]);
    return { used: this.used, byNotebook: byNotebook.rows, removed: this.removed, waiting: this.waiting };
  }

  private async deleteRuns(expired: readonly string[]): Promise<void> {
    const { client } = this;
    const { workspaceId } = this.options;
    for (let at = 0; at < expired.length; at += runsAtOnce) {
      const some = expired.slice(at, at + runsAtOnce);
      // First: nothing is found in the cache any more that is about to go.
      await client.query(deleteCacheOfRunsSql, [workspaceId, some]);
      this.removed.runs += (await client.query(deleteRunsSql, [workspaceId, some])).rowCount ?? 0;
    }
    await client.query(deleteExpiredCacheSql, [workspaceId]);
  }

  private async lookAtValues(batch: readonly StoredObject[]): Promise<void> {
    const { client } = this;
    const { workspaceId, dryRun, graceSeconds = usualGraceSeconds, objects } = this.options;
    const hashes = [...new Set(batch.map(({ key }) => hashOf(key)))].filter((hash) => hash !== undefined);
    const { rows } = await client.query<{ hash: string }>(unreachedSql, [hashes]);
    const unreached = new Set(rows.map(({ hash }) => hash));
    const gone = new Set<string>();
    if (dryRun) for (const hash of unreached) gone.add(hash);
    else {
      await client.query(condemnSql, [workspaceId, [...unreached], hashes.filter((hash) => !unreached.has(hash))]);
      const claimed = await client.query<{ hash: string }>(claimCondemnedSql, [workspaceId, [...unreached], graceSeconds, staleSeconds]);
      for (const { hash } of claimed.rows) gone.add(hash);
      await objects.remove([...gone].flatMap((hash) => [valueKey(workspaceId, hash), previewKey(workspaceId, hash)]));
      await client.query(forgetCondemnedSql, [workspaceId, [...gone]]);
    }
    for (const { key, bytes } of batch) {
      const hash = hashOf(key);
      if (hash !== undefined && gone.has(hash)) add(this.removed.values, bytes);
      else {
        add(key.endsWith(".preview.json") ? this.used.previews : this.used.values, bytes);
        if (hash !== undefined && unreached.has(hash)) add(this.waiting, bytes);
      }
    }
  }

  /** A run has its row before it has a log: a log without one belongs to a run that is gone. */
  private async lookAtLogs(batch: readonly StoredObject[], expired: ReadonlySet<string>): Promise<void> {
    const { workspaceId, dryRun, objects } = this.options;
    const runs = [...new Set(batch.map(({ key }) => key.split("/")[2]!))];
    const { rows } = await this.client.query<{ id: string }>(knownRunsSql, [workspaceId, runs]);
    const known = new Set(rows.map(({ id }) => id));
    const isGone = ({ key }: StoredObject) => {
      const run = key.split("/")[2]!;
      return !known.has(run) || (dryRun && expired.has(run));
    };
    const gone = batch.filter(isGone);
    if (!dryRun) await objects.remove(gone.map(({ key }) => key));
    for (const one of batch) add(isGone(one) ? this.removed.logs : this.used.logs, one.bytes);
  }
}

/** What a workspace has stored, by looking. */
export async function measureUsage(pool: Pool, objects: ObjectStore, workspaceId: string): Promise<number> {
  let bytes = 0;
  for await (const object of objects.list(`${workspaceId}/`)) bytes += object.bytes;
  await pool.query(setUsageSql, [workspaceId, bytes]);
  return bytes;
}

interface Sum {
  objects: number;
  bytes: number;
}

function nothing(): Sum {
  return { objects: 0, bytes: 0 };
}

function add(sum: Sum, bytes: number): void {
  sum.objects++;
  sum.bytes += bytes;
}

function hashOf(key: string): string | undefined {
  return /\/([0-9a-f]{64})(?:\.preview\.json)?$/.exec(key)?.[1];
}

async function* batches(all: AsyncIterable<StoredObject>): AsyncGenerator<StoredObject[]> {
  let batch: StoredObject[] = [];
  for await (const one of all) {
    batch.push(one);
    if (batch.length < objectsAtOnce) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
