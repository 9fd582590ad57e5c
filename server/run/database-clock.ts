/** What time it is where leases are decided. This machine's own clock may be wrong, or set while we run; steps of it change nothing here. */
export class DatabaseClock {
  private offset = Date.now() - performance.now();

  readonly now = (): number => Math.round(performance.now() + this.offset);

  /** The database's time, asked for at `askedAt` by performance.now(). Small differences are the way there and back. */
  set(time: number, askedAt: number): void {
    const offset = time - (askedAt + performance.now()) / 2;
    if (Math.abs(offset - this.offset) > (performance.now() - askedAt) / 2 + 20) this.offset = offset;
  }
}
