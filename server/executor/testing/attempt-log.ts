/** A listener that keeps all it hears, and lets a test wait for any of it. */
import type { CallAnswer, CallWord } from "@/pipelines/protocol/messages";
import type { ArtifactWord, AttemptListener, AttemptResult, LogRecord, MetricWord } from "../executor";

export class AttemptLog implements AttemptListener {
  startedCount = 0;
  readonly records: LogRecord[] = [];
  readonly points: MetricWord[] = [];
  readonly artifacts: ArtifactWord[] = [];
  readonly progressWords: { done: number; total?: number | undefined; message?: string | undefined }[] = [];
  readonly results: AttemptResult[] = [];
  private waiting: { test: () => boolean; resolve: () => void }[] = [];

  started(): void {
    this.startedCount++;
    this.wake();
  }

  async logs(offset: number, records: readonly LogRecord[]): Promise<void> {
    // As the contract asks: what was seen is ignored, gaps must not happen.
    if (offset > this.records.length) throw new Error(`records ${this.records.length} to ${offset} are missing`);
    this.records.push(...records.slice(this.records.length - offset));
    this.wake();
    return Promise.resolve();
  }

  async metrics(points: readonly MetricWord[]): Promise<void> {
    this.points.push(...points);
    this.wake();
    return Promise.resolve();
  }

  async artifact(word: ArtifactWord): Promise<void> {
    this.artifacts.push(word);
    this.wake();
    return Promise.resolve();
  }

  progress(word: { done: number; total?: number | undefined; message?: string | undefined }): void {
    this.progressWords.push(word);
    this.wake();
  }

  usage(): void {}

  readonly calls: { word: CallWord; answer: (answer: CallAnswer) => void }[] = [];
  readonly parkings: (readonly number[])[] = [];

  call(word: CallWord, answer: (answer: CallAnswer) => void): void {
    this.calls.push({ word, answer });
    this.wake();
  }

  parked(calls: readonly number[]): void {
    this.parkings.push(calls);
    this.wake();
  }

  async finished(result: AttemptResult): Promise<void> {
    this.results.push(result);
    this.wake();
    return Promise.resolve();
  }

  until(test: (log: this) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ test: () => test(this), resolve });
      this.wake();
    });
  }

  async result(): Promise<AttemptResult> {
    await this.until((log) => log.results.length > 0);
    return this.results[0]!;
  }

  async succeeded(): Promise<Extract<AttemptResult, { status: "succeeded" }>> {
    const result = await this.result();
    if (result.status !== "succeeded")
      throw new Error(`The attempt did not succeed: ${JSON.stringify(result)}\n${this.texts().join("\n")}`);
    return result;
  }

  texts(level?: LogRecord["level"]): string[] {
    return this.records.filter((record) => level === undefined || record.level === level).map((record) => record.text);
  }

  private wake(): void {
    this.waiting = this.waiting.filter(({ test, resolve }) => {
      if (!test()) return true;
      resolve();
      return false;
    });
  }
}
