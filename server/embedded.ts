/**
 * The engine without web pages: what `heddle run FILE` and the benches work with. Several such processes may share one
 * home; the database among them ends with the last. Neighbours: main.ts is the server that has pages and people.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { startEmbeddedPostgres } from "./db/embedded-postgres";
import { migrate } from "./db/migrate";
import { createPool, type Pool } from "./db/pool";
import type { CellOutputs } from "@/pipelines/exchange/cell-outputs";
import type { Display } from "@/pipelines/protocol/display";
import type { TaskError } from "@/pipelines/run/run";
import { abandonRunsSql } from "./db/run.sql";
import { lastDisplaysSql } from "./db/run-report.sql";
import { newId } from "./db/new-id";
import { openValueStore } from "./artifact/open-value-store";
import type { ValueStore } from "./artifact/store";
import { EnvironmentShelf } from "./environment/environment-shelf";
import { installWish } from "./environment/file-locks";
import { wishOfText } from "./environment/store";
import { HarnessStartError } from "./executor/harness-host";
import { installEnvironment } from "./executor/environment";
import { selectExecutor } from "./executor/select-executor";
import type { FindNotebook } from "./notebook/find-notebook";
import { createEngine, type Engine } from "./run/engine";

export interface EmbeddedOptions {
  /** Database, values and logs; several processes may share it. */
  readonly home: string;
  /** Where installed environments are; by default in `home`. */
  readonly environmentHome?: string;
  /** Where the package lies: migrations, environment, the bundled runner. */
  readonly packageDir: string;
  readonly dataDir: string;
  readonly executor: "docker" | "process" | undefined;
  /** For cells that run other notebooks. */
  readonly findNotebook?: FindNotebook;
  /** For npm, on top of what it gets from this process. */
  readonly npmEnv?: Readonly<Record<string, string>> | undefined;
  /** A database of the caller's own; undefined: the embedded one. */
  readonly databaseUrl?: string | undefined;
  readonly log: (message: string) => void;
}

export interface Embedded {
  readonly engine: Engine;
  readonly pool: Pool;
  readonly store: ValueStore;
  readonly databaseUrl: string;
  /** The lock of the packages that a notebook's text wants, installed; undefined: none of its own. Throws NpmFailure. */
  environmentOf(text: string): Promise<string | undefined>;
  /** Which executor it is, and why. */
  readonly sentence: string;
  close(): Promise<void>;
}

export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { home, packageDir, dataDir, log } = options;
  fs.mkdirSync(home, { recursive: true, mode: 0o700 });
  const environmentHome = options.environmentHome ?? home;
  const baseDir = path.join(packageDir, "environment");
  const environment = await installEnvironment({ home: environmentHome, source: baseDir, log });
  const shelf = new EnvironmentShelf({ home: environmentHome, env: options.npmEnv });
  const environmentOf = async (text: string) =>
    (await installWish({ home: environmentHome, shelf, baseDir, env: options.npmEnv, log }, wishOfText(text)))?.hash;
  const postgres = options.databaseUrl === undefined ? await sharePostgres(home) : undefined;
  const databaseUrl = options.databaseUrl ?? postgres!.url;
  await migrate(databaseUrl, path.join(packageDir, "prisma/migrations"));
  const pool = createPool(databaseUrl);
  const store = openValueStore(home, pool);
  const { executor, sentence } = await selectExecutor({
    home,
    store,
    environment,
    environmentFolder: async (_workspaceId, hash) => {
      const folder = await shelf.find(hash);
      if (folder === undefined)
        throw new HarnessStartError("environment", false, "The packages of this run are not here any more: run the file again.");
      return folder;
    },
    dataDir: () => dataDir,
    slots: os.availableParallelism(),
    log,
    runner: path.join(packageDir, "dist/runner"),
    prefer: options.executor,
  });
  await executor.prepare();
  // Runs of a command that was killed belong to nobody: they are over, not ours to go on with.
  await pool.query(abandonRunsSql);
  const engine = createEngine({
    pool,
    databaseUrl,
    executor,
    home,
    instance: newId(Date.now()),
    environmentHash: environment.hash,
    imageDigest: (image) => executor.imageDigest(image),
    log,
    dataFolder: () => dataDir,
    packages: environment.packages,
    environmentOf: (_workspaceId, { text }) => environmentOf(text),
    ...(options.findNotebook && { findNotebook: options.findNotebook }),
    unknownPools: "as-default",
    objects: store.objects,
  });
  await engine.start();
  return {
    engine,
    pool,
    store,
    databaseUrl,
    environmentOf,
    sentence,
    async close() {
      await engine.close();
      await executor.close();
      await shelf.close();
      await pool.end();
      await postgres?.release();
    },
  };
}

/** What the cells of a file showed when it was run last, by cell key; empty where it never was. */
export async function readLastOutputs(home: string, packageDir: string, notebookId: string): Promise<ReadonlyMap<string, CellOutputs>> {
  if (!fs.existsSync(path.join(home, "postgres"))) return new Map();
  const postgres = await sharePostgres(home);
  try {
    await migrate(postgres.url, path.join(packageDir, "prisma/migrations"));
    const pool = createPool(postgres.url, 1);
    try {
      const { rows } = await pool.query<{ task_key: string; displays: Display[] | null; error: TaskError | null }>(lastDisplaysSql, [
        "cli",
        notebookId,
      ]);
      return new Map(
        rows.map(({ task_key, displays, error }) => [
          task_key,
          { displays: displays ?? [], error: error === null ? undefined : { name: error.name, message: error.message } },
        ]),
      );
    } finally {
      await pool.end();
    }
  } finally {
    await postgres.release();
  }
}

/** One PostgreSQL for all processes of a home; each leaves a note with its process id, the last one stops it. */
async function sharePostgres(home: string): Promise<{ url: string; release(): Promise<void> }> {
  const users = path.join(home, "users");
  fs.mkdirSync(users, { recursive: true });
  const mine = path.join(users, String(process.pid));
  fs.writeFileSync(mine, "");
  const postgres = await startEmbeddedPostgres({ dir: path.join(home, "postgres") });
  return {
    url: postgres.url,
    async release() {
      fs.rmSync(mine, { force: true });
      if (fs.readdirSync(users).some((pid) => pid !== String(process.pid) && isAlive(Number(pid)))) return;
      await postgres.stop();
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
