/**
 * Attempts on other machines: launched there, followed, taken up again after a restart of either side, lost with their worker.
 * Neighbours: remote-attempt.ts (one of them), attempt-grants.ts (what it may read), worker-hub.ts (the links), worker-places.ts.
 */
import type { WorkerAttemptWord, WorkerDataFile, WorkerMessage } from "@/pipelines/protocol/worker";
import type { Reason } from "@/pipelines/run/run";
import type { ValueStore } from "@/server/artifact/store";
import type { AttemptId, AttemptListener, AttemptRequest, AttemptResult, LaunchResult } from "../executor";
import { attemptKey } from "../harness-executor";
import { storedHashes } from "../stored-hashes";
import { AttemptGrants } from "./attempt-grants";
import { toRemoteHandle } from "./places";
import { RemoteAttempt } from "./remote-attempt";
import type { RemoteWorker } from "./remote-worker";
import type { WorkerPlaces } from "./worker-places";
import type { WorkerRegistry } from "./worker-registry";
import { toWorkerRequest } from "./worker-request";

export interface DataFile extends WorkerDataFile {
  /** Where it lies on this machine. */
  readonly file: string;
}

export interface RemoteAttemptsParts {
  readonly workers: ReadonlyMap<string, RemoteWorker>;
  readonly places: WorkerPlaces;
  readonly registry: Pick<WorkerRegistry, "isStale">;
  readonly values: Pick<ValueStore, "putPreview">;
  dataFiles(workspaceId: string, datasets: readonly string[] | "any"): Promise<readonly DataFile[]>;
  changed(): void;
  log(message: string): void;
}

type Found = (attempt: AttemptId) => AttemptListener | "stale" | undefined;

const rememberedEnds = 10_000;

export class RemoteAttempts {
  readonly grants = new AttemptGrants();
  private readonly byAttempt = new Map<string, RemoteWorker>();
  /** Attempts whose end was saved: their last words may come again. */
  private readonly done = new Set<string>();
  /** What each may read: kept apart from its token, which is a new one with each link. */
  private readonly readables = new Map<string, { readonly readable: Set<string>; readonly files: ReadonlyMap<string, string> }>();
  private found: Found | undefined;

  constructor(private readonly parts: RemoteAttemptsParts) {}

  /** The engine is there: attempts that workers come with are offered to it. */
  connect(found: Found): void {
    this.found = found;
  }

  workerWith(key: string): RemoteWorker | undefined {
    return this.byAttempt.get(key);
  }

  has(attempt: AttemptId): boolean {
    return this.byAttempt.has(attemptKey(attempt));
  }

  async launch(request: AttemptRequest, listener: AttemptListener): Promise<LaunchResult> {
    const key = attemptKey(request);
    if (this.byAttempt.has(key)) return { ok: true, handle: toRemoteHandle("", "again") };
    const id = `${request.taskRunId}/${request.attempt}`;
    const { places } = this.parts;
    let worker = places.reservation(id);
    if (!worker?.isOnline) {
      // It went away since: another one, or the run counts a loss and asks again.
      places.release(id);
      if (!places.take(id, request.workspaceId, { pool: request.pool ?? "default", ...request.limits }))
        return { ok: false, reason: "node-lost", retriable: true, message: "The worker that was to run it has just gone." };
      worker = places.reservation(id)!;
    }
    const data = await this.parts.dataFiles(request.workspaceId, request.datasets ?? []);
    return new Promise((settle) => {
      const attempt = this.follow(worker, key, listener, storedHashes(request.inputs), data);
      attempt.pending = { launch: { request: toWorkerRequest(request), data: data.map(({ path, hash }) => ({ path, hash })) }, settle };
      this.sendLaunch(worker, attempt);
      this.parts.changed();
    });
  }

  stop(attempt: AttemptId, reason: "cancelled" | "timeout" | "lease-lost"): void {
    const key = attemptKey(attempt);
    this.byAttempt.get(key)?.send({ type: "stop", attempt: key, reason });
  }

  /** Takes up an attempt that a worker came with before its run was here. */
  claim(id: AttemptId, listener: AttemptListener): boolean {
    const key = attemptKey(id);
    for (const worker of this.parts.workers.values()) {
      if (!worker.strays.has(key)) continue;
      this.follow(worker, key, listener);
      return true;
    }
    return false;
  }

  strays(): AttemptId[] {
    return [...this.parts.workers.values()].flatMap((worker) => [...worker.strays].map(parseAttemptKey));
  }

  /** What it has beside what we think it has. */
  compare(worker: RemoteWorker, has: ReadonlySet<string>, another: boolean): void {
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
    const stale =
      listener === "stale" || (await this.parts.registry.isStale(worker.workspaceId, id.taskRunId, id.attempt).catch(() => false));
    if (!stale || !worker.strays.delete(key)) return;
    this.parts.log(`The worker ${worker.hello.name} came with attempt ${key}, which is over: refused (409, lease-lost).`);
    worker.send({ type: "refused", attempt: key, status: 409, reason: "lease-lost" });
  }

  /** The worker's answer to a launch. */
  launched(worker: RemoteWorker, message: Extract<WorkerMessage, { type: "launched" | "not-launched" }>): void {
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

  hear(worker: RemoteWorker, word: WorkerAttemptWord): void {
    const attempt = worker.attempts.get(word.attempt);
    if (attempt) return attempt.hear(word);
    if (this.done.has(word.attempt)) return worker.send({ type: "ack", attempt: word.attempt, n: word.n });
    // A stray's words wait with the worker until somebody takes it up.
    void this.settleStray(worker, word.attempt);
  }

  /** Its machine is out of reach, or wants no more of it. */
  loseAll(worker: RemoteWorker, message: string): void {
    for (const attempt of [...worker.attempts.values()]) this.lose(worker, attempt, "node-lost", message);
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
    worker.drop(attempt.key);
    this.byAttempt.delete(attempt.key);
    this.grants.end(attempt.key, true);
    this.readables.delete(attempt.key);
    this.parts.log(`Attempt ${attempt.key} is lost: ${message}`);
    if (pending) {
      attempt.abandon();
      pending.settle({ ok: false, reason, retriable: true, message });
    } else attempt.end(lost(reason, message));
    worker.send({ type: "refused", attempt: attempt.key, status: 409, reason: "lease-lost" });
    this.parts.changed();
  }

  private forget(worker: RemoteWorker, key: string): void {
    worker.drop(key);
    if (this.byAttempt.get(key) === worker) this.byAttempt.delete(key);
    this.grants.end(key, false);
    this.readables.delete(key);
    this.parts.changed();
  }
}

function lost(reason: Reason, message: string): AttemptResult {
  const usage = { durationMs: 0, cpuMs: 0, peakMemoryBytes: 0 };
  return { status: "lost", reason, error: { name: "AttemptLost", message, frames: [] }, displays: [], usage };
}

function parseAttemptKey(key: string): AttemptId {
  const at = key.lastIndexOf("#");
  return { taskRunId: key.slice(0, at), attempt: Number(key.slice(at + 1)) };
}
