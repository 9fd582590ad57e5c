/** Looks into the cache for newly ready task runs, all those of a pass in one statement (cache-lookup.ts). */
import type { Timers } from "../worker/timers";
import type { Wanting } from "./wanting";
import type { LookupAnswer } from "./cache-lookup";
import type { EventSink } from "./launcher";

export interface LookupsParts {
  readonly timers: Timers;
  now(): number;
  lookUp(wanted: readonly Wanting[]): Promise<readonly LookupAnswer[]>;
  complain(what: string, error: unknown): void;
}

const retryMs = 500;

export class Lookups {
  private wanted: Wanting[] = [];

  constructor(private readonly parts: LookupsParts) {}

  want(wanting: Wanting): void {
    this.wanted.push(wanting);
  }

  /** Answers come as events. */
  start(sink: EventSink): void {
    const wanted = this.wanted.filter(({ run }) => !run.dropped);
    this.wanted = [];
    if (wanted.length > 0) void this.ask(wanted, sink);
  }

  private async ask(wanted: readonly Wanting[], sink: EventSink): Promise<void> {
    const at = this.parts.now();
    try {
      for (const { run, event } of await this.parts.lookUp(wanted)) sink.tell(run.id, { ...event, at });
    } catch (error) {
      this.parts.complain("A look into the cache", error);
      this.parts.timers.later(
        retryMs,
        () =>
          void this.ask(
            wanted.filter(({ run }) => !run.dropped),
            sink,
          ),
      );
    }
  }
}
