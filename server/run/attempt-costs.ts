/**
 * How much of a core an attempt truly takes. One that ends within a few milliseconds spends most of them on its way:
 * several of those are handed out per core, so that a harness always has the next at hand.
 */
import type { Task } from "@/pipelines/compile/dag";

export interface AttemptCosts {
  /** Of what the cell asks for, how much one attempt counts: 1, or less for one known to be quick. */
  share(task: Task): number;
  note(task: Task, durationMs: number): void;
}

const quickMs = 5;
const quickShare = 1 / 32;
const most = 10_000;

export function createAttemptCosts(): AttemptCosts {
  const averages = new Map<string, number>();
  return {
    share(task) {
      const average = averages.get(task.fingerprint);
      return average !== undefined && average < quickMs ? quickShare : 1;
    },
    note(task, durationMs) {
      const before = averages.get(task.fingerprint);
      if (before === undefined && averages.size >= most) averages.clear();
      averages.set(task.fingerprint, before === undefined ? durationMs : before * 0.8 + durationMs * 0.2);
    },
  };
}
