/** `heddle sign-in-link`: a one-time link for an owner, for the machine that Heddle runs on. Exit 0, 2 without a Heddle to sign in to. */
import fs from "node:fs";
import path from "node:path";
import { openDatabase } from "@/server/db/database";
import { startEmbeddedPostgres } from "@/server/db/embedded-postgres";
import { readEnv } from "@/server/env";
import { signInLinkUrl } from "@/server/main";
import { linkMinutes, makeSignInLink } from "@/server/workspace/sign-in";

export async function printSignInLink(email: string | undefined): Promise<number> {
  const env = readEnv(process.env);
  const dir = path.join(env.home, "postgres");
  if (env.databaseUrl === undefined && !fs.existsSync(dir)) {
    console.error(`There is no Heddle in ${env.home} yet: run npm start, which prints a link.`);
    return 2;
  }
  const postgres = env.databaseUrl === undefined ? await startEmbeddedPostgres({ dir }) : undefined;
  const database = openDatabase(env.databaseUrl ?? postgres!.url);
  try {
    const member = await database.prisma.member.findFirst({
      where: email === undefined ? { role: "owner" } : { user: { email: email.toLowerCase() } },
      orderBy: { createdAt: "asc" },
    });
    if (!member) {
      console.error(email === undefined ? "There is no owner yet: run npm start once." : `There is no member with the e-mail ${email}.`);
      return 2;
    }
    console.log(signInLinkUrl(env.port, await makeSignInLink(database, member.userId)));
    console.error(`It works once, on this machine, for ${linkMinutes} minutes, while Heddle runs.`);
    return 0;
  } finally {
    await database.close();
    // A server that was running before goes on.
    if (postgres && !postgres.adopted) await postgres.stop();
  }
}
