/**
 * Words about one attempt on their way to its listener: each is handed on once, values are moved into the store first,
 * and the harness is told how far it may forget (acknowledgements are cumulative).
 */
import type { CallAnswer, HarnessMessage, WireResult, WireValue, Word } from "@/pipelines/protocol/messages";
import { storeReason } from "@/server/artifact/store-fault";
import type { ValueRef } from "@/pipelines/run/run";
import type { AttemptListener, AttemptResult, MetricWord } from "./executor";
import { insist } from "./insist";
import type { ValueKeeper } from "./value-keeper";

type Telling = Extract<HarnessMessage, { attempt: string }>;

export class AttemptWords {
  /** Its last word has come, if perhaps not yet been handed on. */
  finished = false;
  /** Resolves when its last word was handed on. */
  readonly settled: Promise<void>;
  private markSettled!: () => void;
  private next: number | undefined;
  private acknowledged = -1;
  private readonly resolved = new Set<number>();
  private pending: Promise<void>[] = [];
  private stopped = false;
  /** What kept an artifact from being stored. */
  private storeFault: { readonly error: unknown } | undefined;

  constructor(
    private readonly listener: AttemptListener,
    private readonly values: ValueKeeper,
    private readonly actions: {
      acknowledge(n: number): void;
      answer(call: number, answer: CallAnswer): void;
      ended(): void;
      log(message: string): void;
    },
  ) {
    this.settled = new Promise((resolve) => (this.markSettled = resolve));
  }

  hear(message: Telling): void {
    if (this.stopped) return;
    switch (message.type) {
      case "started":
        return this.listener.started();
      case "progress":
        return this.listener.progress({ done: message.done, total: message.total, message: message.message });
      case "usage":
        return this.listener.usage({ cpuMs: message.cpuMs, memoryBytes: message.memoryBytes });
      case "call": {
        const { call, notebook, params, nth } = message;
        return this.listener.call({ call, notebook, params, nth }, (answer) => {
          if (!this.stopped && !this.finished) this.actions.answer(call, answer);
        });
      }
      case "parked":
        return this.listener.parked(message.calls);
      case "need-program":
        return;
      default:
        return this.word(message);
    }
  }

  /** The attempt ended without a word of its own: its container died, or what it said made no sense. */
  end(result: AttemptResult): void {
    if (this.finished || this.stopped) return;
    this.finished = true;
    const earlier = this.pending;
    this.pending = [];
    void Promise.all(earlier)
      .then(() => this.insist(() => this.listener.finished(result)))
      .then(() => this.conclude());
  }

  /** This server gives up: nothing more is handed on, the harness keeps the rest. */
  abandon(): void {
    this.stopped = true;
  }

  private word(word: Word): void {
    this.next ??= word.n;
    if (this.acknowledged < 0) this.acknowledged = this.next - 1;
    // Said again after a reconnect, while the first telling is still at work.
    if (word.n < this.next) return;
    this.next = word.n + 1;
    if (word.type === "finished") {
      this.finished = true;
      const earlier = this.pending;
      this.pending = [];
      const kept = this.result(word.result);
      void Promise.all([kept, ...earlier])
        .then(([result]) => {
          const told = this.storeFault && result.status === "succeeded" ? this.unstored(this.storeFault.error, result) : result;
          return this.insist(() => this.listener.finished(told));
        })
        .then(() => {
          this.settle(word.n);
          this.conclude();
        });
      return;
    }
    const done = this.insist(() => this.tell(word)).then(() => this.settle(word.n));
    this.pending.push(done);
    if (this.pending.length > 64) this.pending = [Promise.all(this.pending).then(() => undefined)];
  }

  private conclude(): void {
    this.markSettled();
    this.actions.ended();
  }

  private async tell(word: Exclude<Word, { type: "finished" }>): Promise<void> {
    switch (word.type) {
      case "log":
        return this.listener.logs(word.offset, word.records);
      case "metrics":
        return this.listener.metrics(word.points.map((point): MetricWord => ({ ...point, value: Number(point.value) })));
      case "artifact": {
        const { seq, name, artifactType, metadata } = word;
        let value;
        try {
          value = await this.values.keep(word.value);
        } catch (error) {
          // Saying it again would not make room: the attempt ends as failed, for this reason.
          this.storeFault ??= { error };
          return;
        }
        return this.listener.artifact({ seq, name, type: artifactType, metadata: metadata as never, value });
      }
    }
  }

  private async result(wire: WireResult): Promise<AttemptResult> {
    if (wire.status === "skipped") return wire;
    if (wire.status !== "succeeded") return { ...wire, error: wire.error as never };
    try {
      const outputs: Record<string, ValueRef> = {};
      for (const [name, value] of Object.entries(wire.outputs)) outputs[name] = await this.kept(value);
      const { displays, usage, calls } = wire;
      if (!wire.elements) return { status: "succeeded", outputs, calls, displays, usage };
      const elements: Record<string, ValueRef[]> = {};
      for (const [name, list] of Object.entries(wire.elements)) {
        elements[name] = [];
        for (const value of list) elements[name].push(await this.kept(value));
      }
      return { status: "succeeded", outputs, elements, calls, displays, usage };
    } catch (error) {
      return this.unstored(error, wire);
    }
  }

  private unstored(
    error: unknown,
    { displays, usage }: Pick<Extract<AttemptResult, { status: "succeeded" }>, "displays" | "usage">,
  ): AttemptResult {
    const { reason, message } = storeReason(error);
    this.actions.log(message);
    return { status: "failed", reason, error: { name: "StoreError", message, frames: [] }, displays, usage };
  }

  private kept(value: WireValue): Promise<ValueRef> | ValueRef {
    return this.values.keep(value);
  }

  private insist(handle: () => Promise<void> | void): Promise<void> {
    return insist(
      handle,
      () => this.stopped,
      (message) => this.actions.log(message),
    );
  }

  private settle(n: number): void {
    if (this.stopped) return;
    this.resolved.add(n);
    const before = this.acknowledged;
    while (this.resolved.delete(this.acknowledged + 1)) this.acknowledged++;
    if (this.acknowledged > before) this.actions.acknowledge(this.acknowledged);
  }
}
