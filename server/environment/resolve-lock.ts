/** A wish → a lock: which versions of which packages exactly. Talks to the registry, writes nothing that stays. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Wish } from "@/pipelines/environment/wish";
import { findLockFault, hashLock, readLockFile, type Lock } from "./lock-file";
import { NpmFailure } from "./npm-fault";
import { runNpm, type NpmCall } from "./run-npm";

export interface ResolveOrder {
  readonly base: Pick<Lock, "manifest" | "lock">;
  readonly wish: Wish;
  /** A lock that was good until now: what it holds stays where it still fits. */
  readonly before?: Pick<Lock, "lock"> | undefined;
  readonly timeoutMs: number;
  readonly env?: NpmCall["env"];
  readonly signal?: AbortSignal | undefined;
}

/** Throws NpmFailure. */
export async function resolveLock({ base, wish, before, timeoutMs, env, signal }: ResolveOrder): Promise<Lock> {
  const manifest = mergeManifest(base.manifest, wish);
  const folder = await mkdtemp(join(tmpdir(), "heddle-lock-"));
  try {
    await writeFile(join(folder, "package.json"), manifest);
    await writeFile(join(folder, "package-lock.json"), (before ?? base).lock);
    await runNpm({
      args: ["install", "--package-lock-only", "--omit-lockfile-registry-resolved", "--loglevel=error"],
      cwd: folder,
      asked: Object.keys(wish),
      timeoutMs,
      env,
      signal,
    });
    const lock = await readFile(join(folder, "package-lock.json"), "utf8");
    const fault = findLockFault(readLockFile(lock));
    if (fault !== undefined) throw new NpmFailure({ type: "other", package: undefined, message: fault });
    return { hash: hashLock(lock), manifest, lock };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The base's packages, and what the notebook wants on top or in their place. */
function mergeManifest(base: string, wish: Wish): string {
  const { dependencies = {} } = JSON.parse(base) as { dependencies?: Record<string, string> };
  const all = Object.entries({ ...dependencies, ...wish }).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ name: "heddle-environment", version: "1.0.0", private: true, type: "module", dependencies: Object.fromEntries(all) }, undefined, 2)}\n`;
}
