/**
 * One attempt on another machine, as the server follows it: each word is handed to the listener once per link, and acknowledged
 * when that has saved it. What the worker says of values is believed only where the bytes were stored under their hash here.
 * Neighbours: remote-worker.ts (the link), attempt-grants.ts (what it may read and write).
 */
import { createHash } from "node:crypto";
import type { CallAnswer } from "@/pipelines/protocol/messages";
import type {
  WorkerAttemptWord,
  WorkerMessage,
  WorkerRequest,
  WorkerDataFile,
  WorkerResult,
  WorkerValue,
} from "@/pipelines/protocol/worker";
import type { ValueRef } from "@/pipelines/run/run";
import type { ValueStore } from "@/server/artifact/store";
import type { AttemptListener, AttemptResult, LaunchResult } from "../executor";
import { insist } from "../insist";
import type { Grant } from "./attempt-grants";

export interface RemoteLaunch {
  readonly request: WorkerRequest;
  readonly data: WorkerDataFile[];
}

export interface RemoteAttemptParts {
  readonly key: string;
  readonly listener: AttemptListener;
  readonly values: Pick<ValueStore, "putPreview">;
  grant(): Grant | undefined;
  acknowledge(n: number): void;
  answer(call: number, answer: CallAnswer): void;
  /** `said`: with a word of its own. */
  ended(said: boolean): void;
  log(message: string): void;
}

type Telling = Extract<WorkerMessage, { type: "started" | "progress" | "usage" | "call" | "parked" }>;
const mostInline = 64 * 1024;

export class RemoteAttempt {
  /** What to say again while nobody has confirmed it. */
  pending: { readonly launch: RemoteLaunch; settle(result: LaunchResult): void } | undefined;
  /** The first word that is heard is the first that was not acknowledged, by this server or one before. */
  private next: number | undefined;
  private acknowledged = -1;
  private epoch = 0;
  private readonly resolved = new Set<number>();
  private storing: Promise<void>[] = [];
  private finished = false;
  private abandoned = false;

  constructor(private readonly parts: RemoteAttemptParts) {}

  get key(): string {
    return this.parts.key;
  }

  /** Another process of the worker goes on with it, and counts its words from 0. */
  recount(): void {
    this.epoch++;
    this.next = undefined;
    this.acknowledged = -1;
    this.resolved.clear();
  }

  tell(word: Telling): void {
    const { listener } = this.parts;
    if (this.finished || this.abandoned) return;
    switch (word.type) {
      case "started":
        return listener.started();
      case "progress":
        return listener.progress({ done: word.done, total: word.total, message: word.message });
      case "usage":
        return listener.usage({ cpuMs: word.cpuMs, memoryBytes: word.memoryBytes });
      case "call": {
        const { call, notebook, params, nth } = word;
        return listener.call({ call, notebook, params, nth }, (answer) => {
          if (!this.finished && !this.abandoned) this.parts.answer(call, answer);
        });
      }
      case "parked":
        return listener.parked(word.calls);
    }
  }

  hear(word: WorkerAttemptWord): void {
    if (this.abandoned) return;
    if (this.next === undefined) {
      this.next = word.n;
      this.acknowledged = word.n - 1;
    }
    if (word.n <= this.acknowledged) return this.parts.acknowledge(this.acknowledged);
    // Said again after a reconnect, while the first telling is still at work.
    if (word.n < this.next) return;
    this.next = word.n + 1;
    const { epoch } = this;
    if (word.type === "finished") {
      if (this.finished) return;
      this.finished = true;
      const earlier = this.storing.splice(0);
      void Promise.all([this.toResult(word.result), ...earlier])
        .then(([result]) => this.insist(() => this.parts.listener.finished(result)))
        .then(() => {
          this.settle(word.n, epoch);
          this.parts.ended(true);
        });
      return;
    }
    const done = this.insist(() => this.store(word)).then(() => this.settle(word.n, epoch));
    this.storing.push(done);
    if (this.storing.length > 64) this.storing = [Promise.all(this.storing).then(() => undefined)];
  }

  /** It ended without a word of its own. */
  end(result: AttemptResult): void {
    if (this.finished || this.abandoned) return;
    this.finished = true;
    const earlier = this.storing.splice(0);
    void Promise.all(earlier)
      .then(() => this.insist(() => this.parts.listener.finished(result)))
      .then(() => this.parts.ended(false));
  }

  /** This server gives up: nothing more is handed on, the worker keeps the rest. */
  abandon(): void {
    this.abandoned = true;
  }

  private async store(word: Exclude<WorkerAttemptWord, { type: "finished" }>): Promise<void> {
    const { listener } = this.parts;
    switch (word.type) {
      case "logs":
        return listener.logs(word.offset, word.records);
      case "metrics":
        return listener.metrics(word.points.map((point) => ({ ...point, value: Number(point.value) })));
      case "artifact": {
        const { seq, name, artifactType, metadata } = word;
        const value = this.check(word.value);
        if (value === undefined) return this.parts.log(`The artifact "${name}" of ${this.key} was not stored here; it is left out.`);
        return listener.artifact({ seq, name, type: artifactType, metadata, value });
      }
    }
  }

  private async toResult(result: WorkerResult): Promise<AttemptResult> {
    if (result.status === "skipped") return result;
    if (result.status !== "succeeded") return { ...result, error: result.error as never };
    const { calls, displays, usage, previews } = result;
    const outputs: Record<string, ValueRef> = {};
    const elements: Record<string, ValueRef[]> = {};
    let missing: string | undefined;
    const take = (value: WorkerValue, name: string): ValueRef | undefined => {
      const found = this.check(value);
      if (!found) missing ??= name;
      return found;
    };
    for (const [name, value] of Object.entries(result.outputs)) {
      const found = take(value, name);
      if (found) outputs[name] = found;
    }
    for (const [name, list] of Object.entries(result.elements ?? {})) {
      elements[name] = list.flatMap((value) => take(value, name) ?? []);
    }
    if (missing !== undefined) {
      const message = `The worker said that it made "${missing}", but its bytes did not arrive here under their hash.`;
      return { status: "failed", reason: "internal", error: { name: "StoreError", message, frames: [] }, displays, usage };
    }
    const { workspaceId } = this.parts.grant() ?? {};
    if (workspaceId !== undefined)
      await this.keepPreviews(
        workspaceId,
        previews,
        [outputs, ...Object.values(elements)].flatMap((refs) => Object.values(refs)),
      );
    return { status: "succeeded", outputs, ...(result.elements ? { elements } : {}), calls, displays, usage };
  }

  /** A missing preview is a pity, not a failure. */
  private async keepPreviews(workspaceId: string, previews: Readonly<Record<string, string>>, values: readonly ValueRef[]): Promise<void> {
    const made = new Set(values.map(({ hash }) => hash));
    for (const [hash, text] of Object.entries(previews)) {
      if (!made.has(hash)) continue;
      await this.parts.values
        .putPreview(workspaceId, hash, text)
        .catch((error: unknown) => this.parts.log(`A preview was not kept: ${String(error)}`));
    }
  }

  /** Undefined when nobody has stored these bytes: an attempt could otherwise read any value by naming its hash as its own. */
  private check(value: WorkerValue): ValueRef | undefined {
    const { inline, preview, ...rest } = value;
    if (inline === undefined) {
      const grant = this.parts.grant();
      if (!grant || (!grant.written.has(value.hash) && !grant.readable.has(value.hash))) return undefined;
    } else {
      const bytes = Buffer.from(inline, "base64");
      if (bytes.length > mostInline || bytes.length !== value.bytes) return undefined;
      if (createHash("sha256").update(bytes).digest("hex") !== value.hash) return undefined;
    }
    return { ...rest, ...(inline === undefined ? {} : { inline }), ...(preview === undefined ? {} : { preview }) };
  }

  private insist(handle: () => Promise<void> | void): Promise<void> {
    return insist(
      handle,
      () => this.abandoned,
      (message) => this.parts.log(message),
    );
  }

  private settle(n: number, epoch: number): void {
    if (this.abandoned || epoch !== this.epoch) return;
    this.resolved.add(n);
    const before = this.acknowledged;
    while (this.resolved.delete(this.acknowledged + 1)) this.acknowledged++;
    if (this.acknowledged > before) this.parts.acknowledge(this.acknowledged);
  }
}
