/** Locks of `heddle run FILE`: beside the environments in its home, by wish, so that the same file gets the same packages again. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Wish } from "@/pipelines/environment/wish";
import type { EnvironmentShelf } from "./environment-shelf";
import { countPackages, hashLock, readLockFile, type Lock } from "./lock-file";
import { resolveLock } from "./resolve-lock";
import type { NpmCall } from "./run-npm";
import { hashWish } from "./store";

export interface FileLocksOptions {
  readonly home: string;
  readonly shelf: EnvironmentShelf;
  readonly baseDir: string;
  readonly env?: NpmCall["env"];
  readonly log: (message: string) => void;
}

/** The lock of a wish, installed; undefined: it wants nothing of its own. Throws NpmFailure. */
export async function installWish(options: FileLocksOptions, wish: Wish): Promise<Lock | undefined> {
  const { home, shelf, baseDir, env, log } = options;
  const key = hashWish(wish);
  if (key === null) return undefined;
  const read = async (dir: string): Promise<Lock> => {
    const lock = await readFile(path.join(dir, "package-lock.json"), "utf8");
    return { hash: hashLock(lock), manifest: await readFile(path.join(dir, "package.json"), "utf8"), lock };
  };
  const folder = path.join(home, "locks", `wish-${key.slice(0, 16)}`);
  const base = await read(baseDir);
  let lock = await read(folder).catch(() => undefined);
  if (!lock) {
    log(`Looking for ${Object.keys(wish).join(", ")}…`);
    lock = await resolveLock({ base, wish, timeoutMs: 120_000, env });
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "package.json"), lock.manifest);
    const draft = path.join(folder, `.lock-${process.pid}`);
    await writeFile(draft, lock.lock);
    await rename(draft, path.join(folder, "package-lock.json"));
  }
  if ((await shelf.find(lock.hash)) === undefined) log(`Installing ${countPackages(readLockFile(lock.lock))} packages (once per lock)…`);
  await shelf.ensure(lock, { seed: await shelf.find(base.hash) });
  return lock;
}
