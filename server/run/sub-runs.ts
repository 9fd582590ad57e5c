/**
 * Calls of `runNotebook` by the attempts of this server: each waits for its run, and an attempt that waits for nothing else
 * gives up its place until one has ended. Everything that must outlive this process is in the journal (start-sub-run.ts);
 * a harness asks again for what was not answered.
 */
import type { CallAnswer, CallWord } from "@/pipelines/protocol/messages";
import { taskRunId } from "@/pipelines/run/run-state";
import { patiently } from "../db/patiently";
import { endedRunsSql, orphansSql } from "../db/sub-run.sql";
import { loopEvery, type Loop } from "../worker/loop";
import type { Admission } from "./admission";
import type { LiveRun } from "./live-run";
import { readOutcome } from "./read-outcome";
import { runHub, type RunNews } from "./run-hub";
import { startSubRun, type StartSubRunParts } from "./start-sub-run";
import type { Wanting } from "./wanting";

export interface SubRunsParts extends StartSubRunParts {
  readonly admission: Admission;
  cancel(runId: string, by: string): Promise<unknown>;
  complain(what: string, error: unknown): void;
}

/** Where live runs are: the dispatcher. */
export interface LiveRuns {
  readonly runs: ReadonlyMap<string, LiveRun>;
  has(runId: string): boolean;
  wake(): void;
}

export interface CallingAttempt {
  readonly runId: string;
  readonly ordinal: number;
  readonly attempt: number;
}

/** What one attempt has asked for. */
interface Book {
  readonly caller: CallingAttempt;
  readonly waiting: Map<number, (answer: CallAnswer) => void>;
  parked: boolean;
  /** Answers that wait for a place. */
  ready: [number, CallAnswer][];
}

/** Runs of another server end without a word here. */
const pollMs = 2_000;
const rereadMs = 50;

export class SubRuns implements Loop {
  private readonly books = new Map<string, Book>();
  /** By run: who is told of its end, and of which task run it is. */
  private readonly awaited = new Map<string, { tell: Set<() => void>; parent: Extract<RunNews, { type: "calls" }> }>();
  /** One after the other under one run at the top: runs get their numbers in the order of the calls. */
  private readonly queues = new Map<string, Promise<unknown>>();
  /** Runs of which an attempt that had called has ended. */
  private readonly closing = new Set<string>();
  private live!: LiveRuns;
  private readonly polling: Loop;
  private unsubscribe: () => void = () => undefined;
  private stopped = false;
  private open!: () => void;
  /** Runs that were at work before this process are known from then on. */
  private readonly opened = new Promise<void>((resolve) => (this.open = resolve));

  constructor(private readonly parts: SubRunsParts) {
    this.polling = loopEvery(
      pollMs,
      () => this.poll(),
      (error) => parts.complain("Looking after called runs", error),
    );
  }

  connect(live: LiveRuns): void {
    this.live = live;
  }

  start(): void {
    this.unsubscribe = runHub.subscribe((news) => this.hear(news));
    this.polling.start();
    this.open();
  }

  stop(): Promise<void> {
    this.stopped = true;
    this.unsubscribe();
    return this.polling.stop();
  }

  call(caller: CallingAttempt, word: CallWord, answer: (answer: CallAnswer) => void): void {
    const id = idOf(caller);
    let book = this.books.get(id);
    if (!book) this.books.set(id, (book = { caller, waiting: new Map(), parked: false, ready: [] }));
    const asked = book.waiting.has(word.call);
    book.waiting.set(word.call, answer);
    // Asked again on a new connection: whoever answers, answers there.
    if (!asked) void this.answer(book, word);
  }

  parked(caller: CallingAttempt, calls: readonly number[]): void {
    const book = this.books.get(idOf(caller));
    // An answer is on its way to it.
    if (!book || !calls.every((call) => book.waiting.has(call))) return;
    book.parked = true;
    this.parts.admission.park(idOf(caller));
    this.live.wake();
  }

  /** The attempt is over. */
  ended(attemptId: string): void {
    if (this.books.delete(attemptId)) this.closing.add(attemptId.slice(0, attemptId.lastIndexOf("-")));
  }

  private isOpen(book: Book): boolean {
    return !this.stopped && this.books.get(idOf(book.caller)) === book;
  }

  private async answer(book: Book, word: CallWord): Promise<void> {
    try {
      await this.opened;
      const started = await this.inOrder(book, word);
      if (!started) return;
      const answer = "ok" in started ? started : await this.outcome(started.runId, book);
      if (answer) this.deliver(book, word.call, answer);
    } catch (error) {
      if (this.stopped) return;
      this.parts.complain(`runNotebook(${JSON.stringify(word.notebook)})`, error);
      const message = "Heddle itself failed while it started or followed that run: the server's log says why.";
      this.deliver(book, word.call, { ok: false, status: "failed", reason: "internal", notebook: word.notebook, message });
    }
  }

  /** Undefined: the attempt is over. */
  private async inOrder(book: Book, word: CallWord): ReturnType<typeof startSubRun> {
    const run = await this.liveRun(book);
    if (!run) return undefined;
    const { spec } = run.state;
    const { ordinal, attempt } = book.caller;
    const root = spec.caller?.rootRunId ?? spec.id;
    const start = async () => {
      if (!this.isOpen(book)) return undefined;
      const task = { spec, taskRunId: taskRunId(spec.id, ordinal), attempt };
      const started = await patiently(
        () => startSubRun(this.parts, task, word),
        () => this.stopped,
      );
      if (started && "runId" in started) this.follow(started.runId, run, task.taskRunId);
      return started;
    };
    const mine = (this.queues.get(root) ?? Promise.resolve()).then(start, start);
    this.queues.set(root, mine);
    try {
      return await mine;
    } finally {
      if (this.queues.get(root) === mine) this.queues.delete(root);
    }
  }

  private follow(childId: string, { id, state }: LiveRun, parent: string): void {
    const { workspaceId } = state.spec;
    if (!this.awaited.has(childId))
      this.awaited.set(childId, { tell: new Set(), parent: { type: "calls", runId: id, workspaceId, taskRunId: parent } });
    runHub.publish(this.awaited.get(childId)!.parent);
  }

  private async outcome(runId: string, book: Book): Promise<CallAnswer | undefined> {
    const awaited = this.awaited.get(runId);
    if (awaited) {
      const end = new Promise<void>((resolve) => awaited.tell.add(resolve));
      // It may have ended before anybody listened.
      await this.findEnded([runId]);
      await end;
    }
    if (!this.isOpen(book)) return undefined;
    return patiently(
      () => readOutcome(this.parts.pool, runId),
      () => this.stopped,
    );
  }

  private deliver(book: Book, call: number, answer: CallAnswer): void {
    if (!this.isOpen(book)) return;
    if (!book.parked) return send(book, call, answer);
    book.ready.push([call, answer]);
    if (book.ready.length > 1) return;
    const attemptId = idOf(book.caller);
    this.parts.admission.wantBack({
      attemptId,
      find: () => this.find(book),
      go: () => {
        book.parked = false;
        for (const [each, its] of book.ready.splice(0)) send(book, each, its);
      },
    });
    this.live.wake();
  }

  private find(book: Book): Wanting | "later" | "gone" {
    if (!this.isOpen(book)) return "gone";
    const { runId, ordinal } = book.caller;
    const run = this.live.runs.get(runId);
    if (run) return { run, ordinal };
    return this.live.has(runId) ? "later" : "gone";
  }

  /** Undefined once the attempt is over. */
  private async liveRun(book: Book): Promise<LiveRun | undefined> {
    for (;;) {
      const found = this.find(book);
      if (found === "gone") return undefined;
      if (found !== "later") return found.run;
      await new Promise((resolve) => setTimeout(resolve, rereadMs));
    }
  }

  private hear(news: RunNews): void {
    if (news.type !== "changed") return;
    // The end of the attempt is saved: runs that nobody waits for any more are stopped.
    if (this.closing.delete(news.runId)) this.stopOrphans().catch((error: unknown) => this.parts.complain("Stopping called runs", error));
    const awaited = this.awaited.get(news.runId);
    if (!awaited) return;
    runHub.publish(awaited.parent);
    if (news.ended) this.tellEnd(news.runId);
  }

  private tellEnd(runId: string): void {
    const awaited = this.awaited.get(runId);
    if (!awaited) return;
    this.awaited.delete(runId);
    for (const tell of awaited.tell) tell();
  }

  private async poll(): Promise<void> {
    if (this.awaited.size > 0) await this.findEnded([...this.awaited.keys()]);
    await this.stopOrphans();
  }

  private async findEnded(runIds: readonly string[]): Promise<void> {
    const { rows } = await patiently(
      () => this.parts.pool.query<{ id: string }>(endedRunsSql, [runIds]),
      () => this.stopped,
    );
    for (const { id } of rows) this.tellEnd(id);
  }

  private async stopOrphans(): Promise<void> {
    if (this.stopped) return;
    const { rows } = await this.parts.pool.query<{ child_run_id: string }>(orphansSql);
    for (const { child_run_id: id } of rows) await this.parts.cancel(id, "the run that called it");
  }
}

function idOf({ runId, ordinal, attempt }: CallingAttempt): string {
  return `${taskRunId(runId, ordinal)}/${attempt}`;
}

function send(book: Book, call: number, answer: CallAnswer): void {
  const tell = book.waiting.get(call);
  book.waiting.delete(call);
  tell?.(answer);
}
