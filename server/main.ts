/**
 * The process: database, engine, pages and sockets in one, started and stopped as a whole. Neighbours: entry/ (requests),
 * home.ts (the folder and its lock), heddle.ts (what they all work with). bin/ and the CLI call startServer.
 */
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { Collaboration } from "./collaborate/collaboration";
import { openDatabase, type Database } from "./db/database";
import { startEmbeddedPostgres } from "./db/embedded-postgres";
import { migrate } from "./db/migrate";
import { checkMayCreateRole } from "./db/tenancy";
import { answer, handleRequest, type EntryOptions, type PageHandler } from "./entry/handle-request";
import { createLiveSockets, type LiveSockets } from "./entry/handle-upgrade";
import type { Env } from "./env";
import { AppError } from "./errors";
import { readEnvironmentPackages } from "./environment-packages";
import { WorkerHub } from "./executor/remote/worker-hub";
import type { Heddle } from "./heddle";
import { openHome } from "./home";
import { LanguageServer } from "./language/language-server";
import { EnvironmentShelf } from "./environment/environment-shelf";
import { NotebookEnvironments } from "./environment/notebook-environments";
import { PackageSearch } from "./environment/package-search";
import { startExecution, type ExecutionOptions } from "./execution";
import { errorFields, log } from "./log";
import { getNotebook } from "./notebook/store";
import { startRun } from "./run/start-run";
import { startFire } from "./schedule/start-fire";
import { createScheduler } from "./worker/scheduler";
import { createDataFiles } from "./run/data-files";
import { DatabaseWorkers } from "./workers/registry";
import { exampleDataPackage } from "./workspace/example-data";
import { copyExampleData, findOwnerWithoutPassword, firstWorkspaceId, makeFirstWorkspace, type FirstStart } from "./workspace/first-start";
import { Revocations } from "./workspace/revocations";
import { makeSignInLink } from "./workspace/sign-in";
import { forgetOldTries } from "./workspace/sign-in-throttle";

export interface ServerOptions {
  readonly env: Env;
  /** Where the package lies: migrations, examples, environment, the built pages. */
  readonly packageDir: string;
  /** "built" serves .next, "dev" compiles pages as they are opened, "none" serves no pages. */
  readonly pages: "built" | "dev" | "none";
  /** Where cells run. "auto", the default, takes containers where an engine answers; "none" runs nothing. */
  readonly executor?: ExecutionOptions["executor"];
  /** Lock of the packages that cells may import; the package's own when left out. */
  readonly environmentDir?: string;
  /** For npm, on top of what it gets from this process: a test's own registry, say. */
  readonly npmEnv?: Readonly<Record<string, string>> | undefined;
  /** The bundled runner; the package's own when left out. */
  readonly runnerDir?: string;
  /** How long a run, an attempt or a worker is believed to be alive without a word. */
  readonly leaseSeconds?: number | undefined;
}

export interface RunningServer {
  /** Where people open it. */
  readonly url: string;
  /** Signs the owner in once; undefined when the owner has a password. */
  readonly signInLink: string | undefined;
  readonly heddle: Heddle;
  /** Stops everything cleanly; runs go on at the next start. Repeatable. */
  stop(): Promise<void>;
}

type Stops = (() => Promise<void> | void)[];

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { env, packageDir } = options;
  const stops: Stops = [];
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= runInReverse(stops));
  try {
    const home = openHome(env.home);
    stops.push(() => home.release());
    const door = await takePort(options, stops);
    const pagesStarting = startPages(options);
    pagesStarting.catch(() => undefined);

    const database = openDatabase(await startDatabase(env, home.postgresDir, packageDir, stops));
    stops.push(() => database.close());
    const environmentDir = options.environmentDir ?? path.join(packageDir, "environment");
    const packages = readEnvironmentPackages(environmentDir);
    const { npmEnv } = options;
    const shelf = new EnvironmentShelf({ home: home.dir, env: npmEnv });
    const environments = new NotebookEnvironments({ database, shelf, baseDir: environmentDir, env: npmEnv });
    stops.push(() => environments.close());
    // The examples read what this package ships; an environment of one's own may be without it.
    const hasExampleData = packages.includes(exampleDataPackage.name);
    const first = await makeFirstWorkspace({ database, packages }, path.join(packageDir, "pipelines", "examples"));
    const version = (JSON.parse(fs.readFileSync(path.join(packageDir, "package.json"), "utf8")) as { version: string }).version;
    const registry = new DatabaseWorkers(database.pool, crypto.randomUUID());
    const workers: WorkerHub = new WorkerHub({
      registry,
      values: { putPreview: (...order) => execution.values.putPreview(...order) },
      environmentHash: () => execution.environmentHash,
      dataFiles: createDataFiles((workspaceId) => home.dataDir(workspaceId)),
      log: (message) => log("info", message),
      ...(options.leaseSeconds === undefined ? {} : { leaseMs: options.leaseSeconds * 1000 }),
    });
    stops.push(() => workers.close());
    const language = new LanguageServer({
      packageDir,
      folder: path.join(home.dir, "language"),
      packages,
      mayRead: ({ workspaceId }, id) => hasNotebook(database, workspaceId, id),
      environmentOf: ({ workspaceId }, id) => environments.folderOf(workspaceId, id),
    });
    stops.push(environments.onChange((workspaceId) => language.environmentsChanged(workspaceId)));
    stops.push(() => language.close());
    const collaboration = new Collaboration({ database, packages, environments });
    stops.push(() => collaboration.close());
    const execution = startExecution({
      workers,
      registry,
      version,
      leaseSeconds: options.leaseSeconds,
      home: home.dir,
      databaseUrl: database.url,
      instance: home.instance,
      dataDir: (workspaceId) => home.dataDir(workspaceId),
      environmentDir,
      environments,
      runnerDir: options.runnerDir ?? path.join(packageDir, "dist", "runner"),
      executor: options.executor ?? "auto",
      onInstalled: async (environment) => {
        language.useEnvironment(environment);
        if (hasExampleData) await copyExampleData(environment, home.dataDir(firstWorkspaceId));
      },
    });
    stops.push(() => execution.close());

    const scheduler = createScheduler({
      pool: database.pool,
      startFire: (order) => startFire(heddle, order),
      stopRun: async (runId, by) => (await execution.engine()).command(runId, { type: "cancel-requested", how: "stop", by }),
      complain: (what, error) => log("warn", what, errorFields(error)),
    });
    const heddle: Heddle = {
      scheduler,
      env,
      home,
      database,
      revocations: new Revocations(),
      language,
      collaboration,
      execution,
      packages,
      environments,
      packageSearch: new PackageSearch(npmEnv),
      workers,
      environmentDir,
      version,
    };

    if (options.executor !== "none") {
      scheduler.start();
      stops.push(() => scheduler.stop());
    }
    if (first && hasExampleData && options.executor !== "none") startFirstRun(heddle, first);
    const pages = await pagesStarting;
    stops.push(() => pages.close());
    door.open(
      { heddle, pages: pages.handle, dev: options.pages === "dev", readiness: () => findFault(heddle) },
      createLiveSockets(heddle, pages.upgrade),
    );
    const sweep = setInterval(() => void forgetOldTries(database).catch(() => undefined), 600_000);
    stops.push(() => clearInterval(sweep));
    const { port } = door;
    const url =
      env.publicUrl?.origin ??
      `http://${env.host.includes(":") ? `[${env.host}]` : env.host === "0.0.0.0" ? "127.0.0.1" : env.host}:${port}`;
    return { url, signInLink: await newOwnerLink(database, port), heddle, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** So that no page is empty. What becomes of it is seen on its page. */
function startFirstRun(heddle: Heddle, { workspaceId, userId, notebookIds }: FirstStart): void {
  const notebookId = notebookIds[0];
  if (notebookId === undefined) return;
  startRun(heddle, {
    workspaceId,
    userId,
    notebookId,
    revision: 1,
    params: {},
    targets: undefined,
    cache: "use",
    trigger: "example",
  }).catch((error: unknown) => log("warn", "the first example was not started", errorFields(error)));
}

function hasNotebook(database: Database, workspaceId: string, id: string): Promise<boolean> {
  return getNotebook(database, workspaceId, id).then(
    () => true,
    (error: unknown) => {
      if (error instanceof AppError && error.code === "NOT_FOUND") return false;
      throw error;
    },
  );
}

async function startDatabase(env: Env, dir: string, packageDir: string, stops: Stops): Promise<string> {
  let url = env.databaseUrl;
  if (url === undefined) {
    const postgres = await startEmbeddedPostgres({ dir });
    stops.push(() => postgres.stop());
    url = postgres.url;
  }
  await checkMayCreateRole(url);
  await migrate(url, path.join(packageDir, "prisma", "migrations"));
  return url;
}

interface Pages {
  readonly handle: PageHandler | undefined;
  readonly upgrade: ((request: http.IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>) | undefined;
  close(): Promise<void>;
}

async function startPages({ env, packageDir, pages }: ServerOptions): Promise<Pages> {
  if (pages === "none") return { handle: undefined, upgrade: undefined, close: async () => undefined };
  const dev = pages === "dev";
  // Next reads it to tell a build from development; the start script may have left it unset.
  (process.env as Record<string, string>).NODE_ENV = dev ? "development" : "production";
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  const { default: next } = await import("next");
  const app = next({ dev, dir: packageDir, hostname: env.host, port: env.port, customServer: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  return {
    handle: (request, response) => handle(request, response),
    upgrade: dev ? app.getUpgradeHandler() : undefined,
    close: () => app.close(),
  };
}

interface Door {
  readonly port: number;
  open(entry: EntryOptions, live: LiveSockets): void;
}

/** Takes the port before anything is made, so that a second program on it is found out first. Closed until opened. */
async function takePort({ env }: ServerOptions, stops: Stops): Promise<Door> {
  let entry: EntryOptions | undefined;
  let live: LiveSockets | undefined;
  const server = http.createServer({ requestTimeout: 0, headersTimeout: 60_000 }, (request, response) => {
    if (entry) void handleRequest(entry, request, response);
    else answer(response, 503, "Heddle is starting.");
  });
  server.on("upgrade", (request, socket, head) => {
    if (live) live.handleUpgrade(request, socket, head);
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new Error(`Port ${env.port} is taken by another program. Start Heddle with another one: PORT=${env.port + 1} npm start`)
          : error,
      );
    });
    server.listen(env.port, env.host, resolve);
  });
  let closing: Promise<void> | undefined;
  const close = () =>
    (closing ??= new Promise<void>((resolve) => {
      live?.close();
      server.close(() => resolve());
      server.closeAllConnections();
    }));
  stops.push(close);
  return {
    port: (server.address() as AddressInfo).port,
    open(options, sockets) {
      entry = options;
      live = sockets;
      // Once it is open it closes first: nobody comes in while the rest is stopped.
      stops.push(close);
    },
  };
}

async function findFault({ database, execution }: Heddle): Promise<string | undefined> {
  try {
    await database.pool.query("select 1");
    return execution.fault;
  } catch {
    return "The database does not answer.";
  }
}

async function newOwnerLink(database: Database, port: number): Promise<string | undefined> {
  const userId = await findOwnerWithoutPassword(database);
  if (userId === undefined) return undefined;
  return signInLinkUrl(port, await makeSignInLink(database, userId));
}

/** The token stands behind #, so that it reaches no log and no referrer. */
export function signInLinkUrl(port: number, token: string): string {
  return `http://127.0.0.1:${port}/sign-in/link#${token}`;
}

async function runInReverse(stops: Stops): Promise<void> {
  let fault: unknown;
  for (const stop of stops.splice(0).reverse()) {
    try {
      await stop();
    } catch (error) {
      fault ??= error;
    }
  }
  if (fault !== undefined) throw fault as Error;
}
