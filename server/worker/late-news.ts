import type { Arrival } from "../run/live-run";

/** News of attempts that needs no save of its own: kept until it is due, or something else happens to the same task run. */
export class LateNews {
  private readonly runs = new Map<string, Map<number, Arrival[]>>();

  get isEmpty(): boolean {
    return this.runs.size === 0;
  }

  put(arrival: Arrival): void {
    const ordinal = ordinalOf(arrival);
    if (ordinal === undefined) throw new Error(`${arrival.event.type} is no news of a task run.`);
    let run = this.runs.get(arrival.runId);
    if (!run) this.runs.set(arrival.runId, (run = new Map()));
    const earlier = run.get(ordinal);
    if (earlier) earlier.push(arrival);
    else run.set(ordinal, [arrival]);
  }

  /** Takes what has to be folded before this. */
  before(arrival: Arrival): readonly Arrival[] {
    const run = this.runs.get(arrival.runId);
    if (!run) return [];
    const ordinal = ordinalOf(arrival);
    if (ordinal === undefined) {
      this.runs.delete(arrival.runId);
      return [...run.values()].flat();
    }
    const earlier = run.get(ordinal) ?? [];
    run.delete(ordinal);
    if (run.size === 0) this.runs.delete(arrival.runId);
    return earlier;
  }

  /** Takes all there is. */
  all(): Arrival[] {
    const taken = [...this.runs.values()].flatMap((run) => [...run.values()].flat());
    this.runs.clear();
    return taken;
  }
}

function ordinalOf({ event }: Arrival): number | undefined {
  return "ordinal" in event ? event.ordinal : undefined;
}
