/**
 * A worker on another machine: the executors of a server (../executor) behind one link to it, and no database. It believes in
 * an attempt only while the server answers its beats, and each harness no longer than its lease: by the time the server gives
 * the task to somebody else (lease and grace after the last beat) nothing of it runs here, not even of a frozen worker. Neighbours: server-link.ts, attempt-courier.ts,
 * value-shelf.ts, data-shelf.ts; ../executor/remote is the server's end.
 */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  workerEnvironmentSchema,
  workerLockSchema,
  workerProtocol,
  type WorkerDataFile,
  type WorkerEnvironment,
  type WorkerHello,
  type WorkerMessage,
  type WorkerOrder,
} from "@/pipelines/protocol/worker";
import { createValueStore } from "../artifact/store";
import { EnvironmentShelf } from "../environment/environment-shelf";
import { hashLock } from "../environment/lock-file";
import { NpmFailure } from "../environment/npm-fault";
import { installEnvironment, type InstalledEnvironment } from "../executor/environment";
import type { AttemptId, AttemptRequest } from "../executor/executor";
import { HarnessStartError } from "../executor/harness-host";
import { attemptKey, type HarnessExecutor } from "../executor/harness-executor";
import { watchMachineLoad } from "../executor/machine-load";
import { fromWorkerRequest } from "../executor/remote/worker-request";
import { storedHashes } from "../executor/stored-hashes";
import { selectExecutor } from "../executor/select-executor";
import { openHome, type Home } from "../home";
import { AttemptCourier } from "./attempt-courier";
import { DataShelf } from "./data-shelf";
import { ServerLink, type LinkEnd } from "./server-link";
import { Transfer, TransferError } from "./transfer";
import { ValueShelf } from "./value-shelf";

export interface WorkerOptions {
  readonly server: URL;
  readonly token: string;
  readonly name: string;
  readonly pools: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly slots: number;
  readonly gpus: number | undefined;
  readonly executor: "docker" | "process" | undefined;
  readonly home: string;
  readonly runnerDir: string;
  readonly version: string;
  readonly mostValueBytes: number;
  readonly log: (message: string) => void;
}

export interface RunningWorker {
  readonly id: string;
  /** Resolves when it has left, or the server wants it no more. */
  readonly ended: Promise<LinkEnd | { readonly type: "left" }>;
  /** Takes nothing new, ends what it has, then leaves. */
  drain(): void;
  /** Stops what it has and leaves. */
  leave(): Promise<void>;
}

/** Part of the lease after which a worker that heard no answer stops its attempts. The harness does so at its end, whatever else. */
const trustShare = 2 / 3;
/** Packages of notebooks that nobody ran here for so long are removed. */
const unusedEnvironmentMs = 7 * 24 * 3_600_000;
const leavePatienceMs = 5_000;
const mostFetches = 6;
const fetchWaitMs = 500;

/** Throws TransferError when the server cannot be reached or refuses the token. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { log } = options;
  const home = openHome(options.home);
  try {
    const transfer = new Transfer(options.server);
    const offered = workerEnvironmentSchema.parse(JSON.parse(await transfer.getText("/api/worker/environment", options.token)));
    const environment = await install(home, offered, log);
    const environments = new EnvironmentShelf({ home: home.dir });
    void environments.collect(new Set([environment.hash]), unusedEnvironmentMs);
    const shelf = new ValueShelf(createValueStore(home.dir), transfer, home.dir, options.mostValueBytes);
    const { executor, sentence } = await selectExecutor({
      home: home.dir,
      environment,
      environmentFolder: (_workspaceId, hash) => installOwn(environments, transfer, options.token, environment, hash),
      dataDir: (workspaceId) => home.dataDir(workspaceId),
      slots: options.slots,
      log,
      runner: options.runnerDir,
      prefer: options.executor,
      store: shelf.store,
      gpus: options.gpus,
      lease: { leaseMs: offered.leaseMs, graceMs: 0 },
    });
    log(sentence);
    await executor.prepare();
    const worker = new Worker({ ...options, home, environment, executor, shelf, transfer, leaseMs: offered.leaseMs });
    await worker.start();
    return worker;
  } catch (error) {
    home.release();
    throw error;
  }
}

/** Packages of a notebook's own, installed from the server's lock. */
async function installOwn(
  shelf: EnvironmentShelf,
  transfer: Transfer,
  token: string,
  base: InstalledEnvironment,
  hash: string,
): Promise<string> {
  try {
    const found = await shelf.find(hash);
    if (found !== undefined) return found;
    const lock = workerLockSchema.parse(JSON.parse(await transfer.getText(`/api/worker/environments/${hash}`, token)));
    if (hashLock(lock.lock) !== hash) throw new Error("The server's lock is another one than it says.");
    return await shelf.ensure(lock, { seed: base.folder });
  } catch (error) {
    const passing = error instanceof NpmFailure ? error.fault.type === "unreachable" : error instanceof TransferError && error.isPassing;
    throw new HarnessStartError("environment", passing, `On this worker: ${(error as Error).message}`);
  }
}

/** The packages that the server's lock names, checked by its hash. */
async function install(home: Home, offered: WorkerEnvironment, log: (message: string) => void): Promise<InstalledEnvironment> {
  const source = path.join(home.dir, "locks", `${offered.hash.slice(0, 16)}`);
  mkdirSync(source, { recursive: true });
  writeFileSync(path.join(source, "package.json"), offered.manifest);
  writeFileSync(path.join(source, "package-lock.json"), offered.lock);
  const environment = await installEnvironment({ home: home.dir, source, log });
  if (environment.hash !== offered.hash)
    throw new Error(
      `The packages that were installed (${environment.hash.slice(0, 12)}) are not the server's (${offered.hash.slice(0, 12)}).`,
    );
  return environment;
}

interface WorkerParts extends Omit<WorkerOptions, "home" | "executor"> {
  readonly home: Home;
  readonly environment: InstalledEnvironment;
  readonly executor: HarnessExecutor;
  readonly shelf: ValueShelf;
  readonly transfer: Transfer;
  readonly leaseMs: number;
}

class Worker implements RunningWorker {
  readonly id: string;
  readonly ended: RunningWorker["ended"];
  private readonly session = randomUUID();
  private readonly couriers = new Map<string, AttemptCourier>();
  private readonly link: ServerLink;
  private readonly data: DataShelf;
  private readonly readLoad = watchMachineLoad();
  private workspaceId = "";
  private draining = false;
  private leaving = false;
  private connected = false;
  private over = false;
  private finish!: (end: LinkEnd | { readonly type: "left" }) => void;
  private watch: NodeJS.Timeout | undefined;

  constructor(private readonly parts: WorkerParts) {
    const { home, transfer, server, token, leaseMs } = parts;
    this.id = readId(home.dir);
    this.ended = new Promise((resolve) => (this.finish = resolve));
    this.data = new DataShelf(transfer, (workspaceId) => home.dataDir(workspaceId), path.join(home.dir, "incoming-data"));
    this.link = new ServerLink(server, token, leaseMs, {
      hello: () => this.hello(),
      load: () => this.readLoad(),
      order: (order) => this.obey(order),
      cut: (why) => this.cut(why),
      heard: (sentAt, attempts) => this.heard(sentAt, attempts),
      end: (end) => void this.close(end),
    });
  }

  async start(): Promise<void> {
    const { executor, leaseMs, log } = this.parts;
    // What an earlier process of this worker left at work; the server says what of it is still wanted.
    const found = await executor.adopt((attempt) => {
      const courier = this.courier(attempt);
      courier.launched = true;
      courier.trustedUntil = performance.now() + leaseMs * trustShare;
      return courier;
    });
    if (found.length > 0) log(`${found.length} attempts of an earlier process of this worker are still here.`);
    this.watch = setInterval(() => this.look(), Math.min(500, leaseMs / 20));
    this.link.open();
  }

  drain(): void {
    if (this.leaving) return;
    this.leaving = true;
    this.draining = true;
    this.link.send({ type: "drain", on: true });
    this.parts.log(this.couriers.size === 0 ? "Leaving." : `Takes nothing new; ${this.couriers.size} attempts are ended first.`);
    this.leaveWhenDone();
  }

  async leave(): Promise<void> {
    this.leaving = true;
    this.draining = true;
    for (const courier of this.couriers.values()) this.stop(courier, "lease-lost");
    const patience = performance.now() + leavePatienceMs;
    while (this.couriers.size > 0 && this.link.isOpen && performance.now() < patience)
      await new Promise((resolve) => setTimeout(resolve, 50));
    this.link.send({ type: "drain", on: false });
    this.link.send({ type: "leave" });
    await this.close({ type: "left" });
  }

  private leaveWhenDone(): void {
    if (!this.leaving || this.couriers.size > 0 || this.over) return;
    // Its owner wants it away, not drained for ever: the next start takes work again.
    this.link.send({ type: "drain", on: false });
    this.link.send({ type: "leave" });
    void this.close({ type: "left" });
  }

  private async close(end: LinkEnd | { readonly type: "left" }): Promise<void> {
    if (this.over) return;
    this.over = true;
    clearInterval(this.watch);
    await this.link.close();
    // The server says that nothing of it is wanted; else its attempts go on until their lease ends, or this worker is back.
    if (end.type === "refused" || end.type === "removed") for (const courier of [...this.couriers.values()]) this.forget(courier);
    await this.parts.executor.close();
    this.parts.home.release();
    this.finish(end);
  }

  private hello(): WorkerHello {
    const { name, pools, labels, slots, gpus, version, environment, executor } = this.parts;
    return {
      type: "hello",
      protocol: workerProtocol,
      version,
      worker: this.id,
      session: this.session,
      name,
      host: os.hostname(),
      pools: [...pools],
      labels: { ...labels },
      slots,
      capacity: { cpu: os.availableParallelism(), memory: os.totalmem(), gpu: gpus ?? countGpus() },
      executor: executor.kind,
      environment: environment.hash,
      draining: this.draining,
      attempts: [...this.couriers.values()].filter(({ launched }) => launched).map(({ key }) => key),
    };
  }

  private obey(order: WorkerOrder): void {
    switch (order.type) {
      case "welcome":
        this.workspaceId = order.workspaceId;
        this.parts.log(this.connected ? "Connected again." : `Connected to ${this.parts.server.origin} as ${this.parts.name}.`);
        this.connected = true;
        if (order.draining && !this.leaving)
          this.parts.log("The server drains this worker: it takes nothing new until somebody undrains it there.");
        this.draining = order.draining || this.leaving;
        return;
      case "beat":
        return;
      case "launch":
        return void this.launch(order);
      case "attach": {
        const courier = this.couriers.get(order.attempt);
        if (!courier) return;
        courier.trustedUntil = this.trust();
        return courier.attach(order.token);
      }
      case "stop": {
        const courier = this.couriers.get(order.attempt);
        return courier && this.stop(courier, order.reason);
      }
      case "refused": {
        const courier = this.couriers.get(order.attempt);
        if (!courier) return;
        this.parts.log(`Attempt ${order.attempt} is not ours any more: the server refuses it (${order.status}, ${order.reason}).`);
        return this.forget(courier);
      }
      case "ack":
        return this.couriers.get(order.attempt)?.acknowledge(order.n);
      case "answer":
        return this.couriers.get(order.attempt)?.answered(order.call, order.answer);
      case "release":
        return this.parts.executor.release(order.run);
      case "drain":
        if (order.on !== this.draining)
          this.parts.log(order.on ? "The server drains this worker: it takes nothing new." : "Takes work again.");
        this.draining = order.on || this.leaving;
        return;
    }
  }

  private async launch(order: Extract<WorkerOrder, { type: "launch" }>): Promise<void> {
    const known = this.couriers.get(order.attempt);
    if (known) {
      // Said again after a reconnect.
      known.trustedUntil = this.trust();
      known.attach(order.token);
      if (known.launched) this.link.send({ type: "launched", attempt: order.attempt, handle: "again" });
      return;
    }
    const { executor } = this.parts;
    const request = fromWorkerRequest(order.request);
    const courier = this.courier(request);
    courier.trustedUntil = this.trust();
    courier.attach(order.token);
    try {
      await this.fetch(courier, request, order.data);
      if (courier.signal.aborted) return;
      const result = await executor.launch(request, courier);
      if (result.ok) {
        courier.launched = true;
        this.link.send({ type: "launched", attempt: order.attempt, handle: result.handle });
        if (courier.stopWish) await executor.stop(request, courier.stopWish);
        return;
      }
      this.notLaunched(courier, { reason: result.reason, retriable: result.retriable, message: result.message });
    } catch (error) {
      if (courier.signal.aborted) return;
      const full = (error as NodeJS.ErrnoException).code === "ENOSPC";
      const passing = error instanceof TransferError && error.isPassing;
      this.notLaunched(courier, {
        reason: full ? "disk-full" : passing ? "node-lost" : "internal",
        retriable: passing,
        message: `The worker ${this.parts.name} could not fetch what the cell reads: ${(error as Error).message}`,
      });
    }
  }

  /** What the cell reads: values by hash, files of the data folder. The token may change on the way: a reconnect brings another. */
  private async fetch(courier: AttemptCourier, request: AttemptRequest, data: readonly WorkerDataFile[]): Promise<void> {
    const hashes = storedHashes(request.inputs);
    courier.pinHashes(hashes);
    for (let tries = 1; ; tries++) {
      const token = await courier.currentToken();
      if (token === undefined) return;
      try {
        await this.parts.shelf.fetch(request.workspaceId, hashes, token, courier.signal);
        return await this.data.fetch(request.workspaceId, data, token, courier.signal);
      } catch (error) {
        const passing = error instanceof TransferError && (error.isPassing || error.status === 401);
        if (!passing || tries >= mostFetches || courier.signal.aborted) throw error;
        await new Promise((resolve) => setTimeout(resolve, fetchWaitMs * tries));
      }
    }
  }

  private notLaunched(courier: AttemptCourier, why: Omit<Extract<WorkerMessage, { type: "not-launched" }>, "type" | "attempt">): void {
    this.link.send({ type: "not-launched", attempt: courier.key, ...why });
    courier.drop();
  }

  private stop(courier: AttemptCourier, reason: "cancelled" | "timeout" | "lease-lost"): void {
    courier.stopWish ??= reason;
    if (courier.launched) return void this.parts.executor.stop(parseKey(courier.key), reason);
    // Still fetching: nothing runs yet.
    courier.giveUp();
    if (reason === "lease-lost") return this.notLaunched(courier, { reason, retriable: true, message: "It was stopped before it began." });
    this.link.send({ type: "launched", attempt: courier.key, handle: "none" });
    courier.launched = true;
    const usage = { durationMs: 0, cpuMs: 0, peakMemoryBytes: 0 };
    void courier.finished({ status: "cancelled", reason, error: undefined, displays: [], usage });
  }

  /** Nobody wants it: what runs of it is killed, what it said is forgotten. */
  private forget(courier: AttemptCourier): void {
    if (courier.launched) void this.parts.executor.stop(parseKey(courier.key), "lease-lost");
    courier.drop();
  }

  private cut(why: string): void {
    for (const courier of this.couriers.values()) courier.detach();
    if (this.connected) this.parts.log(`The link to the server was cut (${why}); connecting again.`);
  }

  private heard(sentAt: number, attempts: readonly string[]): void {
    this.parts.executor.lease(sentAt + this.parts.leaseMs - performance.now());
    for (const key of attempts) {
      const courier = this.couriers.get(key);
      if (courier) courier.trustedUntil = Math.max(courier.trustedUntil, sentAt + this.parts.leaseMs * trustShare);
    }
  }

  private trust(): number {
    return this.link.provenAt + this.parts.leaseMs * trustShare;
  }

  /** Attempts that the server may have given to somebody else by now are stopped, whatever it says later. */
  private look(): void {
    const now = performance.now();
    for (const courier of this.couriers.values()) {
      if (now < courier.trustedUntil) continue;
      courier.trustedUntil = Infinity;
      this.parts.log(`Attempt ${courier.key} is stopped: the server was not heard for too long (lease-lost).`);
      this.stop(courier, "lease-lost");
    }
  }

  private courier(attempt: AttemptId): AttemptCourier {
    const key = attemptKey(attempt);
    const courier: AttemptCourier = new AttemptCourier({
      key,
      workspaceId: () => this.workspaceId,
      shelf: this.parts.shelf,
      send: (message) => this.link.send(message),
      ended: () => {
        this.couriers.delete(key);
        void this.parts.shelf
          .sweep(this.workspaceId)
          .catch((error: unknown) => this.parts.log(`Old values were not removed: ${String(error)}`));
        // The executor hears of the acknowledgement first.
        setImmediate(() => this.leaveWhenDone());
      },
      log: this.parts.log,
    });
    this.couriers.set(key, courier);
    return courier;
  }
}

function parseKey(key: string): AttemptId {
  const at = key.lastIndexOf("#");
  return { taskRunId: key.slice(0, at), attempt: Number(key.slice(at + 1)) };
}

/** One worker for good, whatever its process. */
function readId(home: string): string {
  const file = path.join(home, "worker-id");
  if (!existsSync(file)) writeFileSync(file, `${randomUUID()}\n`, { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
}

/** NVIDIA's device files. */
function countGpus(): number {
  try {
    return readdirSync("/dev").filter((name) => /^nvidia\d+$/.test(name)).length;
  } catch {
    return 0;
  }
}
