/**
 * Ways in: e-mail and password, or a one-time link from the terminal. Neighbours: sessions.ts (what both end in),
 * passwords.ts, sign-in-throttle.ts, router.ts (the procedures).
 */
import type { Database } from "../db/database";
import { AppError } from "../errors";
import { checkNewPassword, hashPassword, verifyPassword } from "./passwords";
import { hashSecretToken, newSecretToken } from "./secret-token";
import { beginSession, endSessionsOfUser } from "./sessions";
import { countTry } from "./sign-in-throttle";

export interface Visitor {
  readonly address: string;
  readonly userAgent: string | undefined;
}

export async function signInWithPassword(
  database: Database,
  visitor: Visitor,
  email: string,
  password: string,
): Promise<{ readonly token: string }> {
  const name = email.trim().toLowerCase();
  const attempt = await countTry(database, name, visitor.address);
  const user = await database.prisma.user.findUnique({ where: { email: name } });
  if (!(await verifyPassword(user?.passwordHash ?? undefined, password)) || !user) {
    throw new AppError("UNAUTHORIZED", "E-mail or password is wrong.");
  }
  await attempt.succeeded();
  return beginSession(database, { userId: user.id, ...visitor, fromLink: false });
}

export const linkMinutes = 15;

/** A token that signs the user in once. Earlier links of the user stop working. */
export async function makeSignInLink(database: Database, userId: string): Promise<string> {
  const { token, hash } = newSecretToken();
  await database.pool.query("delete from sign_in_link where user_id = $1 or expires_at < now()", [userId]);
  await database.pool.query("insert into sign_in_link (hash, user_id, expires_at) values ($1, $2, now() + make_interval(mins => $3))", [
    hash,
    userId,
    linkMinutes,
  ]);
  return token;
}

export async function signInWithLink(database: Database, visitor: Visitor, token: string): Promise<{ readonly token: string }> {
  const { rows } = await database.pool.query<{ user_id: string }>(
    "delete from sign_in_link where hash = $1 and expires_at > now() returning user_id",
    [hashSecretToken(token)],
  );
  const userId = rows[0]?.user_id;
  if (!userId) {
    throw new AppError(
      "UNAUTHORIZED",
      "This link was used already or is older than 15 minutes. Run `heddle sign-in-link` on the machine that runs Heddle for a new one.",
    );
  }
  return beginSession(database, { userId, ...visitor, fromLink: true });
}

/**
 * Sets a password and ends every session of the user. Needs the present password, unless there is none yet or the
 * session was begun by a link in the last quarter of an hour.
 */
export async function changePassword(
  database: Database,
  change: {
    readonly userId: string;
    readonly sessionId: string;
    readonly current: string | undefined;
    readonly next: string;
    readonly address: string;
  },
): Promise<void> {
  const user = await database.prisma.user.findUniqueOrThrow({ where: { id: change.userId } });
  const session = await database.prisma.session.findUnique({ where: { id: change.sessionId } });
  const fresh = session?.fromLink === true && Date.now() - session.createdAt.getTime() < linkMinutes * 60_000;
  if (user.passwordHash !== null && !fresh) {
    const attempt = await countTry(database, user.email, change.address);
    if (!(await verifyPassword(user.passwordHash, change.current ?? ""))) {
      throw new AppError("BAD_REQUEST", "The present password is wrong.");
    }
    await attempt.succeeded();
  }
  checkNewPassword(change.next, user.email);
  await database.prisma.user.update({ where: { id: user.id }, data: { passwordHash: await hashPassword(change.next) } });
  await endSessionsOfUser(database, user.id);
  await database.pool.query("delete from sign_in_link where user_id = $1", [user.id]);
}
