/** Files of the data folder over the API: in, listed, looked into, out, away and back. */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addPerson, startTestServer, type Person, type TestServer } from "../testing/test-server";
import { nameFault } from "./data-folder";

let server: TestServer;
let a: Person;
let b: Person;
beforeAll(async () => {
  server = await startTestServer();
  a = await addPerson(server);
  b = await addPerson(server);
});
afterAll(() => server.close());

const send = (person: Person | undefined, name: string, text: string, changes: RequestInit = {}, search = "") =>
  fetch(`${server.url}/api/data/${encodeURIComponent(name)}${search}`, {
    method: "POST",
    body: text,
    ...changes,
    headers: {
      "content-type": "application/octet-stream",
      origin: server.url,
      ...(person && { cookie: `__Host-heddle=${person.token}` }),
      ...(changes.headers as Record<string, string> | undefined),
    },
  });
const folder = (person: Person) => server.heddle.home.dataDir(person.workspaceId);
const list = async (person: Person) =>
  ((await person.call("data.list")).data as { path: string; bytes: number }[]).map(({ path, bytes }) => [path, bytes]);

test("a file comes in, is listed for its workspace only, looked into and fetched", async () => {
  const answer = await send(a, "trees of spring.csv", "kind,n\noak,2\nash,1\n");
  expect([answer.status, await answer.json()]).toMatchObject([200, { path: "trees of spring.csv", bytes: 19 }]);
  expect(await list(a)).toEqual([["trees of spring.csv", 19]]);
  expect(await list(b)).toEqual([]);
  const question = { type: "page", view: { sort: [{ column: 1, down: false }] }, from: 0, count: 10 };
  const seen = await a.call("table.ask", { source: { type: "file", path: "trees of spring.csv" }, question });
  expect(seen.data).toMatchObject({
    type: "page",
    rows: [
      ["ash", 1],
      ["oak", 2],
    ],
  });
  const fetched = (person: Person) =>
    fetch(`${server.url}/api/data/trees%20of%20spring.csv`, { headers: { cookie: `__Host-heddle=${person.token}` } });
  expect(await (await fetched(a)).text()).toBe("kind,n\noak,2\nash,1\n");
  expect((await fetched(a)).headers.get("content-disposition")).toMatch(/^attachment/);
  expect((await fetched(b)).status).toBe(404);
  expect((await b.call("table.ask", { source: { type: "file", path: "trees of spring.csv" }, question })).status).toBe(404);
});

test("a file that is there is replaced only when that is asked for", async () => {
  await send(a, "x.csv", "old");
  const refused = await send(a, "x.csv", "new");
  expect([refused.status, (await refused.text()).trim()]).toEqual([
    409,
    "There is a file “x.csv” already. Replace it, or give this one another name.",
  ]);
  expect(fs.readFileSync(path.join(folder(a), "x.csv"), "utf8")).toBe("old");
  expect((await send(a, "x.csv", "new", {}, "?overwrite=1")).status).toBe(200);
  expect(fs.readFileSync(path.join(folder(a), "x.csv"), "utf8")).toBe("new");
  expect(fs.readdirSync(path.join(server.homeDir, "data-incoming"))).toEqual([]);
});

test("deleting can be taken back, unless another file has the name by then", async () => {
  await send(a, "gone.csv", "1");
  const { trashId } = (await a.mutate("data.remove", { path: "gone.csv" })).data as { trashId: string };
  expect((await list(a)).map(([name]) => name)).not.toContain("gone.csv");
  expect((await b.mutate("data.restore", { trashId })).status).toBe(404);
  expect((await a.mutate("data.restore", { trashId })).status).toBe(200);
  expect((await list(a)).map(([name]) => name)).toContain("gone.csv");
  const again = (await a.mutate("data.remove", { path: "gone.csv" })).data as { trashId: string };
  await send(a, "gone.csv", "2");
  expect((await a.mutate("data.restore", again)).status).toBe(409);
});

describe("what is refused", () => {
  test.each(["../x.csv", "a/b.csv", "..", ".hidden", "a\\b", "a\0b", "", " x.csv", "x".repeat(201), "a|b", "a\nb"])(
    "the name %j",
    async (name) => {
      expect(nameFault(name)).toBeDefined();
      if (name === "" || name === "..") return;
      const before = await list(a);
      expect([400, 404, 405]).toContain((await send(a, name, "x")).status);
      expect(await list(a)).toEqual(before);
    },
  );

  test("strangers, other sites, other types, and people who may only look", async () => {
    expect((await send(undefined, "s.csv", "x")).status).toBe(401);
    expect((await send(a, "s.csv", "x", { headers: { origin: "https://evil.example" } })).status).toBe(403);
    expect((await send(a, "s.csv", "x", { headers: { "content-type": "text/plain" } })).status).toBe(415);
    const viewer = await addPerson(server, { role: "viewer", workspaceId: a.workspaceId });
    expect((await send(viewer, "s.csv", "x")).status).toBe(403);
    expect((await viewer.mutate("data.remove", { path: "x.csv" })).code).toBe("FORBIDDEN");
    expect((await list(a)).map(([name]) => name)).not.toContain("s.csv");
  });

  test("links that lead out of the folder", async () => {
    fs.writeFileSync(path.join(server.homeDir, "secret.csv"), "secret\n1\n");
    fs.symlinkSync(path.join(server.homeDir, "secret.csv"), path.join(folder(a), "link.csv"));
    expect((await list(a)).map(([name]) => name)).not.toContain("link.csv");
    const source = { type: "file", path: "link.csv" };
    expect((await a.call("table.ask", { source, question: { type: "page", view: {}, from: 0, count: 1 } })).status).toBe(404);
    expect((await fetch(`${server.url}/api/data/link.csv`, { headers: { cookie: `__Host-heddle=${a.token}` } })).status).toBe(404);
    expect((await send(a, "link.csv", "x", {}, "?overwrite=1")).status).toBe(409);
    expect(fs.readFileSync(path.join(server.homeDir, "secret.csv"), "utf8")).toBe("secret\n1\n");
    for (const name of ["../secret.csv", "/etc/passwd", "a/../../secret.csv"]) {
      expect((await a.mutate("data.remove", { path: name })).status).toBe(404);
    }
  });
});
