/**
 * The time that all servers of one database agree on: this process counts from where the database's clock stood. Deadlines of
 * waits, approvals and runs rest in the database as moments of it, whichever server set them.
 */
import type { Pool } from "./pool";

export async function databaseClock(pool: Pool): Promise<() => number> {
  const before = Date.now();
  const { rows } = await pool.query<{ now: number }>("select (extract(epoch from clock_timestamp()) * 1000)::float8 as now");
  const after = Date.now();
  // Half the way there and back; a difference that the measurement itself may have made is none.
  const offset = Math.round(rows[0]!.now - (before + after) / 2);
  const real = Math.abs(offset) > after - before + 1 ? offset : 0;
  return () => Date.now() + real;
}
