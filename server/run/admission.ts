/** Which waiting task run may start next: by priority and order, as slots and locks allow (ready-queue.ts, slots.ts). */
import { taskRunId } from "@/pipelines/run/run-state";
import type { AttemptCosts } from "./attempt-costs";
import type { LiveRun } from "./live-run";
import { ReadyQueue } from "./ready-queue";
import type { Slots } from "./slots";

/** A task run that waits for a stored result to be found, or for a slot. */
export interface Wanting {
  readonly run: LiveRun;
  readonly ordinal: number;
}

/** An attempt that stood still and has what it waited for. */
export interface Returning {
  readonly attemptId: string;
  /** "later": its run is being read again; "gone": nobody waits any more. */
  find(): Wanting | "later" | "gone";
  go(): void;
}

/** Runs that another one waits for go before their equals: what was begun is finished first, and fewer stand still. */
const perLevel = 1 / 1024;

export class Admission {
  private readonly returning: Returning[] = [];
  private readonly ready = new ReadyQueue();
  private readonly lockWaiters: Wanting[] = [];

  constructor(
    private readonly slots: Slots,
    private readonly costs: AttemptCosts,
  ) {}

  want(run: LiveRun, ordinal: number): void {
    const { options } = run.state.plan.tasks[run.state.taskRuns[ordinal]!.task]!;
    const priority = options.priority + (run.state.spec.caller?.depth ?? 0) * perLevel;
    this.ready.push({ run, ordinal, priority });
  }

  /** The attempt waits for other runs only: its place is free. */
  park(attemptId: string): void {
    this.slots.park(attemptId);
  }

  /** It wants a place again, before any that have not begun. */
  wantBack(returning: Returning): void {
    this.returning.push(returning);
  }

  /** Lets go on what there is room for; false: one of them still waits, and nothing else may begin. */
  goOn(): boolean {
    for (let index = 0; index < this.returning.length;) {
      const { attemptId, find, go } = this.returning[index]!;
      const found = find();
      if (found === "later") {
        index++;
        continue;
      }
      if (found !== "gone") {
        const { state } = found.run;
        const task = state.plan.tasks[state.taskRuns[found.ordinal]!.task]!;
        if (!this.slots.unpark(attemptId, task.options, this.costs.share(task))) return false;
        go();
      }
      this.returning.splice(index, 1);
    }
    return true;
  }

  /** Takes a slot for the next task run; undefined: there is none, or no room for it. */
  next(): Wanting | undefined {
    for (let next = this.ready.peek(); next; next = this.ready.peek()) {
      const { run, ordinal } = next;
      const taskRun = run.state.taskRuns[ordinal];
      if (run.dropped || taskRun?.status !== "queued" || taskRun.notBefore !== undefined) {
        this.ready.shift();
        continue;
      }
      const task = run.state.plan.tasks[taskRun.task]!;
      const id = `${taskRunId(run.id, ordinal)}/${taskRun.attempt + 1}`;
      const taken = this.slots.take(id, run.id, run.state.spec.workspaceId, task.options, this.costs.share(task));
      if (taken === "full") return undefined;
      this.ready.shift();
      if (taken === "taken") return next;
      this.lockWaiters.push(next);
    }
    return undefined;
  }

  /** Attempts under way. */
  get size(): number {
    return this.slots.size;
  }

  /** An attempt has ended: its lock, too, is free. */
  ended(attemptId: string): void {
    if (this.slots.end(attemptId)) this.askLockWaiters();
  }

  releaseRun(runId: string): void {
    this.slots.releaseRun(runId);
    this.askLockWaiters();
  }

  private askLockWaiters(): void {
    for (const { run, ordinal } of this.lockWaiters.splice(0)) if (!run.dropped) this.want(run, ordinal);
  }
}
