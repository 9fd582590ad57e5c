/**
 * A lock → a folder with its packages, or nothing: everything happens in a folder beside it that is renamed at the end. What an
 * installed neighbour holds already is linked from there, so that little is fetched. Neighbours: lock-file.ts (what is let in),
 * environment-shelf.ts (one install per lock), ../executor/environment.ts (the base).
 */
import { randomBytes } from "node:crypto";
import { chmod, copyFile, cp, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { countPackages, findLockFault, readLockFile, readTopPackages, type Lock, type LockFile } from "./lock-file";
import { NpmFailure } from "./npm-fault";
import { runNpm, type NpmCall } from "./run-npm";

/** Must agree with runner/task/environment.ts, whose `import()` is resolved from this file. */
const importer = `export default (name) => import(name);\n`;
export const importerFile = "heddle-import.mjs";
const factsFile = "heddle-environment.json";
/** Folders of installs that are going on: with the process that does it. */
export const unfinishedPattern = /^\.installing-(\d+)-/;

export interface InstallProgress {
  /** Packages that have been fetched, of how many. */
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

export interface InstallOrder {
  /** Folder of all environments. */
  readonly root: string;
  readonly lock: Lock;
  /** Installed before, and much the same. */
  readonly seed?: string | undefined;
  readonly limits?: Partial<InstallLimits> | undefined;
  readonly env?: NpmCall["env"];
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: InstallProgress) => void) | undefined;
}

export interface InstallLimits {
  readonly timeoutMs: number;
  readonly bytes: number;
}

export const usualInstallLimits: InstallLimits = { timeoutMs: 10 * 60_000, bytes: 3 * 1024 ** 3 };

/** What is known of an installed package. */
export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly licence: string | undefined;
  readonly description: string | undefined;
  /** Whether it brings types, itself or in @types. */
  readonly typed: boolean;
  /** Of its own folder, without what it needs. */
  readonly bytes: number;
}

export interface EnvironmentFacts {
  readonly packages: readonly PackageFacts[];
  /** Of everything. */
  readonly bytes: number;
  readonly count: number;
}

export function environmentFolder(root: string, hash: string): string {
  return join(root, hash.slice(0, 16));
}

export async function isInstalled(folder: string): Promise<boolean> {
  return stat(join(folder, importerFile)).then(
    () => true,
    () => false,
  );
}

/** Its folder. Throws NpmFailure; nothing is left then. */
export async function installLock(order: InstallOrder): Promise<string> {
  const { root, lock, seed, env, signal, onProgress } = order;
  const limits = { ...usualInstallLimits, ...order.limits };
  const folder = environmentFolder(root, lock.hash);
  if (await isInstalled(folder)) return folder;
  const file = readLockFile(lock.lock);
  const fault = findLockFault(file);
  if (fault !== undefined) throw new NpmFailure({ type: "other", package: undefined, message: fault });
  await mkdir(root, { recursive: true });
  const temporary = join(root, `.installing-${process.pid}-${randomBytes(4).toString("hex")}`);
  await mkdir(temporary);
  const guard = new AbortController();
  const stop = () => guard.abort(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  const asked = readTopPackages(file).map(({ name }) => name);
  try {
    signal?.throwIfAborted();
    await writeFile(join(temporary, "package.json"), lock.manifest);
    await writeFile(join(temporary, "package-lock.json"), lock.lock);
    const seeded = seed !== undefined && (await linkModules(seed, temporary));
    const total = countPackages(file);
    let fetched = 0;
    let bytes = 0;
    const tell = () => onProgress?.({ done: Math.min(fetched, total), total, bytes });
    const tooLarge = (size: number) =>
      new NpmFailure({
        type: "too-large",
        package: undefined,
        message: `With all that they need these packages take more than ${Math.round(limits.bytes / 1024 ** 2)} MB (${Math.round(size / 1024 ** 2)} MB so far), which is not allowed. Ask for fewer, or smaller ones.`,
      });
    const measuring = watchSize(temporary, (size) => {
      bytes = size;
      tell();
      if (size > limits.bytes) guard.abort(tooLarge(size));
    });
    try {
      await runNpm({
        // `ci` begins with an empty folder; `install` keeps what is there and as the lock says, its links in .bin included.
        args: [...(seeded ? ["install", "--no-save"] : ["ci"]), "--loglevel=http"],
        cwd: temporary,
        asked,
        timeoutMs: limits.timeoutMs,
        signal: guard.signal,
        env,
        onLine: (line) => {
          if (!/^npm http fetch GET 200 \S+\.tgz /.test(line)) return;
          fetched += 1;
          tell();
        },
      });
    } finally {
      await measuring.stop();
    }
    await checkInstalled(temporary, file);
    const facts = await gatherFacts(temporary, file);
    if (facts.bytes > limits.bytes) throw tooLarge(facts.bytes);
    await writeFile(join(temporary, factsFile), JSON.stringify(facts));
    await writeFile(join(temporary, importerFile), importer);
    await chmod(temporary, 0o755);
    // Another process may have been quicker: its folder is as good as ours.
    await rename(temporary, folder).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
    return folder;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC")
      throw new NpmFailure({
        type: "no-space",
        package: undefined,
        message: "There is no space left for packages in Heddle's home folder. Free some, then try again.",
      });
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What was found out when it was installed; folders of older Heddles have less. */
export async function readFacts(folder: string): Promise<EnvironmentFacts> {
  const text = await readFile(join(folder, factsFile), "utf8").catch(() => undefined);
  if (text !== undefined) return JSON.parse(text) as EnvironmentFacts;
  const facts = await gatherFacts(folder, readLockFile(await readFile(join(folder, "package-lock.json"), "utf8")));
  await writeFile(join(folder, factsFile), JSON.stringify(facts)).catch(() => undefined);
  return facts;
}

/** Files are the same ones, but for npm's own note, which it writes over. */
async function linkModules(seed: string, folder: string): Promise<boolean> {
  const note = "node_modules/.package-lock.json";
  try {
    await linkTree(join(seed, "node_modules"), join(folder, "node_modules"));
    await rm(join(folder, note), { force: true });
    await copyFile(join(seed, note), join(folder, note));
    return true;
  } catch {
    await rm(join(folder, "node_modules"), { recursive: true, force: true });
    return false;
  }
}

async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to);
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      const [source, target] = [join(from, entry.name), join(to, entry.name)];
      if (entry.isDirectory()) await linkTree(source, target);
      else if (entry.isFile()) await link(source, target);
      else await cp(source, target, { verbatimSymlinks: true });
    }),
  );
}

/** What npm says it has put there is what the lock names, but for packages of other machines. */
async function checkInstalled(folder: string, file: LockFile): Promise<void> {
  const note = readLockFile(
    await readFile(join(folder, "node_modules", ".package-lock.json"), "utf8").catch(() => '{"lockfileVersion":3,"packages":{}}'),
  );
  for (const [place, wanted] of Object.entries(file.packages)) {
    if (place === "" || wanted.inBundle) continue;
    const found = note.packages[place];
    if (found === undefined ? wanted.optional === true : found.version === wanted.version && found.integrity === wanted.integrity) continue;
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    throw new NpmFailure({ type: "other", package: name, message: `“${name}” was not installed as the lock says. Try again.` });
  }
}

async function gatherFacts(folder: string, file: LockFile): Promise<EnvironmentFacts> {
  const modules = join(folder, "node_modules");
  const packages = await Promise.all(
    readTopPackages(file).map(async ({ name, version }): Promise<PackageFacts> => {
      const own = join(modules, name);
      const manifest = await readJson(join(own, "package.json"));
      const licence = manifest.license ?? manifest.licenses;
      const types = await stat(join(modules, "@types", name.replace(/^@([^/]+)\//, "$1__"))).then(
        () => true,
        () => false,
      );
      return {
        name,
        version,
        licence: typeof licence === "string" ? licence : ((licence as { type?: string } | undefined)?.type ?? undefined),
        description: typeof manifest.description === "string" ? manifest.description.slice(0, 300) : undefined,
        typed: types || manifest.types !== undefined || manifest.typings !== undefined || (await hasTypes(own, manifest)),
        bytes: await sizeOf(own, true),
      };
    }),
  );
  return { packages, bytes: await sizeOf(modules, false), count: countPackages(file) };
}

async function hasTypes(folder: string, manifest: Record<string, unknown>): Promise<boolean> {
  if (JSON.stringify(manifest.exports ?? "").includes('"types')) return true;
  const main = typeof manifest.main === "string" ? manifest.main : "index.js";
  return stat(join(folder, `${main.replace(/\.[cm]?js$/, "")}.d.ts`)).then(
    () => true,
    () => false,
  );
}

async function readJson(file: string): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** @param own without the node_modules below */
export async function sizeOf(folder: string, own: boolean): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const place = join(folder, entry.name);
      if (entry.isDirectory()) return own && entry.name === "node_modules" ? 0 : sizeOf(place, own);
      return stat(place).then(
        ({ size }) => size,
        () => 0,
      );
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const measureMs = 700;

/** Tells the size of a folder now and then, while it grows. */
function watchSize(folder: string, tell: (bytes: number) => void): { stop(): Promise<void> } {
  let stopped = false;
  let measuring: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    measuring = measuring.then(async () => {
      if (stopped) return;
      const bytes = await sizeOf(folder, false);
      if (!stopped) tell(bytes);
    });
  }, measureMs);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await measuring;
    },
  };
}
