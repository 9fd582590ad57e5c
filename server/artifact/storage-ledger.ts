/** What the database says to a writer of values: room, and what a sweep is about to remove. collect-garbage.ts is the other side. */
import { patiently } from "../db/patiently";
import type { Pool } from "../db/pool";
import { addUsageSql, forgetResultsSql, roomSql, spareSql } from "../db/storage.sql";
import type { StoreLedger } from "./ledger";
import { StoreFault } from "./store-fault";
import { toSize } from "./to-size";

/** A sweep that has been removing one batch for so long is dead. */
export const staleSeconds = 120;
const waitMs = 50;

export interface StorageLedger extends StoreLedger {
  /** Resolves once what was stored is counted. */
  settle(): Promise<void>;
}

/** `measure` is asked when a workspace with a quota has never been measured. */
export function createStorageLedger(pool: Pool, measure: (workspaceId: string) => Promise<number>): StorageLedger {
  const pending = new Map<string, number>();
  let closed = false;
  let counting: Promise<void> = Promise.resolve();

  async function count(workspaceId: string): Promise<void> {
    const bytes = pending.get(workspaceId) ?? 0;
    if (bytes === 0) return;
    pending.set(workspaceId, 0);
    // A measurement to come counts what this might lose.
    await pool.query(addUsageSql, [workspaceId, bytes]).catch(() => undefined);
  }

  return {
    async admit(workspaceId, bytes) {
      // What this process stored before is counted first.
      await counting;
      const { rows } = await patiently(
        () => pool.query<{ quota: number | null; used: number | null }>({ name: "room", text: roomSql, values: [workspaceId] }),
        () => closed,
      );
      const { quota, used: known } = rows[0]!;
      if (quota === null) return;
      const used = known ?? (await measure(workspaceId));
      if (used + bytes <= quota) return;
      throw new StoreFault(
        `This workspace may store ${toSize(quota)} and holds ${toSize(used)}; this value needs ${toSize(bytes)} more. Keep fewer runs or raise the quota under Settings → Storage, or store less.`,
        "quota",
      );
    },
    stored(workspaceId, bytes) {
      pending.set(workspaceId, (pending.get(workspaceId) ?? 0) + bytes);
      counting = counting.then(() => count(workspaceId));
    },
    async spare(workspaceId, hash) {
      for (;;) {
        const { rows } = await patiently(
          () => pool.query({ name: "spare", text: spareSql, values: [workspaceId, hash, staleSeconds] }),
          () => closed,
        );
        if (rows.length === 0) return;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    },
    async lost(workspaceId, hash) {
      await patiently(
        () => pool.query(forgetResultsSql, [workspaceId, hash]),
        () => closed,
      );
    },
    async settle() {
      closed = true;
      await counting;
    },
  };
}
