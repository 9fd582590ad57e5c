/**
 * The workers that are connected to this server: who they are, which attempts they have, which machine takes the next one.
 * A worker that is silent for the lease and its grace has lost its attempts; whatever it says of them later is refused.
 * Neighbours: remote-worker.ts (one of them), remote-attempt.ts (one attempt), routing-executor.ts (the engine's side),
 * places.ts (who runs where), server/entry/handle-upgrade.ts (opens the socket), server/workers (rows and the page).
 */
import { EventEmitter } from "node:events";
import type { WebSocket } from "ws";
import {
  workerClose,
  workerMessageSchema,
  workerProtocol,
  type WorkerAttemptWord,
  type WorkerDataFile,
  type WorkerHello,
  type WorkerMessage,
} from "@/pipelines/protocol/worker";
import type { Reason } from "@/pipelines/run/run";
import type { ValueStore } from "@/server/artifact/store";
import type { AttemptId, AttemptListener, AttemptRequest, AttemptResult, LaunchResult } from "../executor";
import { attemptKey } from "../harness-executor";
import { pauseAfter } from "../../pause-after";
import { AttemptGrants } from "./attempt-grants";
import { fromLane, isRemoteHandle, toLane, toRemoteHandle, type Asked, type Places } from "./places";
import { RemoteAttempt } from "./remote-attempt";
import { RemoteWorker } from "./remote-worker";
import { storedHashes } from "../stored-hashes";
import { toWorkerRequest } from "./worker-request";
import type { KnownWorker, WorkerRegistry } from "./worker-registry";

export interface DataFile extends WorkerDataFile {
  /** Where it lies on this machine. */
  readonly file: string;
}

export interface WorkerHubParts {
  readonly registry: WorkerRegistry;
  readonly values: Pick<ValueStore, "putPreview">;
  /** Lock of the packages that cells can import here; undefined while that is not known. */
  environmentHash(): string | undefined;
  dataFiles(workspaceId: string, datasets: readonly string[] | "any"): Promise<readonly DataFile[]>;
  log(message: string): void;
  readonly leaseMs?: number;
}

export interface WorkerGuest {
  readonly workspaceId: string;
  readonly tokenId: string;
}

type Found = (attempt: AttemptId) => AttemptListener | "stale" | undefined;

const usualLeaseMs = 30_000;
/** Beyond the lease a worker is given as long again, at most this, to have stopped its attempts. */
const mostGraceMs = 10_000;
const helloPatienceMs = 10_000;
const rememberedEnds = 10_000;
const listEveryMs = 2_000;

export class WorkerHub implements Places {
  readonly grants = new AttemptGrants();
  readonly leaseMs: number;
  private readonly workers = new Map<string, RemoteWorker>();
  private readonly byAttempt = new Map<string, RemoteWorker>();
  private readonly reserved = new Map<string, RemoteWorker>();
  /** Attempts whose end was saved: their last words may come again. */
  private readonly done = new Set<string>();
  private known: readonly KnownWorker[] = [];
  /** Their word that they drain, or do so no longer, is on its way to the database. */
  private readonly unsaved = new Set<RemoteWorker>();
  /** Pools that ask for labels, as `workspace/pool`: never this machine's. */
  private labelled: ReadonlySet<string> = new Set();
  private found: Found | undefined;
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly sweep: NodeJS.Timeout;
  private readonly listing: NodeJS.Timeout;
  private closed = false;

  constructor(private readonly parts: WorkerHubParts) {
    this.leaseMs = parts.leaseMs ?? usualLeaseMs;
    this.sweep = setInterval(() => this.look(), Math.min(1000, this.leaseMs / 10));
    this.sweep.unref();
    this.listing = setInterval(() => void this.refresh(), listEveryMs);
    this.listing.unref();
  }

  /** Called after anything changed that a page shows or that may let somebody start. */
  onChange(listener: () => void): () => void {
    this.changes.on("change", listener);
    return () => this.changes.off("change", listener);
  }

  /** The engine is there: attempts that workers come with are offered to it. */
  connect(found: Found): void {
    this.found = found;
  }

  /** Rows changed, here or through another server. */
  async refresh(): Promise<void> {
    try {
      const before = this.state;
      const [known, labelled] = await Promise.all([this.parts.registry.list(), this.parts.registry.labelledPools()]);
      this.known = known;
      this.labelled = new Set(labelled);
      for (const { id, workspaceId, draining } of this.known) {
        const worker = this.workers.get(`${workspaceId}/${id}`);
        if (worker && worker.draining !== draining && !this.unsaved.has(worker)) this.drain(worker, draining);
      }
      if (this.state !== before) this.changed();
    } catch (error) {
      if (!this.closed) this.parts.log(`The workers could not be read: ${String(error)}`);
    }
  }

  private get state(): string {
    return JSON.stringify([this.known, [...this.labelled]]);
  }

  /** Of a workspace, those connected here. */
  connected(workspaceId: string): readonly RemoteWorker[] {
    return [...this.workers.values()].filter((worker) => worker.workspaceId === workspaceId && worker.isOnline);
  }

  /** Equal while the same pools are served. */
  get served(): string {
    return JSON.stringify([this.known.map(({ workspaceId, pools, gpus }) => [workspaceId, pools, gpus]), [...this.labelled]]);
  }

  // Links.

  /** Takes over a socket whose token was checked. */
  accept(socket: WebSocket, guest: WorkerGuest): void {
    let worker: RemoteWorker | undefined;
    let arriving = false;
    const queued: WorkerMessage[] = [];
    const patience = setTimeout(() => socket.close(1008, "no hello"), helloPatienceMs);
    socket.on("message", (data, isBinary) => {
      const message = isBinary ? undefined : parse(data as Buffer);
      if (!message) {
        this.parts.log("A worker sent something that is no message of Heddle.");
        return socket.close(1008, "no message of Heddle");
      }
      if (worker) return void (worker.socket === socket && this.hear(worker, message));
      if (arriving) return void queued.push(message);
      if (message.type !== "hello") return socket.close(1008, "no hello");
      arriving = true;
      clearTimeout(patience);
      this.welcome(socket, guest, message).then(
        (arrived) => {
          worker = arrived;
          if (arrived) for (const each of queued.splice(0)) this.hear(arrived, each);
        },
        (error: unknown) => {
          this.parts.log(`A worker could not be welcomed: ${String(error)}`);
          socket.close(1013, "try again");
        },
      );
    });
    socket.once("close", () => {
      clearTimeout(patience);
      if (!worker || worker.socket !== socket) return;
      worker.socket = undefined;
      void this.parts.registry.left(worker.workspaceId, worker.id).catch(() => undefined);
      this.changed();
    });
  }

  private async welcome(socket: WebSocket, guest: WorkerGuest, hello: WorkerHello): Promise<RemoteWorker | undefined> {
    const { registry, environmentHash } = this.parts;
    const refuse = (code: number, why: string) => {
      socket.close(code, why);
      return undefined;
    };
    if (hello.protocol !== workerProtocol)
      return refuse(workerClose.version, `The server speaks worker protocol ${workerProtocol}, this worker ${hello.protocol}.`);
    const environment = environmentHash();
    if (environment === undefined) return refuse(1013, "The server is still preparing its packages.");
    if (hello.environment !== environment) return refuse(workerClose.environment, "The server's packages for cells are others.");
    const arrived = await registry.arrived(guest.workspaceId, hello);
    if (!arrived.ok) return refuse(1008, "This worker's id belongs to another workspace.");
    if (socket.readyState !== 1) return undefined;
    const key = `${guest.workspaceId}/${hello.worker}`;
    const before = this.workers.get(key);
    const worker = before ?? new RemoteWorker(guest.workspaceId, hello, guest.tokenId);
    const another = before !== undefined && before.hello.session !== hello.session;
    before?.socket?.close(workerClose.replaced, "Another connection of this worker has taken over.");
    worker.hello = hello;
    worker.socket = socket;
    worker.heardAt = performance.now();
    worker.draining = arrived.draining || hello.draining;
    worker.strays.clear();
    this.workers.set(key, worker);
    worker.send({ type: "welcome", workspaceId: guest.workspaceId, leaseMs: this.leaseMs, draining: worker.draining });
    this.compare(worker, new Set(hello.attempts), another);
    await this.refresh();
    this.changed();
    return worker;
  }

  /** What it has beside what we think it has. */
  private compare(worker: RemoteWorker, has: ReadonlySet<string>, another: boolean): void {
    for (const [key, attempt] of [...worker.attempts]) {
      if (another) attempt.recount();
      if (has.has(key)) {
        this.attach(worker, attempt);
        attempt.pending?.settle({ ok: true, handle: toRemoteHandle(worker.hello.name, "unknown") });
        attempt.pending = undefined;
      } else if (attempt.pending && !another) this.sendLaunch(worker, attempt);
      else this.lose(worker, attempt, "node-lost", `The worker ${worker.hello.name} was started anew and no longer has this attempt.`);
    }
    for (const key of has) if (!worker.attempts.has(key)) void this.settleStray(worker, key);
  }

  /** An attempt that it has and we have not: wanted, over, or not yet known. */
  private async settleStray(worker: RemoteWorker, key: string): Promise<void> {
    if (this.done.has(key)) return worker.send({ type: "ack", attempt: key, n: Number.MAX_SAFE_INTEGER });
    worker.strays.add(key);
    const id = parseAttemptKey(key);
    const listener = this.found?.(id);
    if (listener !== undefined && listener !== "stale") return void this.follow(worker, key, listener);
    const stale = listener === "stale" || (await this.isStale(worker, key));
    if (!stale || !worker.strays.delete(key)) return;
    this.parts.log(`The worker ${worker.hello.name} came with attempt ${key}, which is over: refused (409, lease-lost).`);
    worker.send({ type: "refused", attempt: key, status: 409, reason: "lease-lost" });
  }

  /** Asked until the database answers: nobody else would say to the worker that the attempt is over. */
  private async isStale(worker: RemoteWorker, key: string): Promise<boolean> {
    const { taskRunId, attempt } = parseAttemptKey(key);
    for (let tries = 0; !this.closed && worker.strays.has(key); tries++) {
      try {
        return await this.parts.registry.isStale(worker.workspaceId, taskRunId, attempt);
      } catch {
        await pauseAfter(tries);
      }
    }
    return false;
  }

  private hear(worker: RemoteWorker, message: WorkerMessage): void {
    worker.heardAt = performance.now();
    switch (message.type) {
      case "hello":
        return worker.socket?.close(1008, "hello again");
      case "beat":
        worker.load = message.load;
        worker.send({ type: "beat", n: message.n, attempts: [...worker.attempts.keys()] });
        return void this.beat(worker);
      case "launched":
      case "not-launched": {
        const attempt = worker.attempts.get(message.attempt);
        const pending = attempt?.pending;
        if (!attempt || !pending) return;
        attempt.pending = undefined;
        if (message.type === "launched") return pending.settle({ ok: true, handle: toRemoteHandle(worker.hello.name, message.handle) });
        attempt.abandon();
        this.forget(worker, attempt.key);
        const { reason, retriable, message: words } = message;
        return pending.settle({ ok: false, reason, retriable, message: words });
      }
      case "started":
      case "progress":
      case "usage":
      case "call":
      case "parked":
        return worker.attempts.get(message.attempt)?.tell(message);
      case "word":
        return this.hearWord(worker, message.word);
      case "drain":
        worker.draining = message.on;
        void this.saveDraining(worker);
        return this.changed();
      case "leave":
        for (const attempt of [...worker.attempts.values()])
          this.lose(worker, attempt, "node-lost", `The worker ${worker.hello.name} was stopped.`);
        return worker.socket?.close(1000, "bye");
    }
  }

  private hearWord(worker: RemoteWorker, word: WorkerAttemptWord): void {
    const attempt = worker.attempts.get(word.attempt);
    if (attempt) return attempt.hear(word);
    if (this.done.has(word.attempt)) return worker.send({ type: "ack", attempt: word.attempt, n: word.n });
    // A stray's words wait with the worker until somebody takes it up.
    void this.settleStray(worker, word.attempt);
  }

  private async beat(worker: RemoteWorker): Promise<void> {
    try {
      const row = await this.parts.registry.beat(worker.workspaceId, worker.id, worker.load, worker.atWork());
      if (!row) return worker.socket?.close(workerClose.removed, "This worker was removed.");
      if (row.draining !== worker.draining && !this.unsaved.has(worker)) this.drain(worker, row.draining);
      this.changed();
    } catch (error) {
      if (!this.closed) this.parts.log(`A beat could not be saved: ${String(error)}`);
    }
  }

  /** What it said itself is not taken back because the database was away. */
  private async saveDraining(worker: RemoteWorker): Promise<void> {
    this.unsaved.add(worker);
    for (let tries = 0; !this.closed; tries++) {
      try {
        await this.parts.registry.setDraining(worker.workspaceId, worker.id, worker.draining);
        break;
      } catch {
        await pauseAfter(tries);
      }
    }
    this.unsaved.delete(worker);
  }

  private drain(worker: RemoteWorker, on: boolean): void {
    worker.draining = on;
    worker.send({ type: "drain", on });
    this.changed();
  }

  /** Those that were silent for too long. */
  private look(): void {
    const now = performance.now();
    for (const [key, worker] of this.workers) {
      const silent = now - worker.heardAt;
      // Half open, frozen, or gone without a word.
      if (worker.socket && silent > this.leaseMs) worker.socket.terminate();
      if (silent <= this.leaseMs + Math.min(mostGraceMs, this.leaseMs)) continue;
      for (const attempt of [...worker.attempts.values()]) {
        this.lose(
          worker,
          attempt,
          "node-lost",
          `The worker ${worker.hello.name} has not been heard from for ${Math.round(silent / 1000)} s.`,
        );
      }
      if (!worker.isOnline && worker.attempts.size === 0) this.workers.delete(key);
    }
  }

  // Attempts.

  /** Whether a place elsewhere was taken for it. */
  reservation(id: string): boolean {
    return this.reserved.has(id);
  }

  has(attempt: AttemptId): boolean {
    return this.byAttempt.has(attemptKey(attempt));
  }

  async launch(request: AttemptRequest, listener: AttemptListener): Promise<LaunchResult> {
    const key = attemptKey(request);
    if (this.byAttempt.has(key)) return { ok: true, handle: toRemoteHandle("", "again") };
    const id = `${request.taskRunId}/${request.attempt}`;
    let worker = this.reserved.get(id);
    if (!worker?.isOnline) {
      // It went away since: another one, or the run counts a loss and asks again.
      this.release(id);
      if (!this.take(id, request.workspaceId, { pool: request.pool ?? "default", ...request.limits }))
        return { ok: false, reason: "node-lost", retriable: true, message: "The worker that was to run it has just gone." };
      worker = this.reserved.get(id)!;
    }
    const data = await this.parts.dataFiles(request.workspaceId, request.datasets ?? []);
    return new Promise((settle) => {
      const attempt = this.follow(worker, key, listener, storedHashes(request.inputs), data);
      attempt.pending = { launch: { request: toWorkerRequest(request), data: data.map(({ path, hash }) => ({ path, hash })) }, settle };
      this.sendLaunch(worker, attempt);
      this.changed();
    });
  }

  stop(attempt: AttemptId, reason: "cancelled" | "timeout" | "lease-lost"): void {
    const key = attemptKey(attempt);
    this.byAttempt.get(key)?.send({ type: "stop", attempt: key, reason });
  }

  /** Takes up an attempt that a worker came with before its run was here. */
  claim(id: AttemptId, listener: AttemptListener): boolean {
    const key = attemptKey(id);
    for (const worker of this.workers.values()) {
      if (!worker.strays.has(key)) continue;
      this.follow(worker, key, listener);
      return true;
    }
    return false;
  }

  strays(): AttemptId[] {
    return [...this.workers.values()].flatMap((worker) => [...worker.strays].map(parseAttemptKey));
  }

  releaseRun(run: string): void {
    for (const worker of this.workers.values()) worker.send({ type: "release", run });
  }

  /** Lets go of all of them: they go on, and come back to whoever starts next. */
  close(): void {
    this.closed = true;
    clearInterval(this.sweep);
    clearInterval(this.listing);
    for (const worker of this.workers.values()) {
      for (const attempt of worker.attempts.values()) attempt.abandon();
      worker.socket?.close(1012, "restarting");
    }
  }

  /** Words of it go to the listener from now on. Without a launch it is at work already, and is told to go on. */
  private follow(
    worker: RemoteWorker,
    key: string,
    listener: AttemptListener,
    readable?: Iterable<string>,
    data: readonly DataFile[] = [],
  ): RemoteAttempt {
    const { values, log } = this.parts;
    const attempt = new RemoteAttempt({
      key,
      listener,
      values,
      grant: () => this.grants.of(key),
      acknowledge: (n) => worker.send({ type: "ack", attempt: key, n }),
      answer: (call, answer) => {
        const { readable } = this.readables.get(key) ?? {};
        if (answer.ok) for (const hash of storedHashes(answer.outputs)) readable?.add(hash);
        worker.send({ type: "answer", attempt: key, call, answer });
      },
      ended: (said) => {
        if (!said) return;
        this.done.add(key);
        if (this.done.size > rememberedEnds) this.done.delete(this.done.values().next().value!);
        this.forget(worker, key);
      },
      log,
    });
    const files = new Map(data.map(({ hash, file }) => [hash, file]));
    this.readables.set(key, { readable: new Set(readable ?? []), files });
    worker.strays.delete(key);
    worker.attempts.set(key, attempt);
    this.byAttempt.set(key, worker);
    if (readable === undefined) this.attach(worker, attempt);
    return attempt;
  }

  /** What each may read: kept apart from its token, which is a new one with each link. */
  private readonly readables = new Map<string, { readonly readable: Set<string>; readonly files: ReadonlyMap<string, string> }>();

  private issue(worker: RemoteWorker, key: string): string {
    const { readable, files } = this.readables.get(key)!;
    return this.grants.issue({ attempt: key, workspaceId: worker.workspaceId, readable, files });
  }

  private attach(worker: RemoteWorker, attempt: RemoteAttempt): void {
    worker.send({ type: "attach", attempt: attempt.key, token: this.issue(worker, attempt.key) });
  }

  private sendLaunch(worker: RemoteWorker, attempt: RemoteAttempt): void {
    const token = this.issue(worker, attempt.key);
    worker.send({ type: "launch", attempt: attempt.key, token, ...attempt.pending!.launch });
  }

  /** Its machine is out of reach, or has lost it. What is said of it later is refused. */
  private lose(worker: RemoteWorker, attempt: RemoteAttempt, reason: Reason, message: string): void {
    const { pending } = attempt;
    attempt.pending = undefined;
    worker.attempts.delete(attempt.key);
    this.byAttempt.delete(attempt.key);
    this.grants.end(attempt.key, true);
    this.readables.delete(attempt.key);
    this.parts.log(`Attempt ${attempt.key} is lost: ${message}`);
    if (pending) {
      attempt.abandon();
      pending.settle({ ok: false, reason, retriable: true, message });
    } else attempt.end(lost(reason, message));
    worker.send({ type: "refused", attempt: attempt.key, status: 409, reason: "lease-lost" });
    this.changed();
  }

  private forget(worker: RemoteWorker, key: string): void {
    worker.attempts.delete(key);
    if (this.byAttempt.get(key) === worker) this.byAttempt.delete(key);
    this.grants.end(key, false);
    this.readables.delete(key);
    this.changed();
  }

  // Places.

  laneOf(workspaceId: string, options: Asked): string | undefined {
    const { pool, gpu } = options;
    if (pool === "default" && gpu === 0) return undefined;
    if (pool !== "default") return this.serves(workspaceId, pool) ? toLane(options) : undefined;
    const serving = this.known.filter((each) => each.workspaceId === workspaceId && each.pools.includes(pool));
    return serving.some(({ gpus }) => gpus > 0) ? toLane(options) : undefined;
  }

  /** A pool that asks for labels is served, if perhaps by nobody yet: its tasks wait for who has them. */
  serves(workspaceId: string, pool: string): boolean {
    if (this.labelled.has(`${workspaceId}/${pool}`)) return true;
    return this.known.some((each) => each.workspaceId === workspaceId && each.pools.includes(pool));
  }

  isFull(workspaceId: string, lane: string): boolean {
    return this.choose(workspaceId, fromLane(lane)) === undefined;
  }

  take(id: string, workspaceId: string, options: Asked): boolean {
    const worker = this.choose(workspaceId, options);
    if (!worker) return false;
    worker.hold(id, options);
    this.reserved.set(id, worker);
    return true;
  }

  adopt(id: string, handle: string | undefined, workspaceId: string, options: Asked): boolean {
    const worker = this.byAttempt.get(toAttemptKey(id));
    worker?.hold(id, options);
    if (worker) this.reserved.set(id, worker);
    return worker !== undefined || isRemoteHandle(handle) || (handle === undefined && this.laneOf(workspaceId, options) !== undefined);
  }

  park(id: string): void {
    this.workerOf(id)?.park(id);
    this.changed();
  }

  unpark(id: string, options: Asked): boolean {
    const worker = this.workerOf(id);
    // It is lost: that is told by other ways.
    if (!worker) return true;
    return worker.unpark(id, options);
  }

  private workerOf(id: string): RemoteWorker | undefined {
    return this.reserved.get(id) ?? this.byAttempt.get(toAttemptKey(id));
  }

  release(id: string): void {
    if (this.reserved.get(id)?.letGo(id)) this.reserved.delete(id);
  }

  /** The one with the most room: attempts spread. */
  private choose(workspaceId: string, asked: Asked): RemoteWorker | undefined {
    let best: RemoteWorker | undefined;
    let most = -1;
    for (const worker of this.workers.values()) {
      if (worker.workspaceId !== workspaceId || !worker.hasRoom(asked) || !this.poolsOf(worker).includes(asked.pool)) continue;
      const free = worker.freeSlots;
      if (free > most) [best, most] = [worker, free];
    }
    return best;
  }

  private poolsOf(worker: RemoteWorker): readonly string[] {
    return this.known.find(({ id, workspaceId }) => id === worker.id && workspaceId === worker.workspaceId)?.pools ?? [];
  }

  private changed(): void {
    if (!this.closed) this.changes.emit("change");
  }
}

function lost(reason: Reason, message: string): AttemptResult {
  const usage = { durationMs: 0, cpuMs: 0, peakMemoryBytes: 0 };
  return { status: "lost", reason, error: { name: "AttemptLost", message, frames: [] }, displays: [], usage };
}

function parse(data: Buffer): WorkerMessage | undefined {
  try {
    return workerMessageSchema.safeParse(JSON.parse(data.toString())).data;
  } catch {
    return undefined;
  }
}

/** `taskRunId/attempt`, as places are counted, → `taskRunId#attempt`, as attempts are called. */
function toAttemptKey(id: string): string {
  const at = id.lastIndexOf("/");
  return `${id.slice(0, at)}#${id.slice(at + 1)}`;
}

function parseAttemptKey(key: string): AttemptId {
  const at = key.lastIndexOf("#");
  return { taskRunId: key.slice(0, at), attempt: Number(key.slice(at + 1)) };
}
