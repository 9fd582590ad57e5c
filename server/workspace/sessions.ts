/**
 * Signed-in browsers. A session is a row; its cookie carries a reference token of which only the hash is kept. It ends
 * after seven idle days, after thirty in any case, on sign-out, and whenever a password or a role changes.
 * Neighbours: sign-in.ts begins them, ../entry/authenticate.ts looks them up.
 */
import crypto from "node:crypto";
import type { Database } from "../db/database";
import type { Caller, Role } from "../trpc";
import { hashSecretToken, newSecretToken } from "./secret-token";

export const idleDays = 7;
export const absoluteDays = 30;

export interface SessionOrigin {
  readonly userId: string;
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
  readonly fromLink: boolean;
}

/** Always a new token: one that a browser had before signing in is worth nothing afterwards. */
export async function beginSession(database: Database, origin: SessionOrigin): Promise<{ readonly id: string; readonly token: string }> {
  const { token, hash } = newSecretToken();
  const id = crypto.randomUUID();
  await database.pool.query(
    `insert into session (id, hash, user_id, address, user_agent, from_link, expires_at)
     values ($1, $2, $3, $4, $5, $6, now() + make_interval(days => $7))`,
    [id, hash, origin.userId, origin.address ?? null, origin.userAgent?.slice(0, 300) ?? null, origin.fromLink, absoluteDays],
  );
  return { id, token };
}

/** The member behind a session token. Of several workspaces the one joined first. */
export async function findSessionCaller(database: Database, token: string): Promise<Caller | undefined> {
  const { rows } = await database.pool.query<{ id: string; user_id: string; workspace_id: string; role: Role; touch: boolean }>(
    `select s.id, s.user_id, m.workspace_id, m.role, s.last_used_at < now() - interval '1 minute' as touch
     from session s
     cross join lateral (select workspace_id, role from member where user_id = s.user_id order by created_at, workspace_id limit 1) m
     where s.hash = $1 and s.expires_at > now() and s.last_used_at > now() - make_interval(days => $2)`,
    [hashSecretToken(token), idleDays],
  );
  const row = rows[0];
  if (!row) return undefined;
  if (row.touch) await database.pool.query("update session set last_used_at = now() where id = $1", [row.id]);
  return { userId: row.user_id, workspaceId: row.workspace_id, role: row.role, by: { type: "session", sessionId: row.id } };
}

export async function endSessionOfToken(database: Database, token: string): Promise<string | undefined> {
  const { rows } = await database.pool.query<{ id: string }>("delete from session where hash = $1 returning id", [hashSecretToken(token)]);
  return rows[0]?.id;
}

/** False when the user has no such session. */
export async function endSession(database: Database, userId: string, id: string): Promise<boolean> {
  const { rowCount } = await database.pool.query("delete from session where id = $1 and user_id = $2", [id, userId]);
  return rowCount === 1;
}

export async function endSessionsOfUser(database: Database, userId: string): Promise<void> {
  await database.pool.query("delete from session where user_id = $1", [userId]);
}

export interface SessionRow {
  readonly id: string;
  readonly address: string | undefined;
  readonly userAgent: string | undefined;
  readonly createdAt: string;
  readonly lastUsedAt: string;
}

export async function listSessions(database: Database, userId: string): Promise<SessionRow[]> {
  const rows = await database.prisma.session.findMany({
    where: { userId, expiresAt: { gt: new Date() }, lastUsedAt: { gt: new Date(Date.now() - idleDays * 86_400_000) } },
    orderBy: { lastUsedAt: "desc" },
  });
  return rows.map((row) => ({
    id: row.id,
    address: row.address ?? undefined,
    userAgent: row.userAgent ?? undefined,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt.toISOString(),
  }));
}
