import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addPerson, mutate, query, startTestServer, type TestServer } from "../testing/test-server";
import { hashPassword } from "./passwords";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const cookieOf = (headers: Headers) => /^__Host-heddle=([\w-]+);/.exec(headers.get("set-cookie") ?? "")?.[1];
const withCookie = (token: string | undefined) => ({ cookie: `__Host-heddle=${token}` });
const page = () => ({ origin: server.url });
const signIn = (email: string, password: string, headers: Record<string, string> = {}) =>
  mutate(server.url, "workspace.signIn", { email, password }, { ...page(), ...headers });

describe("the one-time link", () => {
  test("signs the owner in once, and a second time not", async () => {
    const token = server.signInLink!.split("#")[1];
    const first = await mutate(server.url, "workspace.openLink", { token }, page());
    expect(first.status).toBe(200);
    const session = await query(server.url, "workspace.session", undefined, withCookie(cookieOf(first.headers)));
    expect(session.data).toMatchObject({ workspace: { slug: "home", name: "Home" }, role: "owner", user: { hasPassword: false } });
    const second = await mutate(server.url, "workspace.openLink", { token }, page());
    expect([second.status, second.code]).toEqual([401, "UNAUTHORIZED"]);
  });

  test("works without a proxy only", async () => {
    const answer = await mutate(server.url, "workspace.openLink", { token: "x".repeat(43) }, { ...page(), "x-forwarded-for": "10.0.0.1" });
    expect(answer.code).toBe("FORBIDDEN");
  });
});

describe("sessions", () => {
  test("the cookie is bound to the host, secure, out of reach of scripts", async () => {
    const person = await addPerson(server, { password: "a long enough phrase" });
    const { headers } = await signIn(person.email, "a long enough phrase");
    expect(headers.get("set-cookie")).toMatch(/^__Host-heddle=[\w-]{43}; Path=\/; Max-Age=\d+; Secure; HttpOnly; SameSite=Lax$/);
  });

  test("a sign-in takes a new token and ends the session the browser came with", async () => {
    const person = await addPerson(server, { password: "a long enough phrase" });
    const answer = await signIn(person.email, "a long enough phrase", withCookie(person.token));
    expect(cookieOf(answer.headers)).not.toBe(person.token);
    expect((await person.call("workspace.session")).status).toBe(401);
  });

  test("a stolen cookie is worth nothing once the password was changed", async () => {
    const person = await addPerson(server, { password: "a long enough phrase" });
    const changed = await person.mutate("workspace.changePassword", { current: "a long enough phrase", next: "quite another phrase" });
    expect(changed.status).toBe(200);
    expect((await person.call("workspace.session")).status).toBe(401);
    expect((await query(server.url, "workspace.session", undefined, withCookie(cookieOf(changed.headers)))).status).toBe(200);
    expect((await signIn(person.email, "a long enough phrase")).status).toBe(401);
    expect((await signIn(person.email, "quite another phrase")).status).toBe(200);
  });

  test("idle sessions and old ones end", async () => {
    const idle = await addPerson(server);
    await server.heddle.database.pool.query("update session set last_used_at = now() - interval '8 days' where user_id = $1", [
      idle.userId,
    ]);
    expect((await idle.call("workspace.session")).status).toBe(401);
    const old = await addPerson(server);
    await server.heddle.database.pool.query("update session set expires_at = now() - interval '1 second' where user_id = $1", [old.userId]);
    expect((await old.call("workspace.session")).status).toBe(401);
  });

  test("signing out ends the session and takes the cookie away", async () => {
    const person = await addPerson(server);
    const answer = await person.mutate("workspace.signOut");
    expect(answer.headers.get("set-cookie")).toMatch(/^__Host-heddle=; Path=\/; Max-Age=0;/);
    expect((await person.call("workspace.session")).status).toBe(401);
  });

  test("a person sees their browsers and closes one", async () => {
    const person = await addPerson(server, { password: "a long enough phrase" });
    const other = cookieOf((await signIn(person.email, "a long enough phrase")).headers);
    const rows = (await person.call("workspace.sessions")).data as { id: string; current: boolean }[];
    expect(rows.map((row) => row.current).sort()).toEqual([false, true]);
    await person.mutate("workspace.revokeSession", { id: rows.find((row) => !row.current)!.id });
    expect((await query(server.url, "workspace.session", undefined, withCookie(other))).status).toBe(401);
    expect((await person.call("workspace.session")).status).toBe(200);
  });
});

describe("passwords", () => {
  test("are kept as Argon2id with at least 19 MiB, two passes and one lane", async () => {
    expect(await hashPassword("a long enough phrase")).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test.each(["short", "password123", "aaaaaaaaaaaa", "x".repeat(129)])("%s is refused", async (next) => {
    const person = await addPerson(server);
    expect((await person.mutate("workspace.changePassword", { next })).code).toBe("BAD_REQUEST");
  });

  test("are changed with the present one only, where there is one", async () => {
    const person = await addPerson(server, { password: "a long enough phrase" });
    expect((await person.mutate("workspace.changePassword", { next: "quite another phrase" })).code).toBe("BAD_REQUEST");
  });

  test("after five failed tries the right one is refused too, whether the account exists or not", async () => {
    const person = await addPerson(server, { password: "a long enough phrase" });
    const { pool } = server.heddle.database;
    for (const email of [person.email, "nobody@example.org"]) {
      await pool.query("delete from sign_in_failure");
      const answers = await Promise.all(Array.from({ length: 12 }, () => signIn(email, "wrong guess here")));
      expect(answers.filter((answer) => answer.status === 401).length).toBeLessThanOrEqual(5);
      expect(answers.filter((answer) => answer.status === 429).length).toBeGreaterThanOrEqual(7);
    }
    await pool.query("delete from sign_in_failure where subject like 'address:%'");
    await pool.query("insert into sign_in_failure (subject) select subject from sign_in_failure, generate_series(1, 5)");
    expect((await signIn("nobody@example.org", "a long enough phrase")).status).toBe(429);
    await pool.query("delete from sign_in_failure");
    expect((await signIn(person.email, "a long enough phrase")).status).toBe(200);
  });
});

describe("API tokens", () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  test("do what their scope and their maker's role both allow", async () => {
    const person = await addPerson(server, { role: "editor" });
    const viewer = (await person.mutate("workspace.createToken", { name: "read", scope: "viewer" })).data as { token: string };
    const owner = (await person.mutate("workspace.createToken", { name: "all", scope: "owner" })).data as { token: string };
    expect(viewer.token).toMatch(/^hdl_[\w-]{43}$/);
    expect((await query(server.url, "notebook.list", undefined, bearer(viewer.token))).status).toBe(200);
    expect((await mutate(server.url, "notebook.create", { title: "No" }, bearer(viewer.token))).code).toBe("FORBIDDEN");
    expect((await mutate(server.url, "notebook.create", { title: "Yes" }, bearer(owner.token))).status).toBe(200);
    expect((await query(server.url, "workspace.session", undefined, bearer(owner.token))).data).toMatchObject({ role: "editor" });
    expect((await mutate(server.url, "workspace.createToken", { name: "more", scope: "viewer" }, bearer(owner.token))).code).toBe(
      "FORBIDDEN",
    );
  });

  test("end when they expire or are revoked, and a bad one is not helped by a good cookie", async () => {
    const person = await addPerson(server);
    const { id, token } = (await person.mutate("workspace.createToken", { name: "t", scope: "viewer", days: 1 })).data as {
      id: string;
      token: string;
    };
    const use = () => query(server.url, "notebook.list", undefined, { ...bearer(token), ...withCookie(person.token) });
    expect((await use()).status).toBe(200);
    await server.heddle.database.pool.query("update api_token set expires_at = now() - interval '1 second' where id = $1", [id]);
    expect((await use()).status).toBe(401);
    await server.heddle.database.pool.query("update api_token set expires_at = null where id = $1", [id]);
    expect((await use()).status).toBe(200);
    await person.mutate("workspace.revokeToken", { id });
    expect((await use()).status).toBe(401);
  });
});

test("a copy of the database holds no token that opens anything", async () => {
  const person = await addPerson(server, { password: "a long enough phrase" });
  const { token } = (await person.mutate("workspace.createToken", { name: "t", scope: "viewer" })).data as { token: string };
  const { pool } = server.heddle.database;
  const dump: string[] = [];
  for (const table of ["session", "api_token", "sign_in_link", "sign_in_failure", '"user"']) {
    dump.push(JSON.stringify((await pool.query(`select * from ${table}`)).rows));
  }
  for (const secret of [person.token, token, "a long enough phrase"]) expect(dump.join()).not.toContain(secret);
});
