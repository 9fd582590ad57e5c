/**
 * Packages of notebooks on a server: after a save that wishes something else a lock is found and installed, in the background,
 * once for all notebooks of the workspace that wish the same; until then, and when that fails, runs use what was good before.
 * Neighbours: store.ts (locks at rest), environment-shelf.ts (folders), ../executor (mounts them), ../language (types from them).
 */
import { EventEmitter } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { findImports } from "@/pipelines/environment/find-imports";
import { parse } from "@/pipelines/notebook/parse";
import type { Database } from "../db/database";
import { AppError } from "../errors";
import { HarnessStartError } from "../executor/harness-host";
import type { InstalledEnvironment } from "../executor/environment";
import { errorFields, log } from "../log";
import type { EnvironmentView, PackageView } from "./environment-views";
import type { EnvironmentShelf } from "./environment-shelf";
import { environmentFolder, readFacts, type EnvironmentFacts, type InstallProgress } from "./install-lock";
import { hashLock, readLockFile, readTopPackages, type Lock, type LockFile } from "./lock-file";
import { lockKey, type Reached } from "./lock-key";
import { NpmFailure, type NpmFault } from "./npm-fault";
import { resolveLock } from "./resolve-lock";
import type { NpmCall } from "./run-npm";
import { findLock, forgetUnusedLocks, keepLock, neededLocks, readNewest, readVersion, wishOfText, type WishedVersion } from "./store";

export interface NotebookEnvironmentsParts {
  readonly database: Database;
  readonly shelf: EnvironmentShelf;
  /** Folder with package.json and package-lock.json of what every notebook can import. */
  readonly baseDir: string;
  readonly env?: NpmCall["env"];
}

/** What is being done for one wish of one workspace, or how it failed. */
interface Job {
  state: "resolving" | "installing" | "failed";
  progress: InstallProgress | undefined;
  fault: NpmFault | undefined;
  readonly done: Promise<void>;
  endedAt: number;
}

const resolveTimeoutMs = 120_000;
/** A run waits so long for packages that are being installed. */
const runPatienceMs = 60_000;
/** What failed because the registry was away is tried again with the next save after so long. */
const againMs = 60_000;
const mostLockFiles = 50;
const collectEveryMs = 6 * 3_600_000;

export class NotebookEnvironments {
  private readonly jobs = new Map<string, Job>();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly facts = new Map<string, Promise<EnvironmentFacts>>();
  private readonly base: Promise<Lock>;
  private readonly sweep: NodeJS.Timeout;
  private readonly lockFiles = new Map<string, Promise<LockFile | undefined>>();
  private closed = false;

  constructor(private readonly parts: NotebookEnvironmentsParts) {
    this.base = readBase(parts.baseDir);
    this.base.catch(() => undefined);
    this.sweep = setInterval(() => void this.collect(), collectEveryMs);
    this.sweep.unref();
  }

  /** Called with the id of a workspace after something of its environments changed. */
  onChange(listener: (workspaceId: string) => void): () => void {
    this.changes.on("change", listener);
    return () => this.changes.off("change", listener);
  }

  /** A version was saved. */
  saved(workspaceId: string, notebookId: string): void {
    this.prepare(workspaceId, notebookId, false).catch((error: unknown) => {
      if (!this.closed) log("warn", "the packages of a notebook were not looked after", errorFields(error));
    });
  }

  /** Tries again what failed. */
  async retry(workspaceId: string, notebookId: string): Promise<void> {
    await this.prepare(workspaceId, notebookId, true);
  }

  async view(workspaceId: string, notebookId: string): Promise<EnvironmentView | undefined> {
    const version = await readNewest(this.parts.database, workspaceId, notebookId);
    if (!version) return undefined;
    const used = await this.inUse(version);
    const job = version.wish === null ? undefined : this.jobs.get(jobKey(workspaceId, version.wish));
    const { packages, bytes, count } = await this.readFacts(used.hash);
    const base = new Set(readTopPackages(readLockFile((await this.base).lock)).map(({ name }) => name));
    const wish = wishOfText(version.text);
    return {
      revision: version.revision,
      state: version.wish === null ? "base" : used.kind === "own" ? "ready" : (job?.state ?? "resolving"),
      progress: job?.progress,
      fault: used.kind === "own" ? undefined : job?.fault,
      inUse: used.kind,
      hash: used.hash,
      wish,
      packages: packages.map((each): PackageView => ({ ...each, base: base.has(each.name) && !(each.name in wish) })),
      bytes,
      count,
    };
  }

  /** For types: the folder with what the newest version of a notebook can import now. Undefined: the base, which may not be there yet. */
  async folderOf(
    workspaceId: string,
    notebookId: string,
  ): Promise<{ readonly folder: string; readonly packages: readonly string[] } | undefined> {
    const version = await readNewest(this.parts.database, workspaceId, notebookId);
    if (!version || version.wish === null) return undefined;
    const { hash, kind } = await this.inUse(version);
    if (kind === "base") return undefined;
    const folder = await this.parts.shelf.find(hash);
    return folder === undefined ? undefined : { folder, packages: (await this.readFacts(hash)).packages.map(({ name }) => name) };
  }

  /**
   * What a run of a version uses: the hash of a lock; undefined is the base. Waits for an install that is going on. Throws an
   * AppError where cells import what cannot be had; `isPart`: other cells may run all the same.
   */
  async forRun(workspaceId: string, versionId: string, isPart: boolean): Promise<string | undefined> {
    const version = await readVersion(this.parts.database, workspaceId, versionId);
    if (!version || version.wish === null) return undefined;
    const job = await this.begin(workspaceId, version, false);
    if (job && !(await within(job.done, runPatienceMs))) {
      throw new AppError(
        "SERVICE_UNAVAILABLE",
        "The packages of this notebook are still being installed: start the run again in a moment.",
      );
    }
    const now = (await readVersion(this.parts.database, workspaceId, versionId)) ?? version;
    const { hash, kind } = await this.inUse(now);
    if (kind === "own") return hash;
    const there = new Set(await this.packagesOf(workspaceId, kind === "base" ? undefined : hash));
    const missing = isPart ? [] : findImports(parse(version.text)).filter((use) => !there.has(use.package));
    if (missing.length > 0) {
      const fault = this.jobs.get(jobKey(workspaceId, version.wish))?.fault;
      const who = `“${missing[0]!.cellKey}” imports “${missing[0]!.package}”`;
      throw new AppError(
        "BAD_REQUEST",
        `${who}, which could not be installed. ${fault?.message ?? "Look at Packages, beside the notebook."}`,
      );
    }
    return kind === "base" ? undefined : hash;
  }

  /** As `forRun`, with what is there now. */
  async forPlan(workspaceId: string, versionId: string): Promise<string | undefined> {
    const version = await readVersion(this.parts.database, workspaceId, versionId);
    if (!version || version.wish === null) return undefined;
    if (version.lock !== null) return version.lock;
    const { hash, kind } = await this.inUse(version);
    return kind === "base" ? undefined : hash;
  }

  /** For executors: its folder, installed when this machine does not have it. Throws HarnessStartError. */
  async folder(workspaceId: string, hash: string): Promise<string> {
    const found = await this.parts.shelf.find(hash);
    if (found !== undefined) return found;
    const lock = await this.lockOf(workspaceId, hash);
    if (!lock)
      throw new HarnessStartError(
        "environment",
        false,
        "The lock of the packages of this run is not there any more. Save the notebook and run it again.",
      );
    try {
      return await this.parts.shelf.ensure(lock, { seed: await this.baseFolder() });
    } catch (error) {
      throw new HarnessStartError("environment", error instanceof NpmFailure && error.fault.type !== "damaged", (error as Error).message);
    }
  }

  /** For cache keys: the part of a lock that a task can reach. That of the base is the base's own hash. */
  async keyFor(workspaceId: string, hash: string, reached: Reached): Promise<string> {
    if (reached === "any") return hash;
    const base = await this.base;
    let reading = this.lockFiles.get(hash);
    if (!reading) {
      reading = this.lockOf(workspaceId, hash).then((lock) => (lock ? readLockFile(lock.lock) : undefined));
      if (this.lockFiles.size >= mostLockFiles) this.lockFiles.delete(this.lockFiles.keys().next().value!);
      this.lockFiles.set(hash, reading);
      reading.catch(() => this.lockFiles.delete(hash));
    }
    const file = await reading;
    if (!file) return hash;
    const baseFile = readLockFile(base.lock);
    const shared = readTopPackages(baseFile).map(({ name }) => name);
    const key = lockKey(file, [...shared, ...reached]);
    return key === lockKey(baseFile, shared) ? base.hash : key;
  }

  lockOf(workspaceId: string, hash: string): Promise<Lock | undefined> {
    return findLock(this.parts.database, workspaceId, hash);
  }

  /** The base is there: environments that nothing needs may go. */
  baseInstalled(_base: InstalledEnvironment): void {
    this.facts.clear();
    void this.collect();
  }

  async collect(graceMs?: number): Promise<void> {
    try {
      const { pool } = this.parts.database;
      await forgetUnusedLocks(pool);
      await this.parts.shelf.collect(new Set([...(await neededLocks(pool)), (await this.base).hash]), graceMs);
    } catch (error) {
      if (!this.closed) log("warn", "unused packages were not removed", errorFields(error));
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.sweep);
    await this.parts.shelf.close();
    await Promise.allSettled([...this.jobs.values()].map(({ done }) => done));
  }

  private async prepare(workspaceId: string, notebookId: string, again: boolean): Promise<void> {
    const version = await readNewest(this.parts.database, workspaceId, notebookId);
    if (version) await this.begin(workspaceId, version, again);
    this.changed(workspaceId);
  }

  /** The job that looks after what a version wishes; undefined: nothing is to be done. */
  private async begin(workspaceId: string, version: WishedVersion, again: boolean): Promise<Job | undefined> {
    const { wish } = version;
    if (this.closed || wish === null || (version.lock !== null && (await this.parts.shelf.find(version.lock)) !== undefined))
      return undefined;
    const key = jobKey(workspaceId, wish);
    const known = this.jobs.get(key);
    if (known && known.state !== "failed") return known;
    const isStale = known?.fault?.type === "unreachable" && Date.now() - known.endedAt > againMs;
    if (known && !again && !isStale) return known;
    const run = async () => {
      try {
        await this.work(workspaceId, version, wish, job);
        this.jobs.delete(key);
      } catch (error) {
        job.state = "failed";
        job.progress = undefined;
        job.endedAt = Date.now();
        job.fault =
          error instanceof NpmFailure
            ? error.fault
            : {
                type: "other",
                package: undefined,
                message: "Heddle itself failed here: try again, and look at the server's log when it stays so.",
              };
        if (!(error instanceof NpmFailure) && !this.closed) log("error", "packages could not be installed", errorFields(error));
      }
      this.changed(workspaceId);
    };
    const job: Job = { state: "resolving", progress: undefined, fault: undefined, endedAt: 0, done: Promise.resolve().then(run) };
    this.jobs.set(key, job);
    this.changed(workspaceId);
    return job;
  }

  private async work(workspaceId: string, version: WishedVersion, wish: string, job: Job): Promise<void> {
    const { database, shelf, env } = this.parts;
    const before = version.locks.find((hash) => hash !== version.lock);
    let lock = version.lock === null ? undefined : await this.lockOf(workspaceId, version.lock);
    if (!lock) {
      const found = await resolveLock({
        base: await this.base,
        wish: wishOfText(version.text),
        before: before === undefined ? undefined : await this.lockOf(workspaceId, before),
        timeoutMs: resolveTimeoutMs,
        env,
      });
      const kept = await keepLock(database, workspaceId, wish, found);
      lock = kept === found.hash ? found : ((await this.lockOf(workspaceId, kept)) ?? found);
    }
    job.state = "installing";
    this.changed(workspaceId);
    const seed = (before === undefined ? undefined : await shelf.find(before)) ?? (await this.baseFolder());
    await shelf.ensure(lock, {
      seed,
      onProgress: (progress) => {
        job.progress = progress;
        this.changed(workspaceId);
      },
    });
  }

  /** Of a version: its own environment where that is installed, else the latest before it that is, else the base. */
  private async inUse(version: WishedVersion): Promise<{ readonly hash: string; readonly kind: EnvironmentView["inUse"] }> {
    const { hash } = await this.base;
    if (version.wish === null) return { hash, kind: "base" };
    for (const each of version.locks) {
      if ((await this.parts.shelf.find(each)) !== undefined) return { hash: each, kind: each === version.lock ? "own" : "before" };
    }
    return { hash, kind: "base" };
  }

  private async packagesOf(workspaceId: string, hash: string | undefined): Promise<readonly string[]> {
    const lock = hash === undefined ? await this.base : await this.lockOf(workspaceId, hash);
    return lock ? readTopPackages(readLockFile(lock.lock)).map(({ name }) => name) : [];
  }

  private async baseFolder(): Promise<string | undefined> {
    return this.parts.shelf.find((await this.base).hash);
  }

  /** Of what is not installed (yet) only names and versions are known. */
  private async readFacts(hash: string): Promise<EnvironmentFacts> {
    const folder = await this.parts.shelf.find(hash);
    if (folder === undefined) {
      const packages = readTopPackages(readLockFile((await this.base).lock));
      return {
        packages: packages.map((each) => ({ ...each, licence: undefined, description: undefined, typed: true, bytes: 0 })),
        bytes: 0,
        count: packages.length,
      };
    }
    let facts = this.facts.get(hash);
    if (!facts) {
      facts = readFacts(environmentFolder(this.parts.shelf.root, hash));
      this.facts.set(hash, facts);
      facts.catch(() => this.facts.delete(hash));
    }
    return facts;
  }

  private changed(workspaceId: string): void {
    if (!this.closed) this.changes.emit("change", workspaceId);
  }
}

function jobKey(workspaceId: string, wish: string): string {
  return `${workspaceId}/${wish}`;
}

async function readBase(dir: string): Promise<Lock> {
  const lock = await readFile(path.join(dir, "package-lock.json"), "utf8");
  return { hash: hashLock(lock), manifest: await readFile(path.join(dir, "package.json"), "utf8"), lock };
}

async function within(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  return Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer));
}
