/** When the dispatcher makes its next pass: one at a time, and with as much company as costs nobody anything. */
import type { Loop } from "./loop";

export interface PassesParts {
  pass(): Promise<void>;
  /** Whether waiting a moment would bring more for the same price. */
  isWorthWaiting(): boolean;
  /** News that could wait has waited long enough. */
  lateDue(): void;
  complain(what: string, error: unknown): void;
}

/** Nobody sees it, and most attempts are over before. */
const lateMs = 250;
const gatherMs = 2;

export class Passes implements Loop {
  private lateTimer: NodeJS.Timeout | undefined;
  private passing: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(private readonly parts: PassesParts) {}

  start(): void {
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.lateTimer);
    await this.passing;
  }

  get isStopped(): boolean {
    return this.stopped;
  }

  /** Late news waits for company: a start that is followed by its end costs no save of its own. */
  wakeLate(): void {
    if (this.stopped) return;
    this.lateTimer ??= setTimeout(() => {
      this.lateTimer = undefined;
      this.parts.lateDue();
      this.wake();
    }, lateMs);
  }

  wake(): void {
    if (this.stopped) return;
    if (this.passing) {
      this.again = true;
      return;
    }
    // After this turn of the event loop: whatever else it brings goes into the same pass.
    this.passing = new Promise((resolve) => setImmediate(() => void this.loop().finally(resolve)));
  }

  /** No late news is left. */
  calm(): void {
    clearTimeout(this.lateTimer);
    this.lateTimer = undefined;
  }

  private async loop(): Promise<void> {
    do {
      if (this.parts.isWorthWaiting()) await new Promise((resolve) => setTimeout(resolve, gatherMs));
      this.again = false;
      try {
        await this.parts.pass();
      } catch (error) {
        this.parts.complain("A pass", error);
      }
    } while (this.again && !this.stopped);
    this.passing = undefined;
  }
}
