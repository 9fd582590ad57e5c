/**
 * What runs notebooks inside this process: the cells' environment, an executor, the engine. Prepared in the background,
 * because installing packages may take a while and pages need not wait for it. Neighbours: main.ts, run/engine.ts.
 */
import os from "node:os";
import { createValueStore, type ValueStore } from "./artifact/store";
import { createPool } from "./db/pool";
import { AppError } from "./errors";
import { installEnvironment } from "./executor/environment";
import { createFindNotebook } from "./notebook/find-notebook";
import { selectExecutor } from "./executor/select-executor";
import type { Executor, WarmScope } from "./executor/executor";
import { errorFields, log } from "./log";
import { createEngine, type Engine } from "./run/engine";

export interface ExecutionOptions {
  readonly home: string;
  readonly databaseUrl: string;
  /** Who this server is among those of the database. */
  readonly instance: string;
  readonly dataDir: (workspaceId: string) => string;
  /** Folder with the lock of the packages that cells may import. */
  readonly environmentDir: string;
  /** Folder with the bundled runner. */
  readonly runnerDir: string;
  /** The packages are there, in this folder: called before anything runs. What it throws is logged and stops nothing. */
  readonly onInstalled: (environment: string) => Promise<void>;
  /** "none" starts no engine: for what only reads. */
  readonly executor: "auto" | "docker" | "process" | "none";
}

export interface Execution {
  readonly values: ValueStore;
  /** Waits for the engine. Throws SERVICE_UNAVAILABLE with the reason where there is none. */
  engine(): Promise<Engine>;
  /** Somebody looks at this notebook and may run it soon. */
  warm(scope: WarmScope): void;
  /** Once it is known. */
  readonly kind: "docker" | "process" | undefined;
  /** For people: what they should know about where cells run; undefined with containers. */
  readonly notice: string | undefined;
  /** Why nothing can run yet; undefined when it can. */
  readonly fault: string | undefined;
  close(): Promise<void>;
}

export function startExecution(options: ExecutionOptions): Execution {
  const values = createValueStore(options.home);
  const stops: (() => Promise<void> | void)[] = [];
  let warmed: Executor | undefined;
  const state: { kind: Execution["kind"]; notice: string | undefined; fault: string | undefined } = {
    kind: undefined,
    notice: "The packages for cells are being prepared. Runs start when that is done.",
    fault: "The packages for cells are being prepared.",
  };
  let closed = false;
  const goOn = () => {
    if (closed) throw new Error("Heddle was stopped meanwhile.");
  };
  const starting = options.executor === "none" ? Promise.reject(new Error("This server was started without an engine")) : start();
  starting.catch((error: unknown) => {
    if (options.executor === "none") {
      state.fault = state.notice = undefined;
      return;
    }
    state.fault = `Nothing can run: ${error instanceof Error ? error.message : String(error)}`;
    state.notice = state.fault;
    if (!closed) log("error", "the engine did not start", errorFields(error));
  });

  async function start(): Promise<Engine> {
    const { home, databaseUrl, instance, dataDir, environmentDir, runnerDir } = options;
    const say = (message: string) => log("info", message);
    const environment = await installEnvironment({ home, source: environmentDir, log: say });
    await options
      .onInstalled(environment.folder)
      .catch((error: unknown) => log("warn", "the data of the examples was not copied", errorFields(error)));
    const { executor, sentence } = await selectExecutor({
      home,
      environment,
      dataDir,
      runner: runnerDir,
      slots: os.availableParallelism(),
      log: say,
      prefer: options.executor === "docker" || options.executor === "process" ? options.executor : undefined,
    });
    say(sentence);
    stops.push(() => executor.close());
    goOn();
    await executor.prepare();
    goOn();
    const pool = createPool(databaseUrl);
    stops.push(() => pool.end());
    const engine = createEngine({
      pool,
      databaseUrl,
      executor,
      home,
      instance,
      environmentHash: environment.hash,
      imageDigest: (image) => executor.imageDigest(image),
      dataFolder: dataDir,
      findNotebook: createFindNotebook(pool),
      packages: environment.packages,
      log: say,
    });
    stops.push(() => engine.close());
    await engine.start();
    warmed = executor;
    state.kind = executor.kind;
    state.notice = executor.kind === "process" ? `${sentence} Run only notebooks that you trust.` : undefined;
    state.fault = undefined;
    return engine;
  }

  return {
    values,
    async engine() {
      try {
        return await starting;
      } catch {
        throw new AppError("SERVICE_UNAVAILABLE", state.fault ?? "This server runs nothing.");
      }
    },
    warm: (scope) => warmed?.warm(scope),
    get kind() {
      return state.kind;
    },
    get notice() {
      return state.notice;
    },
    get fault() {
      return state.fault;
    },
    async close() {
      closed = true;
      await starting.catch(() => undefined);
      for (const stop of stops.splice(0).reverse()) await stop();
    },
  };
}
