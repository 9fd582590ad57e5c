/**
 * Tasks that would wait for each other for ever: a cell keeps its lock= while it waits for another notebook, and there, or
 * further down, a cell wants that lock. Refused at the call where it is certain; where it came about otherwise (a `when=`, two
 * callers crosswise, a lock that was made smaller), "why is this waiting?" names who waits for whom.
 * Neighbours: start-sub-run.ts, why-waiting.ts.
 */
import type { ClientBase } from "pg";
import type { Dag } from "@/pipelines/compile/dag";
import type { Holder } from "@/pipelines/run/waiting-for";
import type { Pool } from "../db/pool";
import { callersSql, heldLocksSql, locksBelowSql } from "../db/lock-cycle.sql";
import { readHolders } from "../pool/store";

interface HeldLock {
  readonly lock: string;
  readonly permits: number;
  readonly number: number;
  readonly title: string;
}

/** Why a call of this task run cannot go well; undefined: nothing speaks against it. */
export async function findLockConflict(pool: Pool, taskRunId: string, called: Dag, notebook: string): Promise<string | undefined> {
  // With when=, on= or nothing left to compute it may never want it.
  const wanting = called.tasks.filter(({ options, when }) => options.lock !== undefined && when === undefined && options.on === undefined);
  if (wanting.length === 0) return undefined;
  const { rows: held } = await pool.query<HeldLock>(heldLocksSql, [taskRunId]);
  for (const { title, key, options } of wanting) {
    const holders = held.filter(({ lock }) => lock === options.lock);
    const [first] = holders;
    if (!first || holders.length < first.permits) continue;
    return (
      `“${notebook}” has the cell “${title || key}” with lock=${first.lock}, and “${first.title}” of run #${first.number}, which waits for it, ` +
      `holds that lock until it ends: the two would wait for each other for ever. Take lock=${first.lock} away from one of the two cells, or ` +
      `give the lock another permit (Pools).`
    );
  }
  return undefined;
}

const mostSteps = 20;

/** From who holds the lock to who waits for this run itself; undefined: somebody may let go of it. */
export async function findLockCycle(
  client: ClientBase,
  workspaceId: string,
  runId: string,
  holders: readonly Holder[],
): Promise<readonly Holder[] | undefined> {
  const { rows } = await client.query<{ task_run_id: string }>(callersSql, [runId]);
  const waitingForUs = new Set(rows.map(({ task_run_id }) => task_run_id));
  if (waitingForUs.size === 0) return undefined;
  const seen = new Set<string>();
  /** Every holder must be stuck, or one of them lets go some time. */
  const stuck = async (all: readonly Holder[]): Promise<readonly Holder[] | undefined> => {
    let way: readonly Holder[] | undefined;
    for (const holder of all) {
      way = await leadsBack(holder);
      if (!way) return undefined;
    }
    return way;
  };
  const leadsBack = async (holder: Holder): Promise<readonly Holder[] | undefined> => {
    const id = holder.task?.id;
    if (id === undefined || seen.size >= mostSteps) return undefined;
    if (waitingForUs.has(id)) return [holder];
    if (seen.has(id)) return undefined;
    seen.add(id);
    const { rows: wanted } = await client.query<{ lock: string }>(locksBelowSql, [workspaceId, id]);
    for (const { lock } of wanted) {
      const resource = `lock/${lock}`;
      const way = await stuck((await readHolders(client, workspaceId, [resource])).get(resource) ?? []);
      if (way) return [holder, ...way];
    }
    return undefined;
  };
  return stuck(holders);
}
