/** Five tries in fifteen minutes for an account and for an address; a success gives the account's tries back. */
import type { Database } from "../db/database";
import { AppError } from "../errors";
import { hashSecretToken } from "./secret-token";

const tries = 5;
const minutes = 15;

/** Counts a try before its outcome is known, so that a hundred at once are no more than five. Throws when there were too many. */
export async function countTry(database: Database, email: string, address: string): Promise<{ succeeded(): Promise<void> }> {
  const subjects = [`account:${hashSecretToken(email)}`, `address:${address}`];
  const { rows } = await database.pool.query<{ id: string }>(
    "insert into sign_in_failure (subject) select unnest($1::text[]) returning id",
    [subjects],
  );
  const { rows: counts } = await database.pool.query<{ count: number }>(
    `select count(*)::int as count from sign_in_failure
     where subject = any($1) and created_at > now() - make_interval(mins => $2) group by subject`,
    [subjects, minutes],
  );
  const ids = rows.map((row) => row.id);
  if (counts.some(({ count }) => count > tries)) {
    // A refused try is no try: the wait does not grow with every press of the button.
    await database.pool.query("delete from sign_in_failure where id = any($1::bigint[])", [ids]);
    throw new AppError(
      "TOO_MANY_REQUESTS",
      `There were ${tries} failed tries. Wait ${minutes} minutes, or use a link from \`heddle sign-in-link\` on the machine that runs Heddle.`,
    );
  }
  return {
    async succeeded() {
      await database.pool.query("delete from sign_in_failure where subject = $1 or id = any($2::bigint[])", [subjects[0], ids]);
    },
  };
}

export async function forgetOldTries(database: Database): Promise<void> {
  await database.pool.query("delete from sign_in_failure where created_at < now() - make_interval(mins => $1)", [minutes]);
}
