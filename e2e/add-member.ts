/** Another person in the workspace of a Heddle that runs, signed in to a browser context of their own. */
import crypto from "node:crypto";
import path from "node:path";
import type { Browser, BrowserContext } from "@playwright/test";
import pg from "pg";
import { startEmbeddedPostgres } from "../server/db/embedded-postgres";
import { newSecretToken } from "../server/workspace/secret-token";
import type { Heddle } from "./heddle";

export async function addMember(
  { home, url }: Heddle,
  browser: Browser,
  person: { readonly name: string; readonly role: "editor" | "runner" | "viewer" },
): Promise<BrowserContext> {
  const { token, hash } = newSecretToken();
  const id = crypto.randomUUID();
  // The server's own database: it is found running.
  const { url: database } = await startEmbeddedPostgres({ dir: path.join(home, "postgres") });
  const client = new pg.Client({ connectionString: database });
  await client.connect();
  try {
    await client.query('insert into "user" (id, name, email, updated_at) values ($1, $2, $3, now())', [
      id,
      person.name,
      `${id}@example.org`,
    ]);
    await client.query("insert into member (workspace_id, user_id, role) select id, $1, $2 from workspace limit 1", [id, person.role]);
    await client.query("insert into session (id, hash, user_id, expires_at) values ($1, $2, $1, now() + interval '1 day')", [id, hash]);
  } finally {
    await client.end();
  }
  const context = await browser.newContext({ baseURL: url });
  await context.addCookies([
    { name: "__Host-heddle", value: token, domain: "127.0.0.1", path: "/", secure: true, httpOnly: true, sameSite: "Lax" },
  ]);
  return context;
}
