import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { appRouter } from "../router";
import { addPerson, mutate, query, startTestServer, type Person, type TestServer } from "../testing/test-server";
import { dataRoutes } from "./data-routes";
import { publicPaths } from "./handle-request";

let server: TestServer;
let person: Person;
beforeAll(async () => {
  server = await startTestServer();
  person = await addPerson(server);
});
afterAll(() => server.close());

type Procedure = { readonly _def: { readonly type: "query" | "mutation" | "subscription"; readonly meta?: { readonly access: string } } };
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>);

interface RawAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** As no client library would send it. */
function raw(options: http.RequestOptions & { readonly body?: string }): Promise<RawAnswer> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, ...options }, (response) => {
      let text = "";
      response
        .setEncoding("utf8")
        .on("data", (chunk: string) => (text += chunk))
        .on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    request.on("error", reject);
    request.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode!, headers: response.headers, text: "" });
    });
    request.end(options.body);
  });
}

const cookie = () => ({ cookie: `__Host-heddle=${person.token}` });

describe("the inventory", () => {
  test("every procedure says who may call it, and only these two are for anyone", () => {
    const access = new Map(procedures.map(([name, procedure]) => [name, procedure._def.meta?.access]));
    for (const [name, who] of access) expect(["anyone", "owner", "editor", "runner", "viewer"], name).toContain(who);
    expect([...access].filter(([, who]) => who === "anyone").map(([name]) => name)).toEqual(["workspace.signIn", "workspace.openLink"]);
  });

  test("what each role may call is as reviewed", () => {
    expect(Object.fromEntries(procedures.map(([name, procedure]) => [name, procedure._def.meta?.access]))).toMatchSnapshot();
  });

  test.each(
    procedures.filter(([, procedure]) => procedure._def.meta?.access !== "anyone").map(([name, { _def }]) => [name, _def.type] as const),
  )("%s without a sign-in is refused", async (name, type) => {
    const answer = type === "mutation" ? await mutate(server.url, name, {}, { origin: server.url }) : await query(server.url, name, {});
    expect(answer.status).toBe(type === "subscription" ? 405 : 401);
    expect(answer.data).toBeUndefined();
  });

  test("every path but the listed ones wants a sign-in, routes of app/api included", async () => {
    const apiRoutes = fs.existsSync("app/api")
      ? fs
          .readdirSync("app/api", { recursive: true })
          .map(String)
          .filter((file) => /route\.tsx?$/.test(file))
      : [];
    expect(apiRoutes, "requests are answered by server/entry, not by route files").toEqual([]);
    const pages = fs
      .readdirSync("app", { recursive: true })
      .map(String)
      .filter((file) => /(^|\/)page\.tsx$/.test(file));
    const paths = pages.map((file) =>
      `/${path.dirname(file)}`
        .replace(/\/\.$/, "/")
        .replace(/\[\w+\]/g, "x")
        .replace(/\/\([^)]+\)/g, ""),
    );
    expect(paths).toContain("/notebooks");
    const guarded = [
      ...paths.filter((each) => !publicPaths.has(each)),
      ...dataRoutes.map(({ example }) => example),
      "/api/trpc",
      "/api/live",
      "/api/language",
      "/api/collaborate",
      "/api/none",
      "/_next/image",
      "/_next/data/x.json",
      "/none",
    ];
    for (const each of guarded) {
      expect((await raw({ path: each })).status, each).toBe(401);
      const navigation = await raw({ path: each, headers: { accept: "text/html" } });
      if (navigation.status !== 401)
        expect([navigation.status, navigation.headers.location], each).toEqual([303, expect.stringMatching(/^\/sign-in/)]);
    }
    expect([...publicPaths].sort()).toEqual(["/favicon.ico", "/healthz", "/icon.svg", "/readyz", "/sign-in", "/sign-in/link"]);
  });

  test("only the exact names of health checks are free", async () => {
    expect((await raw({ path: "/healthz" })).status).toBe(200);
    expect((await raw({ path: "/readyz" })).status).toBe(200);
    for (const each of [
      "/x/healthz",
      "/healthz/",
      "/healthz/x",
      "/api/trpc/healthz",
      "//healthz",
      "/notebooks/../healthz",
      "/%68ealthz",
      "/healthz%2f",
    ]) {
      expect([400, 401, 404], each).toContain((await raw({ path: each })).status);
    }
  });
});

describe("headers that other servers obey", () => {
  const tricks: Record<string, string>[] = [
    { "x-middleware-subrequest": "middleware:middleware:middleware:middleware:middleware" },
    { "x-middleware-subrequest": "src/middleware" },
    { "x-middleware-rewrite": "/sign-in" },
    { "x-invoke-path": "/sign-in" },
    { "x-matched-path": "/sign-in" },
    { "x-forwarded-host": "127.0.0.1" },
    { "x-original-url": "/sign-in", "x-rewrite-url": "/sign-in" },
    { "x-http-method-override": "GET" },
    { rsc: "1", "next-router-prefetch": "1" },
    { rsc: "1", "next-router-state-tree": "%5B%22%22%5D" },
    { "next-action": "00" },
    { connection: "Upgrade", upgrade: "websocket" },
    { connection: "Upgrade", upgrade: "h2c" },
  ];
  test.each(tricks)("%j opens nothing", async (headers) => {
    for (const each of [
      "/notebooks",
      "/notebooks.rsc",
      "/notebooks?_rsc=1",
      "/api/trpc/notebook.list",
      "/api/trpc/workspace.session",
      dataRoutes[1]!.example,
    ]) {
      const answer = await raw({ path: each, headers });
      expect([303, 400, 401, 404], `${each} gave ${answer.status}`).toContain(answer.status);
    }
  });
});

describe("who asks", () => {
  test("another Host is refused with the way out", async () => {
    const answer = await raw({ path: "/notebooks", headers: { host: "rebound.example", ...cookie() } });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("HEDDLE_URL=https://")]);
    expect((await raw({ path: "/api/trpc/notebook.list", headers: { host: "192.168.1.5:4680", ...cookie() } })).status).toBe(400);
  });

  test("a change needs JSON, and our own Origin where a cookie speaks", async () => {
    const post = (headers: Record<string, string>) =>
      raw({ method: "POST", path: "/api/trpc/notebook.create", headers: { ...cookie(), ...headers }, body: '{"title":"x"}' });
    const json = { "content-type": "application/json" };
    expect((await post({ ...json, origin: server.url })).status).toBe(200);
    expect((await post({ ...json, origin: server.url, "content-type": "application/json; charset=utf-8" })).status).toBe(200);
    expect((await post(json)).status).toBe(403);
    for (const origin of ["https://evil.example", "null", server.url.replace("127.0.0.1", "localhost"), `${server.url}.evil.example`]) {
      expect((await post({ ...json, origin })).status, origin).toBe(403);
    }
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "text/plain; application/json",
    ]) {
      expect((await post({ "content-type": type, origin: server.url })).status, type).toBe(415);
    }
    expect(
      (await raw({ method: "GET", path: `/api/trpc/notebook.create?input=${encodeURIComponent('{"title":"x"}')}`, headers: cookie() }))
        .status,
    ).toBe(405);
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
      expect([403, 404, 405, 415], method).toContain(
        (await raw({ method, path: "/api/trpc/notebook.create", headers: { ...cookie(), ...json } })).status,
      );
    }
  });

  test("no answer allows another origin", async () => {
    const answer = await raw({ path: "/api/trpc/notebook.list", headers: { ...cookie(), origin: "https://evil.example" } });
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test("a body beyond 20 MB is refused", async () => {
    // The server may hang up before all of it was sent.
    const answer = await raw({
      method: "POST",
      path: "/api/trpc/notebook.import",
      headers: { ...cookie(), "content-type": "application/json", origin: server.url },
      body: JSON.stringify({ fileName: "a.ts", text: "x".repeat(21 * 1024 * 1024) }),
    }).catch(() => ({ status: 413, text: "", headers: {} }));
    expect(answer.status).toBe(413);
  });

  test("input with unknown fields, of the wrong kind, or aimed at prototypes is refused", async () => {
    for (const body of [
      '{"title":"x","extra":1}',
      '{"title":1}',
      '{"__proto__":{"title":"x"}}',
      '{"constructor":{"prototype":{"title":"x"}}}',
      "[]",
      "nonsense",
    ]) {
      const answer = await raw({
        method: "POST",
        path: "/api/trpc/notebook.create",
        headers: { ...cookie(), "content-type": "application/json", origin: server.url },
        body,
      });
      expect(answer.status, body).toBe(400);
    }
    expect(({} as { title?: string }).title).toBeUndefined();
  });
});

describe("sockets", () => {
  function open(headers: Record<string, string>, target = "/api/live"): Promise<{ socket: WebSocket; status: number }> {
    return new Promise((resolve) => {
      const socket = new WebSocket(server.url.replace("http", "ws") + target, { headers });
      socket.on("open", () => resolve({ socket, status: 101 }));
      socket.on("unexpected-response", (_request, response) => resolve({ socket, status: response.statusCode! }));
      socket.on("error", () => undefined);
    });
  }

  test("open for a signed-in page of ours on one path only", async () => {
    const origin = server.url;
    const opened = await open({ ...cookie(), origin });
    expect(opened.status).toBe(101);
    opened.socket.terminate();
    expect((await open({ origin })).status).toBe(401);
    expect((await open({ ...cookie(), origin: "https://evil.example" })).status).toBe(403);
    expect((await open(cookie())).status).toBe(403);
    expect((await open({ ...cookie(), origin, host: "rebound.example" })).status).toBe(400);
    for (const target of ["/", "/api/trpc", "/api/live/", "/trpc", "/_next/webpack-hmr", "/api/live/x", "//api/live"]) {
      expect((await open({ ...cookie(), origin }, target)).status, target).toBe(404);
    }
  });

  test("carry subscriptions only, and close when their session ends", async () => {
    const other = await addPerson(server, { password: "a long enough phrase" });
    const { socket } = await open({ cookie: `__Host-heddle=${other.token}`, origin: server.url });
    const reply = new Promise<string>((resolve) => socket.once("message", (data) => resolve(String(data))));
    socket.send(JSON.stringify({ id: 1, jsonrpc: "2.0", method: "query", params: { path: "notebook.list" } }));
    expect(await reply).toContain("METHOD_NOT_SUPPORTED");
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    await other.mutate("workspace.changePassword", { current: "a long enough phrase", next: "quite another phrase" });
    expect(await closed).toBe(4401);
  });
});

describe("answers", () => {
  test("of every kind carry the protective headers", async () => {
    for (const each of ["/healthz", "/notebooks", "/sign-in", "/api/trpc/notebook.list", dataRoutes[0]!.example, "/none"]) {
      for (const headers of [{}, cookie()]) {
        const answer = await raw({ path: each, headers });
        expect(answer.headers["content-security-policy"], each).toMatch(/default-src '(self|none)'/);
        expect(answer.headers["content-security-policy"], each).toContain("frame-ancestors");
        expect(answer.headers["x-content-type-options"], each).toBe("nosniff");
        expect(answer.headers["cross-origin-resource-policy"], each).toBe("same-origin");
        expect(answer.headers["x-powered-by"]).toBeUndefined();
      }
    }
  });

  test("tell nothing of our insides when something breaks", async () => {
    const broken = await addPerson(server);
    await server.heddle.database.pool.query("alter table notebook rename to notebook_away");
    const answer = await broken.call("notebook.list");
    await server.heddle.database.pool.query("alter table notebook_away rename to notebook");
    expect([answer.status, answer.message]).toEqual([500, expect.stringMatching(/^Something went wrong in Heddle \(id [0-9a-f]{12}\)\.$/)]);
    expect(answer.text).not.toMatch(/notebook_away|stack|select/i);
  });
});
