/**
 * Words of the running attempt on their way to the harness. A line goes at once, so that one is heard from code that computes
 * without pause; only in a flood of lines, and for metrics, up to 50 ms are gathered.
 */
import { MetricBuffer } from "@/pipelines/sdk/metric-buffer";
import type { TaskLog, TaskWord } from "./channel";

const mostRecords = 500;
const mostCharacters = 64 * 1024;
const mostMilliseconds = 50;
/** Lines that go at once, in each such time. */
const mostAtOnce = 16;

export class Output {
  private readonly metrics = new MetricBuffer();
  private records: TaskLog[] = [];
  private characters = 0;
  private oldest = 0;
  private countedSince = 0;
  private counted = 0;
  private timer: NodeJS.Timeout | undefined;
  private artifacts = 0;
  private closed = false;

  constructor(
    private readonly secrets: readonly string[],
    private readonly send: (word: TaskWord) => void,
  ) {}

  log(level: TaskLog["level"], text: string): void {
    if (this.closed) return;
    const time = Date.now();
    for (const secret of this.secrets) text = text.replaceAll(secret, "[secret]");
    if (this.records.length === 0) this.oldest = time;
    for (let at = 0; at === 0 || at < text.length; at += mostCharacters) {
      this.records.push({ time, level, text: text.slice(at, at + mostCharacters) });
      this.characters += Math.min(text.length, mostCharacters);
      if (this.characters >= mostCharacters) this.sendLog();
    }
    if (this.records.length >= mostRecords || time - this.oldest >= mostMilliseconds || this.mayGoAtOnce(time)) this.sendLog();
    else this.later();
  }

  metric(name: string, value: number, step: number | undefined, time: number | undefined): void {
    if (this.closed) return;
    const now = Date.now();
    if (this.metrics.add(name, value, step, time ?? now, now)) this.flush();
    else this.later();
  }

  progress(done: number, total: number | undefined, message: string | undefined): void {
    if (this.closed) return;
    this.send({ type: "progress", done, ...(total === undefined ? {} : { total }), ...(message === undefined ? {} : { message }) });
  }

  artifact(word: Omit<Extract<TaskWord, { type: "artifact" }>, "type" | "seq">): void {
    if (this.closed) return;
    this.send({ type: "artifact", seq: this.artifacts++, ...word });
  }

  flush(): void {
    if (this.timer) {
      clearTimeout(this.timer);
      this.timer = undefined;
    }
    this.sendLog();
    if (this.metrics.waiting) this.send({ type: "metrics", points: this.metrics.take() });
  }

  /** What comes later (from a stray timer, say) belongs to no attempt. */
  close(): void {
    this.flush();
    this.closed = true;
  }

  private sendLog(): void {
    if (this.records.length === 0) return;
    this.send({ type: "log", records: this.records });
    this.records = [];
    this.characters = 0;
  }

  private mayGoAtOnce(now: number): boolean {
    if (now - this.countedSince >= mostMilliseconds || now < this.countedSince) {
      this.countedSince = now;
      this.counted = 0;
    }
    return this.counted++ < mostAtOnce;
  }

  private later(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flush();
    }, mostMilliseconds).unref();
  }
}
