/** Connections. The engine has one of its own besides (one statement in flight on it); everybody else shares this pool. */
import pg from "pg";

export type Pool = pg.Pool;

export function createPool(url: string, size = 8): Pool {
  const pool = new pg.Pool({ ...connection(url), max: size, idleTimeoutMillis: 60_000 });
  // An idle connection that dies with a restart of the database is replaced by the next query; unheard it would end the process.
  pool.on("error", () => undefined);
  return pool;
}

/** A connection that says nothing for so long is dead, though its socket may be open: the network was cut in silence. */
export const answerTimeoutMs = 12_000;

export function connection(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    options: "-c TimeZone=UTC -c idle_in_transaction_session_timeout=60000",
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    query_timeout: answerTimeoutMs,
    statement_timeout: 60_000,
  };
}

/**
 * Errors that say nothing about the statement: the database was not there, could not serve anybody (no memory, no disk,
 * no connection, read-only), chose a victim, or went silent, so that nobody knows whether the statement took effect.
 */
export function isConnectionError(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string" && (/^(08|53|57P|40|25006|55P03)/.test(code) || /^E[A-Z]+$/.test(code))) return true;
  return typeof message === "string" && /connection (terminated|ended)|not queryable|read timeout|timeout exceeded|ECONN/i.test(message);
}
