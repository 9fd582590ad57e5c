/** One attempt as the harness knows it: its state, and the words about it that the server has not yet acknowledged. */
import { encodeFrame } from "@/pipelines/protocol/frame";
import type { CallWord, Launch, Word, WireResult } from "@/pipelines/protocol/messages";

type WithoutCount<T> = T extends unknown ? Omit<T, "attempt" | "n"> : never;
type NewWord = WithoutCount<Exclude<Word, { type: "log" }>>;
type LogRecord = Extract<Word, { type: "log" }>["records"][number];

export const mostLogBytes = 64 * 1024 * 1024;
/** Above this many unacknowledged bytes the task's pipes are left unread until the server has caught up. */
export const mostUnacknowledged = 4 * 1024 * 1024;

export type AttemptState = "waiting" | "running" | "finished";

export class AttemptRecord {
  state: AttemptState = "waiting";
  /** Whether words go out at once: false after the server went away, until it asks for this attempt again. */
  attached = true;
  readonly waitingSince = performance.now();
  /** Files in the scratch folder that belong to unacknowledged words. */
  readonly files: string[] = [];
  /** Calls of other notebooks that are not answered yet. */
  private readonly calls = new Map<number, CallWord>();
  /** The calls that its process stands still for. */
  private parked: readonly number[] | undefined;
  private words: { n: number; frame: Uint8Array }[] = [];
  private unacknowledged = 0;
  private next = 0;
  private logOffset = 0;
  private logBytes = 0;
  private cutBytes = 0;
  private readonly secrets: readonly string[];

  constructor(
    readonly launch: Launch,
    private readonly transmit: (frame: Uint8Array, isEnd: boolean) => void,
  ) {
    this.secrets = Object.values(launch.secrets).filter((secret) => secret.length >= 4);
  }

  get id(): string {
    return this.launch.attempt;
  }

  get behind(): boolean {
    return this.unacknowledged > mostUnacknowledged;
  }

  get logIsFull(): boolean {
    return this.logBytes >= mostLogBytes;
  }

  /** Bytes of output that nobody will keep, counted without being looked at. */
  cut(bytes: number): void {
    if (this.cutBytes === 0) {
      this.addLog([system(`The log of this attempt reached ${mostLogBytes / 1024 / 1024} MB. What follows is not kept.`)]);
    }
    this.cutBytes += bytes;
  }

  log(records: readonly LogRecord[]): void {
    const kept: LogRecord[] = [];
    for (const record of records) {
      if (this.logIsFull) {
        if (kept.length > 0) this.addLog(kept.splice(0));
        this.cut(record.text.length);
        continue;
      }
      this.logBytes += record.text.length + 1;
      kept.push(record);
    }
    if (kept.length > 0) this.addLog(kept);
  }

  hide(text: string): string {
    for (const secret of this.secrets) text = text.replaceAll(secret, "[secret]");
    return text;
  }

  say(word: NewWord): void {
    this.push({ ...word, attempt: this.id, n: this.next++ } as Word);
  }

  finish(result: WireResult): void {
    if (this.state === "finished") return;
    if (this.cutBytes > 0) this.addLog([system(`${Math.round(this.cutBytes / 1e5) / 10} MB of output were cut from this log.`)]);
    this.state = "finished";
    this.calls.clear();
    this.parked = undefined;
    this.say({ type: "finished", result });
  }

  /** Returns whether nothing is left to say about this attempt. */
  acknowledge(n: number): boolean {
    while (this.words.length > 0 && this.words[0]!.n <= n) this.unacknowledged -= this.words.shift()!.frame.length;
    return this.state === "finished" && this.words.length === 0;
  }

  sayAgain(): void {
    this.attached = true;
    for (const { frame } of this.words) this.transmit(frame, false);
    for (const call of this.calls.values()) this.transmit(encodeFrame({ type: "call", attempt: this.id, ...call }), false);
    if (this.parked) this.transmit(encodeFrame({ type: "parked", attempt: this.id, calls: this.parked }), false);
  }

  call(call: CallWord): void {
    this.calls.set(call.call, call);
    if (this.attached) this.transmit(encodeFrame({ type: "call", attempt: this.id, ...call }), false);
  }

  /** Returns whether it stands still: not when an answer is on its way to it. */
  park(calls: readonly number[]): boolean {
    if (!calls.every((call) => this.calls.has(call))) return false;
    this.parked = calls;
    if (this.attached) this.transmit(encodeFrame({ type: "parked", attempt: this.id, calls }), false);
    return true;
  }

  /** Returns whether anybody waits for it. */
  answered(call: number): boolean {
    this.parked = undefined;
    return this.calls.delete(call);
  }

  private addLog(records: LogRecord[]): void {
    const offset = this.logOffset;
    this.logOffset += records.length;
    this.push({ type: "log", attempt: this.id, n: this.next++, offset, records });
  }

  private push(word: Word): void {
    const frame = encodeFrame(word);
    this.words.push({ n: word.n, frame });
    this.unacknowledged += frame.length;
    if (this.attached) this.transmit(frame, word.type === "finished");
  }
}

function system(text: string): LogRecord {
  return { time: Date.now(), level: "system", text };
}
