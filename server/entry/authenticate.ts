/** Who makes a request: the one place that reads cookies and tokens. Its answer goes into the context of every procedure. */
import type http from "node:http";
import type { Database } from "../db/database";
import type { Caller } from "../trpc";
import { findTokenCaller } from "../workspace/api-tokens";
import { absoluteDays, findSessionCaller } from "../workspace/sessions";

/** `__Host-`: set by this host alone, for all its paths, over https or on this machine only. */
const cookieName = "__Host-heddle";

export async function authenticate(database: Database, headers: http.IncomingHttpHeaders): Promise<Caller | undefined> {
  const authorization = headers.authorization;
  // A bad token is no sign-in, even beside a good cookie.
  if (authorization !== undefined) {
    const token = readBearer(headers);
    return token === undefined ? undefined : findTokenCaller(database, token);
  }
  const token = readSessionToken(headers);
  return token === undefined ? undefined : findSessionCaller(database, token);
}

export function readBearer({ authorization }: http.IncomingHttpHeaders): string | undefined {
  return /^Bearer ([\w-]{10,200})$/.exec(authorization ?? "")?.[1];
}

export function readSessionToken(headers: http.IncomingHttpHeaders): string | undefined {
  for (const pair of headers.cookie?.split(";") ?? []) {
    const [name, value] = pair.trim().split("=", 2);
    if (name === cookieName && value !== undefined && /^[\w-]{43}$/.test(value)) return value;
  }
  return undefined;
}

export function sessionCookie(token: string | undefined): string {
  const age = token === undefined ? 0 : absoluteDays * 86_400;
  return `${cookieName}=${token ?? ""}; Path=/; Max-Age=${age}; Secure; HttpOnly; SameSite=Lax`;
}
