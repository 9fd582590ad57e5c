/** Tokens for programs: `hdl_` and 256 random bits, shown once. A token may do what its scope and its maker's role both allow. */
import crypto from "node:crypto";
import type { Database } from "../db/database";
import { workspaceTransaction } from "../db/tenancy";
import { notFound } from "../errors";
import { lesserRole, type Caller, type Role } from "../trpc";
import { hashSecretToken, newSecretToken } from "./secret-token";
import type { ApiTokenView } from "./workspace-views";

export const tokenPrefix = "hdl_";
/** For a worker on another machine: opens nothing that people use. Only an owner's token does, for as long as they are one. */
export const workerScope = "worker";
export type TokenScope = Role | typeof workerScope;

export async function createApiToken(
  database: Database,
  workspaceId: string,
  order: { readonly userId: string; readonly name: string; readonly scope: TokenScope; readonly days: number | undefined },
): Promise<{ readonly id: string; readonly token: string }> {
  const { token, hash } = newSecretToken(tokenPrefix);
  const id = crypto.randomUUID();
  await workspaceTransaction(database, workspaceId, (tx) =>
    tx.apiToken.create({
      data: {
        id,
        workspaceId,
        userId: order.userId,
        name: order.name,
        prefix: token.slice(0, 10),
        hash,
        scope: order.scope,
        expiresAt: order.days === undefined ? null : new Date(Date.now() + order.days * 86_400_000),
      },
    }),
  );
  return { id, token };
}

/** Of the whole workspace for an owner, else the user's own. */
export async function listApiTokens(database: Database, workspaceId: string, userId: string | undefined): Promise<ApiTokenView[]> {
  const rows = await workspaceTransaction(database, workspaceId, (tx) =>
    tx.apiToken.findMany({ where: { workspaceId, ...(userId === undefined ? {} : { userId }) }, orderBy: { createdAt: "desc" } }),
  );
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scope: row.scope as TokenScope,
    userId: row.userId,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString(),
  }));
}

export async function revokeApiToken(database: Database, workspaceId: string, id: string, userId: string | undefined): Promise<void> {
  const { count } = await workspaceTransaction(database, workspaceId, (tx) =>
    tx.apiToken.deleteMany({ where: { id, workspaceId, ...(userId === undefined ? {} : { userId }) } }),
  );
  if (count === 0) throw notFound("token");
}

export async function findTokenCaller(database: Database, token: string): Promise<Caller | undefined> {
  if (!token.startsWith(tokenPrefix)) return undefined;
  const { rows } = await database.pool.query<{
    id: string;
    user_id: string;
    workspace_id: string;
    scope: Role;
    role: Role;
    touch: boolean;
  }>(
    `select t.id, t.user_id, t.workspace_id, t.scope, m.role, coalesce(t.last_used_at < now() - interval '1 minute', true) as touch
     from api_token t join member m on m.workspace_id = t.workspace_id and m.user_id = t.user_id
     where t.hash = $1 and t.scope <> $2 and (t.expires_at is null or t.expires_at > now())`,
    [hashSecretToken(token), workerScope],
  );
  const row = rows[0];
  if (!row) return undefined;
  if (row.touch) await database.pool.query("update api_token set last_used_at = now() where id = $1", [row.id]);
  return {
    userId: row.user_id,
    workspaceId: row.workspace_id,
    role: lesserRole(row.scope, row.role),
    by: { type: "token", tokenId: row.id },
  };
}

export interface WorkerCaller {
  readonly workspaceId: string;
  readonly tokenId: string;
  readonly userId: string;
}

/** Whose worker comes with this token; undefined for every other kind of token. */
export async function findWorkerCaller(database: Database, token: string): Promise<WorkerCaller | undefined> {
  if (!token.startsWith(tokenPrefix)) return undefined;
  const { rows } = await database.pool.query<{ id: string; user_id: string; workspace_id: string; touch: boolean }>(
    `select t.id, t.user_id, t.workspace_id, coalesce(t.last_used_at < now() - interval '1 minute', true) as touch
     from api_token t join member m on m.workspace_id = t.workspace_id and m.user_id = t.user_id
     where t.hash = $1 and t.scope = $2 and m.role = 'owner' and (t.expires_at is null or t.expires_at > now())`,
    [hashSecretToken(token), workerScope],
  );
  const row = rows[0];
  if (!row) return undefined;
  if (row.touch) await database.pool.query("update api_token set last_used_at = now() where id = $1", [row.id]);
  return { workspaceId: row.workspace_id, tokenId: row.id, userId: row.user_id };
}
