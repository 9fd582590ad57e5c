/** A real server on a port of its own, with a database and a home of its own, and people who are signed in to it. */
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createTestDatabase } from "../db/testing/database";
import { startServer, type RunningServer, type ServerOptions } from "../main";
import type { Role } from "../trpc";
import { hashPassword } from "../workspace/passwords";
import { beginSession } from "../workspace/sessions";

export interface TestServer extends RunningServer {
  readonly databaseUrl: string;
  readonly homeDir: string;
  close(): Promise<void>;
}

export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const database = await createTestDatabase();
  const homeDir = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-home-"));
  const server = await startServer({
    packageDir: process.cwd(),
    pages: "none",
    executor: "none",
    ...options,
    env: { home: homeDir, host: "127.0.0.1", port: 0, databaseUrl: database.url, publicUrl: undefined, ...options.env },
  });
  return {
    ...server,
    databaseUrl: database.url,
    homeDir,
    async close() {
      await server.stop();
      await database.drop();
      fs.rmSync(homeDir, { recursive: true, force: true });
    },
  };
}

export interface Person {
  readonly userId: string;
  readonly workspaceId: string;
  readonly email: string;
  readonly token: string;
  /** Calls a procedure as this person's browser would. */
  call(path: string, input?: unknown): Promise<Answer>;
  mutate(path: string, input?: unknown): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly data: unknown;
  readonly text: string;
  readonly headers: Headers;
}

/** A member with a session; with a workspace of their own unless one is named. */
export async function addPerson(
  server: { readonly url: string; readonly heddle: Pick<TestServer["heddle"], "database"> },
  order: { readonly role?: Role; readonly workspaceId?: string; readonly password?: string } = {},
): Promise<Person> {
  const { prisma } = server.heddle.database;
  const userId = crypto.randomUUID();
  const email = `${userId}@example.org`;
  const workspaceId = order.workspaceId ?? `ws-${userId}`;
  if (order.workspaceId === undefined)
    await prisma.workspace.create({ data: { id: workspaceId, slug: workspaceId, name: `Workspace of ${userId}` } });
  await prisma.user.create({
    data: {
      id: userId,
      name: `Person ${userId.slice(0, 4)}`,
      email,
      passwordHash: order.password === undefined ? null : await hashPassword(order.password),
    },
  });
  await prisma.member.create({ data: { workspaceId, userId, role: order.role ?? "owner" } });
  const { token } = await beginSession(server.heddle.database, { userId, address: "127.0.0.1", userAgent: "test", fromLink: false });
  const headers = { cookie: `__Host-heddle=${token}` };
  return {
    userId,
    workspaceId,
    email,
    token,
    call: (procedure, input) => query(server.url, procedure, input, headers),
    mutate: (procedure, input) => mutate(server.url, procedure, input, { ...headers, origin: server.url }),
  };
}

export async function query(url: string, procedure: string, input?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const search = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  return read(await fetch(`${url}/api/trpc/${procedure}${search}`, { headers }));
}

export async function mutate(url: string, procedure: string, input?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return read(
    await fetch(`${url}/api/trpc/${procedure}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: input === undefined ? "{}" : JSON.stringify(input),
    }),
  );
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  let body: { result?: { data?: unknown }; error?: { message: string; data: { code: string } } } = {};
  try {
    body = JSON.parse(text) as typeof body;
  } catch {
    // Refusals of the entry are plain text.
  }
  return {
    status: response.status,
    code: body.error?.data.code,
    message: body.error?.message ?? text,
    data: body.result?.data,
    text,
    headers: response.headers,
  };
}
