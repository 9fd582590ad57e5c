import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { addPerson, query, startTestServer, type Person, type TestServer } from "../testing/test-server";

let server: TestServer;
let a: Person;
let b: Person;
beforeAll(async () => {
  server = await startTestServer();
  a = await addPerson(server);
  b = await addPerson(server);
});
afterAll(() => server.close());

const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const big = Buffer.alloc(3_000_000, 5);

function ask(route: string, token: string | undefined, body?: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${server.url}/api/worker/${route}`, {
    method: body ? "PUT" : "GET",
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(body ? { body: body as never } : {}),
  });
}

function issue(attempt: string, readable: string[] = [], files = new Map<string, string>()): string {
  return server.heddle.workers.attempts.grants.issue({ attempt, workspaceId: a.workspaceId, readable: new Set(readable), files });
}

test("an attempt's token opens the values that it reads, byte by byte, and no others", async () => {
  const { values } = server.heddle.execution;
  const mine = await values.put(a.workspaceId, big);
  const undeclared = await values.put(a.workspaceId, Buffer.from("undeclared"));
  const foreign = await values.put(b.workspaceId, Buffer.from("of another workspace"));
  const token = issue("r-0#1", [mine.hash, foreign.hash]);
  const answer = await ask(`values/${mine.hash}`, token);
  expect(answer.status).toBe(200);
  expect(sha(Buffer.from(await answer.arrayBuffer()))).toBe(mine.hash);
  expect((await ask(`values/${undeclared.hash}`, token)).status).toBe(403);
  // Even where its hash was named, another workspace's bytes are not in reach.
  expect((await ask(`values/${foreign.hash}`, token)).status).toBe(404);
  for (const route of ["values/x", `values/${mine.hash}/..`, `values/${mine.hash.toUpperCase()}`, "none"])
    expect([400, 404], route).toContain((await ask(route, token)).status);
});

test("the lock of a notebook's packages is for workers of its workspace", async () => {
  const { pool } = server.heddle.database;
  const hash = sha(Buffer.from("{}"));
  await pool.query("insert into environment_lock (workspace_id, hash, wish, manifest, lock) values ($1, $2, 'w', '{}', '{}')", [
    a.workspaceId,
    hash,
  ]);
  const token = async (person: Person) =>
    ((await person.mutate("workspace.createToken", { name: "rig", scope: "worker" })).data as { token: string }).token;
  const answer = await ask(`environments/${hash}`, await token(a));
  expect(await answer.json()).toEqual({ hash, manifest: "{}", lock: "{}" });
  expect((await ask(`environments/${hash}`, await token(b))).status).toBe(404);
  expect((await ask(`environments/${hash}`, issue("r-7#1"))).status).toBe(401);
  expect((await ask(`environments/${hash}`, undefined)).status).toBe(401);
});

test("a worker of one workspace never sees values of another", async () => {
  const foreign = await server.heddle.execution.values.put(b.workspaceId, Buffer.from("secret of b"));
  const answer = await ask(`values/${foreign.hash}`, issue("r-9#1"));
  expect([answer.status, await answer.text()]).toEqual([403, expect.not.stringContaining("secret")]);
});

test("values are taken under their own hash only, and only while the attempt is held", async () => {
  const token = issue("r-1#1");
  expect((await ask(`values/${sha(big)}`, token, Buffer.from("other bytes"))).status).toBe(422);
  const { grants } = server.heddle.workers.attempts;
  expect([...grants.of("r-1#1")!.written]).toEqual([]);
  expect((await ask(`values/${sha(big)}`, token, big)).status).toBe(204);
  expect([...grants.of("r-1#1")!.written]).toEqual([sha(big)]);
  expect((await server.heddle.execution.values.read(a.workspaceId, sha(big))).equals(big)).toBe(true);
  expect(fs.readdirSync(path.join(server.homeDir, "incoming"))).toEqual([]);

  grants.end("r-1#1", false);
  expect((await ask(`values/${sha(big)}`, token, big)).status).toBe(401);
  const stale = issue("r-2#1");
  grants.end("r-2#1", true);
  const refused = await ask(`values/${sha(big)}`, stale, big);
  expect([refused.status, (await refused.text()).trim()]).toEqual([409, "lease-lost"]);
  // A new token makes the old one void.
  const first = issue("r-3#1");
  const second = issue("r-3#1");
  expect((await ask(`values/${sha(big)}`, first, big)).status).toBe(401);
  expect((await ask(`values/${sha(big)}`, second, big)).status).toBe(204);
});

test("data files are opened by the hash that the attempt was given", async () => {
  const file = path.join(server.heddle.home.dataDir(a.workspaceId), "cars.json");
  fs.writeFileSync(file, "[1]");
  const hash = sha(Buffer.from("[1]"));
  const token = issue("r-4#1", [], new Map([[hash, file]]));
  expect(await (await ask(`files/${hash}`, token)).text()).toBe("[1]");
  expect((await ask(`files/${sha(big)}`, token)).status).toBe(403);
  expect((await ask(`files/${hash}`, issue("r-5#1"))).status).toBe(403);
});

test("nothing is open without a token, with a cookie, or with a token of another kind", async () => {
  const cookie = { cookie: `__Host-heddle=${a.token}`, origin: server.url };
  const owner = ((await a.mutate("workspace.createToken", { name: "o", scope: "owner" })).data as { token: string }).token;
  const worker = ((await a.mutate("workspace.createToken", { name: "w", scope: "worker" })).data as { token: string }).token;
  const attempt = issue("r-6#1");
  for (const route of ["environment", `values/${sha(big)}`, `files/${sha(big)}`, "none"]) {
    expect((await ask(route, undefined)).status, route).toBe(401);
    expect((await ask(route, undefined, undefined, cookie)).status, route).toBe(401);
    expect((await ask(route, owner)).status, route).toBe(401);
  }
  expect((await ask("environment", worker)).status).toBe(200);
  expect((await ask("environment", attempt)).status).not.toBe(200);
  expect((await ask(`values/${sha(big)}`, worker)).status).toBe(401);
  for (const procedure of ["workspace.session", "run.list", "notebook.list"]) {
    for (const token of [worker, attempt]) {
      expect((await query(server.url, procedure, {}, { authorization: `Bearer ${token}` })).status, procedure).toBe(401);
    }
  }
});

test("only a worker's token opens the socket; only an owner makes one, and it ends with their ownership", async () => {
  const open = (headers: Record<string, string>) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/api/worker`, { headers });
      socket.on("error", () => undefined);
      socket.once("unexpected-response", (_request, response) => {
        resolve(response.statusCode ?? 0);
        socket.terminate();
      });
      socket.once("open", () => {
        resolve(101);
        socket.terminate();
      });
    });
  const editor = await addPerson(server, { role: "editor", workspaceId: a.workspaceId });
  expect((await editor.mutate("workspace.createToken", { name: "w", scope: "worker" })).code).toBe("FORBIDDEN");
  const other = await addPerson(server, { role: "owner", workspaceId: a.workspaceId });
  const { token } = (await other.mutate("workspace.createToken", { name: "w", scope: "worker" })).data as { token: string };
  expect(await open({ authorization: `Bearer ${token}` })).toBe(101);
  const plain = ((await a.mutate("workspace.createToken", { name: "o", scope: "owner" })).data as { token: string }).token;
  for (const headers of [
    {},
    { cookie: `__Host-heddle=${a.token}`, origin: server.url },
    { authorization: `Bearer ${plain}` },
    { authorization: `Bearer ${issue("r-7#1")}` },
    { authorization: "Bearer hdl_nonsense-nonsense" },
  ])
    // Without a token the missing origin is what is told.
    expect([401, 403], JSON.stringify(Object.keys(headers))).toContain(await open(headers as Record<string, string>));
  await server.heddle.database.prisma.member.updateMany({ where: { userId: other.userId }, data: { role: "editor" } });
  expect(await open({ authorization: `Bearer ${token}` })).toBe(401);
});
