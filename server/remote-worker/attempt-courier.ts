/**
 * Words of one attempt on their way to the server: kept until it has acknowledged them, said again after each reconnect. Values
 * go ahead of the word that names them. A promise given to the executor resolves with the acknowledgement, so that the harness,
 * too, keeps what did not arrive: a worker that is killed loses nothing. Neighbours: worker.ts, attempt-calls.ts, value-shelf.ts.
 */
import type { CallAnswer, CallWord } from "@/pipelines/protocol/messages";
import type { WorkerAttemptWord, WorkerMessage, WorkerResult, WorkerValue } from "@/pipelines/protocol/worker";
import type { Reason, ValueRef } from "@/pipelines/run/run";
import type { ArtifactWord, AttemptListener, AttemptResult, LogRecord, MetricWord } from "../executor/executor";
import { AttemptCalls } from "./attempt-calls";
import { TransferError } from "./transfer";
import type { ValueShelf } from "./value-shelf";

export interface CourierParts {
  readonly key: string;
  /** Known once the server has welcomed the worker: words wait for that anyway. */
  workspaceId(): string;
  readonly shelf: ValueShelf;
  send(message: WorkerMessage): void;
  /** Nothing more is to be said. */
  ended(): void;
  log(message: string): void;
}

type WithoutCount<T> = T extends unknown ? Omit<T, "attempt" | "n"> : never;

interface Kept {
  readonly word: WorkerAttemptWord;
  readonly done: () => void;
}

const firstWaitMs = 250;
const mostWaitMs = 5_000;

export class AttemptCourier implements AttemptListener {
  /** The executor has it: a server that asks what is here is told. */
  launched = false;
  stopWish: "cancelled" | "timeout" | "lease-lost" | undefined;
  /** By this process's clock: until then the server believes in it. */
  trustedUntil = Infinity;
  private readonly leaving = new AbortController();
  private token: string | undefined;
  private waiters: (() => void)[] = [];
  private attached = false;
  private words: Kept[] = [];
  private next = 0;
  private over = false;
  private readonly pinned: string[] = [];

  private readonly calls: AttemptCalls;

  constructor(private readonly parts: CourierParts) {
    const { key, shelf, workspaceId, log } = parts;
    this.calls = new AttemptCalls({
      key,
      send: (message) => this.sendNow(message),
      fetch: (hashes, token) => {
        this.pinHashes(hashes);
        return shelf.fetch(workspaceId(), hashes, token, this.signal);
      },
      currentToken: () => this.currentToken(),
      log,
    });
  }

  get key(): string {
    return this.parts.key;
  }

  /** Aborted when nobody wants it any more. */
  get signal(): AbortSignal {
    return this.leaving.signal;
  }

  /** The server wants it, and opened what it needs with this token. */
  attach(token: string): void {
    this.token = token;
    this.attached = true;
    for (const go of this.waiters.splice(0)) go();
    for (const { word } of this.words) this.parts.send({ type: "word", word });
    this.calls.sayAgain();
  }

  detach(): void {
    this.attached = false;
    this.token = undefined;
  }

  acknowledge(n: number): void {
    while (this.words.length > 0 && this.words[0]!.word.n <= n) this.words.shift()!.done();
  }

  /** What is being fetched for it is not needed. */
  giveUp(): void {
    this.leaving.abort();
  }

  /** The server takes nothing more of it. What the harness keeps goes with it. */
  drop(): void {
    if (this.over) return;
    this.over = true;
    this.leaving.abort();
    for (const go of this.waiters.splice(0)) go();
    for (const { done } of this.words.splice(0)) done();
    this.end();
  }

  started(): void {
    this.sendNow({ type: "started", attempt: this.key });
  }

  progress(word: { done: number; total?: number | undefined; message?: string | undefined }): void {
    this.sendNow({
      type: "progress",
      attempt: this.key,
      done: word.done,
      ...(word.total === undefined ? {} : { total: word.total }),
      ...(word.message === undefined ? {} : { message: word.message }),
    });
  }

  usage(word: { cpuMs: number; memoryBytes: number }): void {
    this.sendNow({ type: "usage", attempt: this.key, ...word });
  }

  call(word: CallWord, answer: (answer: CallAnswer) => void): void {
    this.calls.call(word, answer);
  }

  parked(calls: readonly number[]): void {
    this.calls.parked(calls);
  }

  answered(call: number, answer: CallAnswer): void {
    void this.calls.answered(call, answer);
  }

  logs(offset: number, records: readonly LogRecord[]): Promise<void> {
    return this.say({ type: "logs", offset, records: [...records] });
  }

  metrics(points: readonly MetricWord[]): Promise<void> {
    return this.say({ type: "metrics", points: points.map((point) => ({ ...point, value: toWire(point.value) })) });
  }

  async artifact({ seq, name, type, metadata, value }: ArtifactWord): Promise<void> {
    const fault = await this.deliver([value]);
    if (fault) return this.parts.log(`The artifact "${name}" could not be stored at the server: ${fault.message}`);
    await this.say({ type: "artifact", seq, name, artifactType: type, metadata: metadata as never, value: toValue(value) });
  }

  async finished(result: AttemptResult): Promise<void> {
    if (this.over) return;
    let told: WorkerResult;
    if (result.status === "succeeded") {
      const { outputs, elements, calls, displays, usage } = result;
      const values = [...Object.values(outputs), ...Object.values(elements ?? {}).flat()];
      this.pin(values);
      const fault = await this.deliver(values);
      told = fault
        ? {
            status: "failed",
            reason: fault.reason,
            error: { name: "StoreError", message: fault.message, frames: [] },
            displays: [...displays],
            usage,
          }
        : {
            status: "succeeded",
            outputs: mapValues(outputs, toValue),
            ...(elements ? { elements: mapValues(elements, (list) => list.map(toValue)) } : {}),
            ...(calls === undefined ? {} : { calls }),
            displays: [...displays],
            usage,
            previews: this.previews(values),
          };
    } else told = toResult(result);
    await this.say({ type: "finished", result: told });
    if (this.over) return;
    this.over = true;
    this.end();
  }

  private end(): void {
    this.parts.shelf.unpin(this.pinned.splice(0));
    this.parts.ended();
  }

  pinHashes(hashes: Iterable<string>): void {
    const all = [...hashes];
    this.parts.shelf.pin(all);
    this.pinned.push(...all);
  }

  private pin(values: readonly ValueRef[]): void {
    this.pinHashes(values.flatMap(({ hash, inline }) => (inline === undefined ? [hash] : [])));
  }

  private previews(values: readonly ValueRef[]): Record<string, string> {
    const found: Record<string, string> = {};
    for (const { hash } of values) {
      const text = this.parts.shelf.previewOf(hash);
      if (text !== undefined) found[hash] = text;
    }
    return found;
  }

  /** Sends the bytes of values that do not travel inline; keeps trying while the server is away. */
  private async deliver(values: readonly ValueRef[]): Promise<{ readonly reason: Reason; readonly message: string } | undefined> {
    const { workspaceId, shelf, log } = this.parts;
    let sentWith: string | undefined;
    const sent = new Set<string>();
    for (let wait = firstWaitMs; !this.over; wait = Math.min(mostWaitMs, wait * 2)) {
      const token = await this.currentToken();
      if (token === undefined) return undefined;
      // Another server, or this one started anew, does not know what was sent.
      if (token !== sentWith) sent.clear();
      sentWith = token;
      try {
        for (const { hash, bytes, inline } of values) {
          if (inline !== undefined || sent.has(hash)) continue;
          await shelf.send(workspaceId(), hash, bytes, token, this.signal);
          sent.add(hash);
        }
        if (this.token === token) return undefined;
      } catch (error) {
        if (this.over) return undefined;
        if (!(error instanceof TransferError)) return { reason: "internal", message: String(error) };
        if (error.status === 507) return toStoreFault(error.message);
        // A token that opens nothing any more: the server says soon what is to become of this attempt.
        if (!error.isPassing && error.status !== 401 && error.status !== 409) return { reason: "internal", message: error.message };
        if (error.status === 409) log(`Attempt ${this.key} is refused by the server (409): ${error.message}`);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    return undefined;
  }

  /** Waits for the server where it is away; undefined: nobody wants the attempt any more. */
  async currentToken(): Promise<string | undefined> {
    while (this.token === undefined && !this.over) await new Promise<void>((resolve) => this.waiters.push(resolve));
    return this.over ? undefined : this.token;
  }

  private say(word: WithoutCount<WorkerAttemptWord>): Promise<void> {
    if (this.over) return Promise.resolve();
    const counted = { ...word, attempt: this.key, n: this.next++ } as WorkerAttemptWord;
    return new Promise((done) => {
      this.words.push({ word: counted, done });
      this.sendNow({ type: "word", word: counted });
    });
  }

  private sendNow(message: WorkerMessage): void {
    if (this.attached) this.parts.send(message);
  }
}

/** What the server's store says: `quota: …`, `disk-full: …`. */
function toStoreFault(text: string): { readonly reason: Reason; readonly message: string } {
  const message = text.replace(/^[\w-]+: /, "");
  return { reason: text.startsWith("quota:") ? "quota" : "disk-full", message: message || "The server's store has no space left." };
}

function toWire(value: number): number | "NaN" | "Infinity" | "-Infinity" {
  return Number.isFinite(value) ? value : (String(value) as "NaN" | "Infinity" | "-Infinity");
}

function toValue({ hash, bytes, codec, inline, summary, preview }: ValueRef): WorkerValue {
  return {
    hash,
    bytes,
    codec,
    summary,
    ...(inline === undefined ? {} : { inline }),
    ...(preview === undefined ? {} : { preview }),
  };
}

function toResult(result: Exclude<AttemptResult, { status: "succeeded" }>): WorkerResult {
  if (result.status === "skipped") return { status: "skipped", usage: result.usage };
  const { status, reason, error, displays, usage } = result;
  const frames = error?.frames.map(({ function: name, ...frame }) => ({ ...frame, ...(name === undefined ? {} : { function: name }) }));
  return {
    status,
    reason,
    ...(error ? { error: { name: error.name, message: error.message, frames: frames ?? [] } } : {}),
    displays: [...displays],
    usage,
  };
}

function mapValues<T, U>(object: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
