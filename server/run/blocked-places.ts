/**
 * Places that others have, as `workspace/resource`: nobody asks for one again until somebody here lets go of it, or it is time
 * to look again, because other servers let go too. Neighbour: admission.ts.
 */
import type { Timers } from "../worker/timers";

const firstPollMs = 250;
const mostPollMs = 1_000;

export interface BlockedPlacesParts {
  readonly timers: Timers;
  now(): number;
  /** There may be a place now. */
  wake(): void;
}

export class BlockedPlaces {
  private readonly blocked = new Map<string, { readonly until: number }>();
  /** How long was waited before a place was looked at again, until it was free. */
  private readonly waits = new Map<string, number>();
  private freed: string[] = [];

  constructor(private readonly parts: BlockedPlacesParts) {}

  has(place: string): boolean {
    return this.blocked.has(place);
  }

  /** `ms`: where it is known for how long. */
  block(place: string, ms: number | undefined): void {
    const { now, timers, wake } = this.parts;
    const before = this.blocked.get(place);
    if (before && before.until > now()) return;
    const waited = ms ?? Math.min(mostPollMs, (this.waits.get(place) ?? firstPollMs / 2) * 2);
    this.waits.set(place, waited);
    const entry = { until: now() + waited };
    this.blocked.set(place, entry);
    timers.later(waited, () => {
      if (this.blocked.get(place) !== entry) return;
      this.blocked.delete(place);
      wake();
    });
  }

  /** Somebody here got one: how long it took says nothing of the next time. */
  granted(places: readonly string[]): void {
    for (const place of places) this.waits.delete(place);
  }

  /** Let go of here; others see that only once it is saved: settled(). */
  free(places: readonly string[]): void {
    this.freed.push(...places);
  }

  /** A run has its place no more. */
  freeRuns(): void {
    for (const place of this.blocked.keys()) if (place.includes("-runs/")) this.freed.push(place);
  }

  /** All that was let go of is saved: who waits for it may ask. */
  settled(): void {
    if (this.freed.length === 0) return;
    let found = false;
    for (const place of this.freed.splice(0)) found = this.blocked.delete(place) || found;
    if (found) this.parts.wake();
  }

  /** What is allowed there has changed. */
  forget(workspaceId: string): void {
    for (const place of [...this.blocked.keys()]) if (place.startsWith(`${workspaceId}/`)) this.blocked.delete(place);
  }
}
