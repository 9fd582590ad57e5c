/** Connections. The engine has one of its own besides (one statement in flight on it); everybody else shares this pool. */
import pg from "pg";

export type Pool = pg.Pool;

export function createPool(url: string, size = 8): Pool {
  const pool = new pg.Pool({ ...connection(url), max: size, idleTimeoutMillis: 60_000 });
  // An idle connection that dies with a restart of the database is replaced by the next query; unheard it would end the process.
  pool.on("error", () => undefined);
  return pool;
}

export function connection(url: string): pg.ClientConfig {
  return {
    connectionString: url,
    options: "-c TimeZone=UTC -c idle_in_transaction_session_timeout=60000",
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
  };
}

/** Errors after which nobody knows whether the statement took effect, or the database was not there at all. */
export function isConnectionError(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string" && (/^(08|57P)/.test(code) || /^E[A-Z]+$/.test(code))) return true;
  return typeof message === "string" && /connection (terminated|ended)|not queryable|timeout exceeded|ECONN/i.test(message);
}
