/**
 * Calls of `runNotebook` by one attempt on a worker: said to the server until it has answered them, and again on each new link.
 * The values of an answer are fetched before the cell hears of it. Neighbour: attempt-courier.ts (the attempt's other words).
 */
import type { CallAnswer, CallWord } from "@/pipelines/protocol/messages";
import type { WorkerMessage } from "@/pipelines/protocol/worker";
import { storedHashes } from "../executor/stored-hashes";
import { TransferError } from "./transfer";

export interface AttemptCallsParts {
  readonly key: string;
  /** Lost while the link is cut: everything is said again after it. */
  send(message: WorkerMessage): void;
  /** Fetches values into this machine's store, where they stay while the attempt is at work. */
  fetch(hashes: ReadonlySet<string>, token: string): Promise<void>;
  /** Waits for the server where it is away; undefined: nobody wants the attempt any more. */
  currentToken(): Promise<string | undefined>;
  log(message: string): void;
}

interface OpenCall {
  readonly word: CallWord;
  answer(answer: CallAnswer): void;
}

const firstWaitMs = 100;
const mostWaitMs = 5_000;
/** A server that was started anew opens the values when it has heard the call again: soon. */
const mostTries = 12;

export class AttemptCalls {
  private readonly open = new Map<number, OpenCall>();
  private parkedAt: readonly number[] | undefined;

  constructor(private readonly parts: AttemptCallsParts) {}

  call(word: CallWord, answer: OpenCall["answer"]): void {
    this.open.set(word.call, { word, answer });
    this.parts.send({ type: "call", attempt: this.parts.key, ...word });
  }

  /** The cell waits for nothing but these. */
  parked(calls: readonly number[]): void {
    if (!calls.every((call) => this.open.has(call))) return;
    this.parkedAt = calls;
    this.parts.send({ type: "parked", attempt: this.parts.key, calls: [...calls] });
  }

  /** A new link: whoever is there now may know nothing of them. */
  sayAgain(): void {
    const { key, send } = this.parts;
    for (const { word } of this.open.values()) send({ type: "call", attempt: key, ...word });
    if (this.parkedAt) send({ type: "parked", attempt: key, calls: [...this.parkedAt] });
  }

  async answered(call: number, answer: CallAnswer): Promise<void> {
    if (!this.open.has(call)) return;
    const told = await this.withValues(answer);
    const asked = this.open.get(call);
    // Answered twice: the link was cut in between.
    if (!told || !asked) return;
    this.open.delete(call);
    this.parkedAt = undefined;
    asked.answer(told);
  }

  /** Undefined: nobody wants the attempt any more. */
  private async withValues(answer: CallAnswer): Promise<CallAnswer | undefined> {
    if (!answer.ok) return answer;
    const hashes = storedHashes(answer.outputs);
    if (hashes.size === 0) return answer;
    for (let tries = 1, wait = firstWaitMs; ; tries++, wait = Math.min(mostWaitMs, wait * 2)) {
      const token = await this.parts.currentToken();
      if (token === undefined) return undefined;
      try {
        await this.parts.fetch(hashes, token);
        return answer;
      } catch (error) {
        const passing = error instanceof TransferError && (error.isPassing || error.status === 401 || error.status === 403);
        if (!passing || tries >= mostTries) {
          const message = `Run ${answer.run.number} succeeded, but what it gave could not be fetched to this machine: ${(error as Error).message}`;
          this.parts.log(`Attempt ${this.parts.key}: ${message}`);
          return { ok: false, status: "failed", reason: "internal", notebook: "", run: answer.run, message };
        }
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }
}
