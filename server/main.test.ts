import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { createTestDatabase } from "./db/testing/database";
import type { Env } from "./env";
import { startServer, type RunningServer } from "./main";

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function makeEnv(more: Partial<Env> = {}): Promise<Env> {
  const home = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "heddle-main-")), "home");
  const database = await createTestDatabase();
  cleanups.push(
    () => fs.rmSync(path.dirname(home), { recursive: true, force: true }),
    () => database.drop(),
  );
  return { home, host: "127.0.0.1", port: 0, databaseUrl: database.url, publicUrl: undefined, ...more };
}

async function start(env: Env): Promise<RunningServer> {
  const server = await startServer({ env, packageDir: process.cwd(), pages: "none", executor: "none" });
  cleanups.push(() => server.stop());
  return server;
}

test("the first start makes the home, the owner's workspace and the examples; the second changes nothing", async () => {
  const env = await makeEnv();
  const first = await start(env);
  expect((await fetch(`${first.url}/readyz`)).status).toBe(200);
  const count = async () =>
    (await first.heddle.database.pool.query("select (select count(*) from workspace) || ' ' || (select count(*) from notebook) as all"))
      .rows[0].all as string;
  const before = await count();
  expect(before).toBe(`1 ${fs.readdirSync("pipelines/examples").filter((name) => /^[\w-]+\.ts$/.test(name)).length}`);
  expect(first.signInLink).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sign-in\/link#[\w-]{43}$/);
  await first.stop();
  const second = await start(env);
  expect((await second.heddle.database.pool.query("select count(*)::int as n from workspace")).rows[0].n).toBe(1);
  expect(second.signInLink).not.toBe(first.signInLink);
});

test("nobody else may look into the home", async () => {
  const env = await makeEnv();
  await start(env);
  const open: string[] = [];
  const visit = (place: string) => {
    const stat = fs.statSync(place);
    if ((stat.mode & 0o077) !== 0) open.push(place);
    if (stat.isDirectory()) for (const name of fs.readdirSync(place)) visit(path.join(place, name));
  };
  visit(env.home);
  // Below a closed folder the mode of a file that tasks read does not matter.
  expect(open.filter((place) => !place.startsWith(path.join(env.home, "data")))).toEqual([]);
  expect(fs.statSync(env.home).mode & 0o777).toBe(0o700);
});

test("one server per home: a second one is refused, and can start when the first has stopped", async () => {
  const env = await makeEnv();
  const first = await start(env);
  await expect(startServer({ env, packageDir: process.cwd(), pages: "none", executor: "none" })).rejects.toThrow(
    /running already with this home \(process \d+\)/,
  );
  expect((await fetch(`${first.url}/healthz`)).status).toBe(200);
  await first.stop();
  await first.stop();
  // The same server to its database: its runs are its own again at once.
  expect((await start(env)).heddle.home.instance).toBe(first.heddle.home.instance);
});

test("the lock of a killed server is taken over, even when its number lives on in another process", async () => {
  const env = await makeEnv();
  fs.mkdirSync(env.home, { recursive: true });
  const dead = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => dead.once("exit", resolve));
  fs.writeFileSync(path.join(env.home, "server.lock"), `${dead.pid} 12345 x\n`);
  await (await start(env)).stop();
  fs.writeFileSync(path.join(env.home, "server.lock"), `${process.pid} 1 x\n`);
  await start(env);
});

test("a port that is taken is told before anything is made", async () => {
  const first = await start(await makeEnv());
  const env = await makeEnv({ port: Number(new URL(first.url).port) });
  await expect(startServer({ env, packageDir: process.cwd(), pages: "none", executor: "none" })).rejects.toThrow(
    /Port \d+ is taken.*PORT=/,
  );
  expect(fs.readdirSync(env.home)).not.toContain("server.lock");
});

test("a database user who may not create roles is told what to grant", async () => {
  const admin = await createTestDatabase();
  cleanups.push(() => admin.drop());
  const client = new pg.Client({ connectionString: admin.url });
  await client.connect();
  const name = `poor_${process.pid}_${Date.now()}`;
  await client.query(`create role ${name} login password 'x'`);
  cleanups.push(async () => {
    await client.query(`drop role ${name}`);
    await client.end();
  });
  const url = new URL(admin.url);
  url.username = name;
  url.password = "x";
  const env = await makeEnv({ databaseUrl: url.toString() });
  await expect(startServer({ env, packageDir: process.cwd(), pages: "none", executor: "none" })).rejects.toThrow(
    `GRANT heddle_web TO "${name}"`,
  );
});
