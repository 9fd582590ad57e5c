const longestMs = 2 ** 31 - 1;

/** Things to do later, all of them forgotten at once when the engine closes. */
export class Timers {
  private readonly timers = new Set<NodeJS.Timeout>();

  later(ms: number, work: () => void): void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        // Node fires a timer of more than 24 days at once: longer ones are taken in steps.
        if (ms > longestMs) this.later(ms - longestMs, work);
        else work();
      },
      Math.min(longestMs, Math.max(0, ms)),
    );
    this.timers.add(timer);
  }

  clear(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
