/**
 * The installed environments of a home, by the hash of their lock: each made once, used by all, removed when nothing needs it.
 * Knows no database; whoever asks brings the lock. Neighbours: install-lock.ts, notebook-environments.ts (the server's use of it),
 * file-locks.ts (the command line's), ../remote-worker/worker.ts.
 */
import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { environmentFolder, installLock, isInstalled, unfinishedPattern, type InstallLimits, type InstallProgress } from "./install-lock";
import type { Lock } from "./lock-file";
import type { NpmCall } from "./run-npm";

export interface ShelfOptions {
  readonly home: string;
  readonly limits?: Partial<InstallLimits> | undefined;
  readonly env?: NpmCall["env"];
}

interface Installing {
  readonly done: Promise<string>;
  readonly listeners: Set<(progress: InstallProgress) => void>;
}

/** At once, on one machine. */
const mostInstalls = 2;
const usualGraceMs = 24 * 3_600_000;

export class EnvironmentShelf {
  readonly root: string;
  private readonly installing = new Map<string, Installing>();
  private readonly turns: (() => void)[] = [];
  private busy = 0;
  private readonly abort = new AbortController();

  constructor(private readonly options: ShelfOptions) {
    this.root = join(options.home, "environments");
  }

  /** Its folder, when it is installed. */
  async find(hash: string): Promise<string | undefined> {
    const folder = environmentFolder(this.root, hash);
    if (!(await isInstalled(folder))) return undefined;
    // When it was last of use: what is not is removed some day.
    const now = new Date();
    await utimes(folder, now, now).catch(() => undefined);
    return folder;
  }

  /** Its folder, installed when it is not; all who ask for the same at the same time wait for one install. Throws NpmFailure. */
  async ensure(
    lock: Lock,
    order: { readonly seed?: string | undefined; readonly onProgress?: (progress: InstallProgress) => void } = {},
  ): Promise<string> {
    const found = await this.find(lock.hash);
    if (found !== undefined) return found;
    let running = this.installing.get(lock.hash);
    if (!running) {
      const listeners: Installing["listeners"] = new Set();
      const done = this.install(lock, order.seed, (progress) => listeners.forEach((tell) => tell(progress)));
      running = { done, listeners };
      this.installing.set(lock.hash, running);
      const over = () => this.installing.delete(lock.hash);
      done.then(over, over);
    }
    const { onProgress } = order;
    if (onProgress) running.listeners.add(onProgress);
    return running.done;
  }

  /** Removes what a killed process left half done, and environments that are not among the needed and were not used of late. */
  async collect(needed: ReadonlySet<string>, graceMs = usualGraceMs): Promise<readonly string[]> {
    const kept = new Set([...needed].map((hash) => hash.slice(0, 16)));
    const removed: string[] = [];
    for (const name of await readdir(this.root).catch(() => [])) {
      const folder = join(this.root, name);
      const owner = unfinishedPattern.exec(name)?.[1];
      if (owner !== undefined) {
        if (Number(owner) !== process.pid && !isAlive(Number(owner))) await this.remove(folder);
        continue;
      }
      if (!/^[0-9a-f]{16}$/.test(name) || kept.has(name)) continue;
      const used = await stat(folder).then(
        ({ mtimeMs }) => mtimeMs,
        () => Date.now(),
      );
      if (Date.now() - used < graceMs) continue;
      await this.remove(folder);
      removed.push(name);
    }
    return removed;
  }

  /** Ends what is being installed. */
  async close(): Promise<void> {
    this.abort.abort(new Error("Heddle was stopped meanwhile."));
    await Promise.allSettled([...this.installing.values()].map(({ done }) => done));
  }

  private async install(lock: Lock, seed: string | undefined, onProgress: (progress: InstallProgress) => void): Promise<string> {
    if (this.busy >= mostInstalls) await new Promise<void>((resolve) => this.turns.push(resolve));
    this.busy += 1;
    try {
      const { limits, env } = this.options;
      return await installLock({ root: this.root, lock, seed, onProgress, limits, env, signal: this.abort.signal });
    } finally {
      this.busy -= 1;
      this.turns.shift()?.();
    }
  }

  /** Aside first: nobody finds it half there. */
  private async remove(folder: string): Promise<void> {
    await rm(join(folder, "heddle-import.mjs"), { force: true });
    await rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
