/**
 * Points wait here until there are 1,000 of them or 50 ms are over, so that metric() costs a push. Time is an
 * argument: the caller owns the clock and the timer.
 */
export interface MetricPoint {
  readonly seq: number;
  readonly name: string;
  /** JSON has no NaN and no infinities: they travel as text. */
  readonly value: number | "NaN" | "Infinity" | "-Infinity";
  readonly step: number;
  readonly time: number;
}

export const mostPoints = 1000;
export const mostMilliseconds = 50;

export class MetricBuffer {
  private points: MetricPoint[] = [];
  private seq = 0;
  private oldest = 0;
  private readonly steps = new Map<string, number>();

  /** Returns whether it is time to flush. */
  add(name: string, value: number, step: number | undefined, time: number, now: number): boolean {
    if (this.points.length === 0) this.oldest = now;
    if (step === undefined) step = this.steps.get(name) ?? 0;
    this.steps.set(name, step + 1);
    this.points.push({ seq: this.seq++, name, value: Number.isFinite(value) ? value : (String(value) as "NaN"), step, time });
    return this.points.length >= mostPoints || now - this.oldest >= mostMilliseconds;
  }

  get waiting(): boolean {
    return this.points.length > 0;
  }

  take(): MetricPoint[] {
    const points = this.points;
    this.points = [];
    return points;
  }
}
