/** Collects garbage in every workspace now and then, clears what writers left half done, sends logs after their attempts. */
import { collectGarbage } from "../artifact/collect-garbage";
import type { ObjectStore } from "../artifact/object-store";
import type { Pool } from "../db/pool";
import { dueSweepsSql } from "../db/storage.sql";
import type { LogStore } from "../run/log-store";
import { loopEvery, type Loop } from "./loop";

export interface CleanerOptions {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  readonly logs: LogStore;
  readonly everyMs?: number;
  complain(what: string, error: unknown): void;
}

const lookEveryMs = 60_000;
const sweepEveryHours = 6;
const halfDoneMs = 24 * 3_600_000;

export function createCleaner({ pool, objects, logs, everyMs = lookEveryMs, complain }: CleanerOptions): Loop {
  let cleaned = 0;
  return loopEvery(
    everyMs,
    async () => {
      await logs.flush();
      // Another server may have swept it: the database knows when each was swept last.
      const { rows } = await pool.query<{ id: string }>(dueSweepsSql, [sweepEveryHours]);
      for (const { id } of rows) {
        await collectGarbage({ pool, objects, workspaceId: id, dryRun: false, trigger: "timer" }).catch((error: unknown) =>
          complain(`Collecting the garbage of ${id}`, error),
        );
      }
      if (performance.now() - cleaned < halfDoneMs && cleaned > 0) return;
      cleaned = performance.now();
      await objects.clean(halfDoneMs);
    },
    (error) => complain("Cleaning the store", error),
  );
}
