/**
 * Attempts that stood still until a run that they had called has ended, and want to go on: first a place in their pools, then
 * room on their machine, before anything new begins there. Neighbours: admission.ts, sub-runs.ts.
 */
import { taskRunId } from "@/pipelines/run/run-state";
import type { Timers } from "../worker/timers";
import type { AttemptCosts } from "./attempt-costs";
import { isPool, toPlaces, type Needs } from "./needs";
import type { PermitDesk } from "./permit-desk";
import type { Slots } from "./slots";
import type { Wanting } from "./wanting";

/** An attempt that stood still and has what it waited for. */
export interface Returning {
  readonly attemptId: string;
  /** "later": its run is being read again; "gone": nobody waits any more. */
  find(): Wanting | "later" | "gone";
  go(): void;
}

interface Queuing extends Returning {
  /** Its places in pools: to be asked for, on their way, or its own again. */
  places: "wanted" | "asked" | "taken";
}

export interface ReturningAttemptsParts {
  readonly slots: Slots;
  readonly costs: AttemptCosts;
  readonly desk: PermitDesk;
  readonly timers: Timers;
  readonly needs: Needs;
  /** The attempt has these places again. */
  taken(attemptId: string, places: readonly string[]): void;
  wake(): void;
  complain(what: string, error: unknown): void;
}

const pollMs = 250;

export class ReturningAttempts {
  private readonly queue: Queuing[] = [];

  constructor(private readonly parts: ReturningAttemptsParts) {}

  get isEmpty(): boolean {
    return this.queue.length === 0;
  }

  add(returning: Returning): void {
    this.queue.push({ ...returning, places: "wanted" });
  }

  /** Lets go on what there is room for; false: one of them still waits for this machine, and nothing else may begin on it. */
  goOn(): boolean {
    const { slots, costs } = this.parts;
    for (let index = 0; index < this.queue.length;) {
      const entry = this.queue[index]!;
      const { attemptId, find, go } = entry;
      const found = find();
      if (found === "later" || (found !== "gone" && !this.hasPlaces(entry, found))) {
        index++;
        continue;
      }
      if (found !== "gone") {
        const { state } = found.run;
        const task = state.plan.tasks[state.taskRuns[found.ordinal]!.task]!;
        if (!slots.unpark(attemptId, task.options, costs.share(task))) {
          // A worker keeps its room for it; what runs here need not wait.
          if (!slots.isElsewhere(attemptId)) return false;
          index++;
          continue;
        }
        go();
      }
      this.queue.splice(index, 1);
    }
    return true;
  }

  /** Whether it may go on as far as pools are concerned; asks where that is not known. */
  private hasPlaces(entry: Queuing, { run, ordinal }: Wanting): boolean {
    if (entry.places === "taken") return true;
    if (entry.places === "asked") return false;
    const { needs, desk, timers, taken, wake, complain } = this.parts;
    const taskRun = run.state.taskRuns[ordinal]!;
    const resources = needs.of(run, taskRun).filter(isPool);
    if (resources.length === 0) return true;
    const { workspaceId } = run.state.spec;
    const { attemptId: id } = entry;
    const ask = { id, runId: run.id, taskRunId: taskRunId(run.id, ordinal), attempt: taskRun.attempt, workspaceId, resources };
    const again = () =>
      timers.later(pollMs, () => {
        entry.places = "wanted";
        wake();
      });
    entry.places = "asked";
    void desk.take([ask]).then(
      ({ granted }) => {
        if (!granted.has(id)) return again();
        taken(id, toPlaces(workspaceId, resources));
        entry.places = "taken";
        wake();
      },
      (error: unknown) => {
        complain("Asking for permits", error);
        again();
      },
    );
    return false;
  }
}
