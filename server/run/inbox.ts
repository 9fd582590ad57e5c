/** Events on their way to live runs. What comes for a run that is being read again waits until it has been. */
import type { Arrival } from "./live-run";

export class Inbox {
  private arrivals: Arrival[] = [];
  private readonly reading = new Map<string, Arrival[]>();

  put(arrival: Arrival): void {
    this.arrivals.push(arrival);
  }

  /** What happened before anything that waits here. */
  putFirst(arrivals: readonly Arrival[]): void {
    this.arrivals.unshift(...arrivals);
  }

  get size(): number {
    return this.arrivals.length;
  }

  take(): Arrival[] {
    const taken = this.arrivals;
    this.arrivals = [];
    if (this.reading.size === 0) return taken;
    return taken.filter((arrival) => {
      const waiting = this.reading.get(arrival.runId);
      waiting?.push(arrival);
      return waiting === undefined;
    });
  }

  isReading(runId: string): boolean {
    return this.reading.has(runId);
  }

  /** `first` and whatever comes meanwhile is folded when `read` says that the run goes on here. */
  async whileReading(runId: string, first: readonly Arrival[], read: () => Promise<boolean>): Promise<void> {
    this.reading.set(runId, [...first]);
    const goesOn = await read();
    const waiting = this.reading.get(runId)!;
    this.reading.delete(runId);
    if (goesOn) this.arrivals.unshift(...waiting);
    else for (const { done } of waiting) done?.();
  }
}
