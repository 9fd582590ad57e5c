/** Locks and installs against a registry of their own: whole or not at all, once, checked, bounded, and told in words. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeBareLock } from "../testing/bare-lock";
import { EnvironmentShelf } from "./environment-shelf";
import { readFacts, type InstallProgress } from "./install-lock";
import { findLockFault, readLockFile, type Lock } from "./lock-file";
import { lockKey } from "./lock-key";
import { NpmFailure } from "./npm-fault";
import { resolveLock } from "./resolve-lock";
import { npmEnv } from "./run-npm";
import { makePackage, startRegistry, type TestRegistry } from "./testing/registry";

let dir: string;
let registry: TestRegistry;
let base: { manifest: string; lock: string };
let count = 0;

beforeAll(async () => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), "heddle-shelf-"));
  const bare = makeBareLock();
  base = {
    manifest: fs.readFileSync(path.join(bare, "package.json"), "utf8"),
    lock: fs.readFileSync(path.join(bare, "package-lock.json"), "utf8"),
  };
  fs.rmSync(bare, { recursive: true });
  registry = await startRegistry(
    [
      makePackage("twice", "1.0.0"),
      makePackage("twice", "1.1.0"),
      makePackage("twice", "2.0.0"),
      makePackage("@made/needs-twice", "1.0.0", { dependencies: { twice: "^1.0.0" } }),
      makePackage("wants-peer", "1.0.0", { peerDependencies: { twice: "^2.0.0" } }),
      makePackage("evil-script", "1.0.0", {
        scripts: { install: `touch ${path.join(dir, "ran")}`, postinstall: `touch ${path.join(dir, "ran")}` },
      }),
      makePackage("from-elsewhere", "1.0.0", { dependencies: { hidden: "file:/etc" } }),
      { ...makePackage("damaged", "1.0.0") },
      // One with a program: npm fetches it again where its link is gone.
      { ...makePackage("large", "1.0.0", { bin: { large: "index.js" } }), files: { "index.js": "", "data.txt": "x".repeat(3_000_000) } },
    ],
    path.join(dir, "cache"),
  );
});
afterAll(async () => {
  await registry.close();
  fs.rmSync(dir, { recursive: true, force: true });
});

const newHome = () => path.join(dir, `home${++count}`);
const resolve = (wish: Record<string, string>, before?: Lock) => resolveLock({ base, wish, before, timeoutMs: 60_000, env: registry.env });
const rest = (home: string) => fs.readdirSync(path.join(home, "environments")).filter((name) => name.startsWith("."));

async function faultOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NpmFailure);
  return (error as NpmFailure).fault;
}

test("a wish becomes a lock with hashes and no addresses; what fits stays when something is added", async () => {
  const old = await resolve({ twice: "1.0.0" });
  expect(old.lock).not.toContain("127.0.0.1");
  expect(readLockFile(old.lock).packages["node_modules/twice"]).toMatchObject({
    version: "1.0.0",
    integrity: expect.stringMatching(/^sha512-/) as string,
  });
  const loose = await resolve({ twice: "^1.0.0" }, old);
  expect(readLockFile(loose.lock).packages["node_modules/twice"]!.version).toBe("1.0.0");
  const more = await resolve({ twice: "^1.0.0", "@made/needs-twice": "1" }, loose);
  expect(readLockFile(more.lock).packages["node_modules/twice"]!.version).toBe("1.0.0");
  const fresh = await resolve({ twice: "^1.0.0" });
  expect(readLockFile(fresh.lock).packages["node_modules/twice"]!.version).toBe("1.1.0");
});

test("installed once for all who ask, with progress; then found without the registry", async () => {
  const home = newHome();
  const lock = await resolve({ "@made/needs-twice": "1.0.0" });
  const shelf = new EnvironmentShelf({ home, env: registry.env });
  const before = registry.asked.length;
  const told: InstallProgress[] = [];
  const folders = await Promise.all([1, 2, 3].map(() => shelf.ensure(lock, { onProgress: (progress) => told.push(progress) })));
  expect(new Set(folders).size).toBe(1);
  const tarballs = registry.asked.slice(before).filter((asked) => asked.endsWith(".tgz"));
  expect(tarballs.sort()).toEqual([...new Set(tarballs)]);
  expect(told.at(-1)).toMatchObject({ done: 2, total: 2 });
  expect(rest(home)).toEqual([]);
  expect(await readFacts(folders[0]!)).toMatchObject({
    packages: [{ name: "@made/needs-twice", version: "1.0.0", licence: "MIT", typed: true }],
    count: 2,
  });
  const asked = registry.asked.length;
  expect(await new EnvironmentShelf({ home }).ensure(lock)).toBe(folders[0]);
  expect(registry.asked.length).toBe(asked);
});

test("what a neighbour holds is linked from there: taking a package away needs no registry", async () => {
  const home = newHome();
  const both = await resolve({ twice: "1.0.0", large: "1.0.0" });
  const shelf = new EnvironmentShelf({ home, env: registry.env });
  const seed = await shelf.ensure(both);
  const away = { npm_config_registry: "http://127.0.0.1:9/", npm_config_cache: path.join(dir, "empty-cache") };
  const one = await resolveLock({ base, wish: { large: "1.0.0" }, before: both, timeoutMs: 60_000, env: away });
  const folder = await new EnvironmentShelf({ home, env: away }).ensure(one, { seed });
  expect(fs.readdirSync(path.join(folder, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["large"]);
  expect(fs.statSync(path.join(folder, "node_modules/large/data.txt")).ino).toBe(
    fs.statSync(path.join(seed, "node_modules/large/data.txt")).ino,
  );
  expect(
    fs
      .readdirSync(path.join(seed, "node_modules"))
      .filter((name) => !name.startsWith("."))
      .sort(),
  ).toEqual(["large", "twice"]);
});

test("faults say what happened, with which package, and what to do", async () => {
  expect(await faultOf(resolve({ "no-such-one": "1" }))).toMatchObject({
    type: "unknown-package",
    package: "no-such-one",
    message: expect.stringContaining("Check its name") as string,
  });
  expect(await faultOf(resolve({ twice: "9.0.0" }))).toMatchObject({
    type: "unknown-version",
    package: "twice",
    message: expect.stringContaining("9.0.0") as string,
  });
  expect(await faultOf(resolve({ twice: "1.0.0", "wants-peer": "1.0.0" }))).toMatchObject({
    type: "conflict",
    message: expect.stringContaining("do not fit together") as string,
  });
  const away = { npm_config_registry: "http://127.0.0.1:9/", npm_config_cache: path.join(dir, "nothing-cached") };
  const unreachable = await faultOf(resolveLock({ base, wish: { twice: "1.0.0" }, timeoutMs: 60_000, env: away }));
  expect(unreachable).toMatchObject({ type: "unreachable", package: "twice" });
  expect(unreachable.message).toMatch(/cannot be reached.*“twice”.*try again/s);
});

test("packages from elsewhere than the registry are refused, in a lock of any origin", async () => {
  const fault = await faultOf(resolve({ "from-elsewhere": "1.0.0" }));
  expect(fault.message).toMatch(/no package of the registry/);
  const locked = (entry: object) => readLockFile(JSON.stringify({ lockfileVersion: 3, packages: { "": {}, "node_modules/a": entry } }));
  expect(findLockFault(locked({ version: "1.0.0", integrity: "sha512-x" }))).toBeUndefined();
  for (const entry of [
    { link: true, resolved: "../.." },
    { version: "1.0.0" },
    { version: "1.0.0", resolved: "git+ssh://git@host/a", integrity: "x" },
  ]) {
    expect(findLockFault(locked(entry))).toContain("does not come from a registry");
  }
  expect(
    findLockFault(readLockFile(JSON.stringify({ lockfileVersion: 3, packages: { "node_modules/../../x": { version: "1" } } }))),
  ).toContain("no package of the registry");
});

test("install scripts do not run, and npm sees no secret of this process", async () => {
  const shelf = new EnvironmentShelf({ home: newHome(), env: registry.env });
  await shelf.ensure(await resolve({ "evil-script": "1.0.0" }));
  expect(fs.existsSync(path.join(dir, "ran"))).toBe(false);
  const env = npmEnv({
    PATH: "/bin",
    HOME: "/home/x",
    DATABASE_URL: "postgres://secret",
    AWS_SECRET_ACCESS_KEY: "s",
    HEDDLE_TOKEN: "t",
    npm_config_registry: "http://r",
    npm_config__auth: "s",
    HTTPS_PROXY: "http://p",
  });
  expect(Object.keys(env).sort()).toEqual(["HOME", "HTTPS_PROXY", "PATH", "npm_config_registry"]);
});

test("bytes that are not the lock's are refused, and nothing stays", async () => {
  const home = newHome();
  const lock = await resolve({ damaged: "1.0.0" });
  registry.damage("damaged");
  const shelf = new EnvironmentShelf({ home, env: registry.env });
  expect(await faultOf(shelf.ensure(lock))).toMatchObject({ type: "damaged", package: "damaged" });
  expect(fs.readdirSync(path.join(home, "environments"))).toEqual([]);
});

test("too large and too slow end with what to do, and nothing stays", async () => {
  const home = newHome();
  const large = await resolve({ large: "1.0.0" });
  expect(await faultOf(new EnvironmentShelf({ home, env: registry.env, limits: { bytes: 1_000_000 } }).ensure(large))).toMatchObject({
    type: "too-large",
  });
  const lock = await resolve({ twice: "2.0.0" });
  registry.hold(true);
  try {
    expect(await faultOf(new EnvironmentShelf({ home, env: registry.env, limits: { timeoutMs: 1500 } }).ensure(lock))).toMatchObject({
      type: "timeout",
    });
  } finally {
    registry.hold(false);
  }
  expect(fs.readdirSync(path.join(home, "environments"))).toEqual([]);
});

test("kill -9 in the middle leaves no environment, and the next one sweeps what was begun", async () => {
  const home = newHome();
  const lock = await resolve({ twice: "1.1.0" });
  const script = path.join(dir, "install.mjs");
  await build({
    stdin: {
      contents: `import { EnvironmentShelf } from "./environment-shelf";
        const { lock, home, env } = JSON.parse(process.argv[2]);
        await new EnvironmentShelf({ home, env }).ensure(lock);`,
      resolveDir: import.meta.dirname,
      loader: "ts",
    },
    bundle: true,
    platform: "node",
    format: "esm",
    outfile: script,
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  registry.hold(true);
  const cold = { ...registry.env, npm_config_cache: path.join(dir, "cold-cache") };
  const fetching = registry.next(/twice/);
  const child = spawn(process.execPath, [script, JSON.stringify({ lock, home, env: cold })], { stdio: ["ignore", "ignore", "inherit"] });
  await fetching;
  const gone = new Promise((resolved) => child.once("exit", resolved));
  child.kill("SIGKILL");
  await gone;
  registry.hold(false);
  expect(rest(home)).toHaveLength(1);
  const shelf = new EnvironmentShelf({ home, env: registry.env });
  expect(await shelf.find(lock.hash)).toBeUndefined();
  await shelf.collect(new Set([lock.hash]));
  const folder = await shelf.ensure(lock);
  expect(fs.existsSync(path.join(folder, "node_modules/twice/index.js"))).toBe(true);
  await expect.poll(async () => (await shelf.collect(new Set([lock.hash])), rest(home))).toEqual([]);
});

test("garbage: what nothing needs and nobody used of late goes, the rest stays", async () => {
  const home = newHome();
  const shelf = new EnvironmentShelf({ home, env: registry.env });
  const [needed, unused] = [await resolve({ twice: "1.0.0" }), await resolve({ twice: "2.0.0" })];
  const kept = await shelf.ensure(needed);
  const folder = await shelf.ensure(unused);
  expect(await shelf.collect(new Set([needed.hash]))).toEqual([]);
  const long = new Date(Date.now() - 48 * 3_600_000);
  for (const each of [kept, folder]) fs.utimesSync(each, long, long);
  expect(await shelf.collect(new Set([needed.hash]))).toEqual([path.basename(folder)]);
  expect(fs.existsSync(folder)).toBe(false);
  expect(await shelf.find(needed.hash)).toBe(kept);
});

test("a lock's key is of what can be reached: through dependencies, peers and nested copies, and nothing beside", () => {
  const lock = (changes: Record<string, string> = {}) => {
    const at = (place: string, more: object = {}) => ({
      version: changes[place] ?? "1.0.0",
      integrity: `sha512-${changes[place] ?? "1.0.0"}`,
      ...more,
    });
    const packages = {
      "": { dependencies: { a: "1", b: "1" } },
      "node_modules/a": at("node_modules/a", {
        dependencies: { c: "1" },
        peerDependencies: { p: "1" },
        optionalDependencies: { missing: "1" },
      }),
      "node_modules/a/node_modules/c": at("node_modules/a/node_modules/c", { dependencies: { d: "1" } }),
      "node_modules/b": at("node_modules/b", { dependencies: { c: "1", b: "1" } }),
      "node_modules/c": at("node_modules/c"),
      "node_modules/d": at("node_modules/d"),
      "node_modules/p": at("node_modules/p"),
    };
    return readLockFile(JSON.stringify({ lockfileVersion: 3, packages }));
  };
  const touched = (place: string) => ["a", "b"].filter((name) => lockKey(lock({ [place]: "2.0.0" }), [name]) !== lockKey(lock(), [name]));
  expect(
    Object.fromEntries(
      Object.keys(lock().packages)
        .filter((place) => place !== "")
        .map((place) => [place, touched(place)]),
    ),
  ).toEqual({
    "node_modules/a": ["a"],
    "node_modules/a/node_modules/c": ["a"],
    "node_modules/b": ["b"],
    "node_modules/c": ["b"],
    "node_modules/d": ["a"],
    "node_modules/p": ["a"],
  });
});
