/**
 * What runs notebooks inside this process: the cells' environment, an executor, the engine. Prepared in the background,
 * because installing packages may take a while and pages need not wait for it. Neighbours: main.ts, run/engine.ts.
 */
import os from "node:os";
import { openValueStore } from "./artifact/open-value-store";
import type { ValueStore } from "./artifact/store";
import { createPool } from "./db/pool";
import { AppError } from "./errors";
import type { NotebookEnvironments } from "./environment/notebook-environments";
import { installEnvironment } from "./executor/environment";
import { createFindNotebook } from "./notebook/find-notebook";
import { watchMachineLoad } from "./executor/machine-load";
import { RoutingExecutor } from "./executor/remote/routing-executor";
import type { WorkerHub } from "./executor/remote/worker-hub";
import { selectExecutor } from "./executor/select-executor";
import type { Executor, WarmScope } from "./executor/executor";
import { errorFields, log } from "./log";
import { stripTypes } from "./notebook/strip-types";
import { createEngine, type Engine } from "./run/engine";
import type { DatabaseWorkers } from "./workers/registry";
import { createCleaner } from "./worker/cleaner";

export interface ExecutionOptions {
  readonly home: string;
  readonly databaseUrl: string;
  /** Who this server is among those of the database. */
  readonly instance: string;
  readonly dataDir: (workspaceId: string) => string;
  /** Folder with the lock of the packages that cells may import. */
  readonly environmentDir: string;
  /** Packages of notebooks' own. */
  readonly environments: NotebookEnvironments;
  /** Folder with the bundled runner. */
  readonly runnerDir: string;
  /** The packages are there, in this folder: called before anything runs. What it throws is logged and stops nothing. */
  readonly onInstalled: (environment: string) => Promise<void>;
  /** Machines elsewhere that tasks may run on, and their rows, of which this server is one. */
  readonly workers: WorkerHub;
  readonly registry: DatabaseWorkers;
  readonly version: string;
  readonly leaseSeconds: number | undefined;
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
  /** Lock of the packages for cells, once they are installed. */
  readonly environmentHash: string | undefined;
  close(): Promise<void>;
}

export function startExecution(options: ExecutionOptions): Execution {
  const pool = createPool(options.databaseUrl);
  const values = openValueStore(options.home, pool);
  const stops: (() => Promise<void> | void)[] = [];
  let warmed: Executor | undefined;
  const state: {
    kind: Execution["kind"];
    notice: string | undefined;
    fault: string | undefined;
    environmentHash: string | undefined;
  } = {
    kind: undefined,
    environmentHash: undefined,
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
    state.environmentHash = environment.hash;
    const { environments } = options;
    environments.baseInstalled(environment);
    const { executor: local, sentence } = await selectExecutor({
      home,
      environment,
      environmentFolder: (workspaceId, hash) => environments.folder(workspaceId, hash),
      dataDir,
      runner: runnerDir,
      store: values,
      slots: os.availableParallelism(),
      log: say,
      prefer: options.executor === "docker" || options.executor === "process" ? options.executor : undefined,
    });
    say(sentence);
    stops.push(() => local.close());
    const { workers, registry, version, leaseSeconds } = options;
    const executor = new RoutingExecutor(local, workers);
    await workers.refresh();
    goOn();
    await executor.prepare();
    goOn();
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
      environmentKey: (workspaceId, hash, reached) => environments.keyFor(workspaceId, hash, reached),
      environmentOf: async (workspaceId, { versionId }) =>
        versionId === undefined ? undefined : environments.forRun(workspaceId, versionId, false),
      places: workers.places,
      ...(leaseSeconds === undefined ? {} : { leaseSeconds }),
      objects: values.objects,
      log: say,
    });
    stops.push(() => engine.close());
    await engine.start();
    // So that the first run need not wait for what it compiles with.
    stripTypes("const ready: boolean = true;");
    stops.push(followWorkers(engine, workers));
    stops.push(await announceSelf(engine, registry, { version, executor: executor.kind }));
    const complain = (what: string, error: unknown) => log("warn", what, errorFields(error));
    const cleaner = createCleaner({ pool, objects: values.objects, logs: engine.logs, complain });
    cleaner.start();
    stops.push(() => cleaner.stop());
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
    get environmentHash() {
      return state.environmentHash;
    },
    async close() {
      closed = true;
      await starting.catch(() => undefined);
      for (const stop of stops.splice(0).reverse()) await stop();
      await pool.end();
    },
  };
}

/** Workers that came or have room again may take what waits. */
function followWorkers(engine: Engine, workers: WorkerHub): () => void {
  let { served } = workers.places;
  return workers.onChange(() => {
    const moved = served !== workers.places.served;
    served = workers.places.served;
    engine.placesChanged(moved);
  });
}

const beatMs = 5_000;

/** This machine among those that run tasks. */
async function announceSelf(
  engine: Engine,
  registry: DatabaseWorkers,
  self: { readonly version: string; readonly executor: "docker" | "process" },
): Promise<() => Promise<void>> {
  const load = watchMachineLoad();
  const cpu = os.availableParallelism();
  const host = os.hostname();
  const complain = (error: unknown) => log("warn", "this server's row among the workers was not written", errorFields(error));
  await registry
    .selfArrived({ ...self, name: "This server", host, slots: cpu, capacity: { cpu, memory: os.totalmem(), gpu: 0 } })
    .catch(complain);
  let beating: Promise<void> = Promise.resolve();
  const timer = setInterval(() => (beating = registry.selfBeat(load(), engine.attemptsHere()).catch(complain)), beatMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await beating;
    await registry.selfLeft().catch(() => undefined);
  };
}
