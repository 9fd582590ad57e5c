/** Limits of the workspace w1 in tests, and a hand on the gate through which permits are given out. */
import type { Pool } from "../../../db/pool";
import { until } from "../workbench";

/** Pools and how many places each has, besides those that are there. */
export async function setPools(pool: Pool, places: Readonly<Record<string, number>>): Promise<void> {
  await pool.query("insert into workspace (id, slug, name) values ('w1', 'w1', 'W1') on conflict do nothing");
  for (const [name, slots] of Object.entries(places)) {
    await pool.query(
      "insert into concurrency_limit (workspace_id, kind, name, slots, updated_by) values ('w1', 'pool', $1, $2, 'test') on conflict do nothing",
      [name, slots],
    );
  }
}

/** Until `open`, whoever asks for a permit waits; `asked` resolves once somebody does. */
export async function holdGate(pool: Pool): Promise<{ asked(): Promise<void>; open(): Promise<void> }> {
  await pool.query("insert into permit_gate (workspace_id) values ('w1') on conflict do nothing");
  const client = await pool.connect();
  await client.query("start transaction");
  await client.query("select from permit_gate where workspace_id = 'w1' for no key update");
  return {
    asked: () =>
      until(async () => {
        const { rowCount } = await pool.query(
          "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like 'select workspace_id from permit_gate%'",
        );
        return rowCount !== 0;
      }),
    async open() {
      await client.query("end");
      client.release();
    },
  };
}
