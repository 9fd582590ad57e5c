/**
 * The only ways to what belongs to a workspace. Each opens a transaction, takes the role `heddle_web` and names the
 * workspace, so that row security hides all other workspaces even where a statement forgot its predicate.
 */
import pg from "pg";
import type { Prisma } from "@/prisma/client/client";
import type { Database } from "./database";

export type WorkspaceTransaction = Prisma.TransactionClient;

const enter = "select set_config('role', 'heddle_web', true), set_config('heddle.ws', $1, true)";

/** Through Prisma: for what is read and written by the row. */
export function workspaceTransaction<T>(
  database: Database,
  workspaceId: string,
  work: (tx: WorkspaceTransaction) => Promise<T>,
): Promise<T> {
  return database.prisma.$transaction(
    async (tx) => {
      await tx.$queryRawUnsafe(enter, workspaceId);
      return work(tx);
    },
    { maxWait: 10_000, timeout: 20_000 },
  );
}

/** Through SQL: for the engine's tables, which the web side only reads. One snapshot for all statements of `work`. */
export async function workspaceRead<T>(database: Database, workspaceId: string, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin isolation level repeatable read read only");
    await client.query(enter, [workspaceId]);
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Before migrations: the role must exist or be creatable. The message says what a database administrator has to grant.
 */
export async function checkMayCreateRole(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ able: boolean; name: string }>(`
      select current_user as name,
        coalesce((select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = 'heddle_web'),
                 (select rolsuper or rolcreaterole from pg_roles where rolname = current_user)) as able`);
    const row = rows[0]!;
    if (row.able) return;
    throw new Error(
      `The database user "${row.name}" may not create the role that keeps workspaces apart. As an administrator run: ` +
        `CREATE ROLE heddle_web NOLOGIN; GRANT heddle_web TO "${row.name}"; then start Heddle again.`,
    );
  } finally {
    await client.end();
  }
}
