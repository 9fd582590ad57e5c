/**
 * The workers that are connected to this server: their links, and who of them is still there. A worker that is silent for the
 * lease and its grace has lost its attempts; whatever it says of them later is refused. Neighbours: remote-worker.ts (one of
 * them), remote-attempts.ts (what they have to do), worker-places.ts (who takes the next task), routing-executor.ts (the engine's
 * side), server/entry/handle-upgrade.ts (opens the socket), server/workers (rows and the page).
 */
import { EventEmitter } from "node:events";
import type { WebSocket } from "ws";
import { workerClose, workerMessageSchema, workerProtocol, type WorkerHello, type WorkerMessage } from "@/pipelines/protocol/worker";
import type { ValueStore } from "@/server/artifact/store";
import { RemoteAttempts, type DataFile } from "./remote-attempts";
import { RemoteWorker } from "./remote-worker";
import { WorkerPlaces } from "./worker-places";
import type { WorkerRegistry } from "./worker-registry";

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

const usualLeaseMs = 30_000;
/** Beyond the lease a worker is given as long again, at most this, to have stopped its attempts. */
const mostGraceMs = 10_000;
const helloPatienceMs = 10_000;
const listEveryMs = 2_000;

export class WorkerHub {
  readonly places: WorkerPlaces;
  readonly attempts: RemoteAttempts;
  readonly leaseMs: number;
  private readonly workers = new Map<string, RemoteWorker>();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly sweep: NodeJS.Timeout;
  private readonly listing: NodeJS.Timeout;
  private closed = false;

  constructor(private readonly parts: WorkerHubParts) {
    this.leaseMs = parts.leaseMs ?? usualLeaseMs;
    const { workers } = this;
    const { registry, values, dataFiles, log } = parts;
    const changed = () => this.changed();
    this.places = new WorkerPlaces({ workers, workerWith: (key) => this.attempts.workerWith(key), changed });
    this.attempts = new RemoteAttempts({ workers, places: this.places, registry, values, dataFiles, changed, log });
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

  /** Rows changed, here or through another server. */
  async refresh(): Promise<void> {
    try {
      const [known, labelled] = await Promise.all([this.parts.registry.list(), this.parts.registry.labelledPools()]);
      const isNew = this.places.know(known, labelled);
      for (const { id, workspaceId, draining } of known) {
        const worker = this.workers.get(`${workspaceId}/${id}`);
        if (worker && worker.draining !== draining) this.drain(worker, draining);
      }
      if (isNew) this.changed();
    } catch (error) {
      if (!this.closed) this.parts.log(`The workers could not be read: ${String(error)}`);
    }
  }

  /** Of a workspace, those connected here. */
  connected(workspaceId: string): readonly RemoteWorker[] {
    return [...this.workers.values()].filter((worker) => worker.workspaceId === workspaceId && worker.isOnline);
  }

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
    this.attempts.compare(worker, new Set(hello.attempts), another);
    await this.refresh();
    this.changed();
    return worker;
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
      case "not-launched":
        return this.attempts.launched(worker, message);
      case "started":
      case "progress":
      case "usage":
      case "call":
      case "parked":
        return worker.attempts.get(message.attempt)?.tell(message);
      case "word":
        return this.attempts.hear(worker, message.word);
      case "drain":
        void this.parts.registry.setDraining(worker.workspaceId, worker.id, message.on).catch(() => undefined);
        worker.draining = message.on;
        return this.changed();
      case "leave":
        this.attempts.loseAll(worker, `The worker ${worker.hello.name} was stopped.`);
        return worker.socket?.close(1000, "bye");
    }
  }

  private async beat(worker: RemoteWorker): Promise<void> {
    try {
      const row = await this.parts.registry.beat(worker.workspaceId, worker.id, worker.load, worker.atWork());
      if (!row) return worker.socket?.close(workerClose.removed, "This worker was removed.");
      if (row.draining !== worker.draining) this.drain(worker, row.draining);
      this.changed();
    } catch (error) {
      if (!this.closed) this.parts.log(`A beat could not be saved: ${String(error)}`);
    }
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
      this.attempts.loseAll(worker, `The worker ${worker.hello.name} has not been heard from for ${Math.round(silent / 1000)} s.`);
      if (!worker.isOnline && worker.attempts.size === 0) this.workers.delete(key);
    }
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

  private changed(): void {
    if (!this.closed) this.changes.emit("change");
  }
}

function parse(data: Buffer): WorkerMessage | undefined {
  try {
    return workerMessageSchema.safeParse(JSON.parse(data.toString())).data;
  } catch {
    return undefined;
  }
}
