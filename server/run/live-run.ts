/** A run in memory: its state, and what was decided since the last save. */
import { applyChanges, mergeChanges } from "@/pipelines/run/apply-changes";
import { noChanges } from "@/pipelines/run/draft";
import type { RunEvent } from "@/pipelines/run/run-event";
import { isRunTerminal, taskRunId, type Changes, type RunAction, type RunState, type Transition } from "@/pipelines/run/run-state";
import { transition } from "@/pipelines/run/transition";
import type { LogCounts, LogPlace } from "./log-store";
import type { RunNews } from "./run-hub";
import { toAttemptRow, toResultRow, toRunRow, toTaskRow, type Remembered } from "./run-rows";
import type { RunSave } from "./run-writer";

export type Effect = Exclude<RunAction, { type: "lookup-cache" | "enqueue" | "wake" | "wake-run" | "remember" | "notify" }>;

/** `done` is told after the commit: the sender may forget its word then. */
export interface Arrival {
  readonly runId: string;
  readonly event: RunEvent;
  readonly done: (() => void) | undefined;
}

export class LiveRun {
  changes: Changes = noChanges();
  remembered: Remembered[] = [];
  /** Performed after the commit. */
  effects: Effect[] = [];
  /** What was folded since the last save: told after the commit, folded again if that is refused. */
  arrivals: Arrival[] = [];
  /** Replaced by a state read back, ended or set aside: what still points here is void. */
  dropped = false;

  constructor(
    readonly state: RunState,
    /** Saved transitions. */
    public revision: number,
    /** Task runs that have a row. */
    private rows: number,
  ) {}

  get id(): string {
    return this.state.spec.id;
  }

  get hasChanges(): boolean {
    return this.changes.fields !== undefined || this.changes.taskRuns.size > 0 || this.changes.attempts.size > 0;
  }

  /** For listeners, after a commit. */
  news(taskRunIds: readonly string[]): Extract<RunNews, { type: "changed" }> {
    const { id, workspaceId, notebookId } = this.state.spec;
    return {
      type: "changed",
      runId: id,
      workspaceId,
      notebookId,
      seq: this.revision,
      taskRunIds,
      ended: isRunTerminal(this.state.fields.status),
    };
  }

  /** What the event decides is in the state from now on, and goes with the next save; the actions are the caller's. */
  fold(event: RunEvent): Transition {
    const decided = transition(this.state, event);
    applyChanges(this.state, decided.changes);
    mergeChanges(this.changes, decided.changes);
    return decided;
  }

  /** Takes what is to be saved; what is decided from now on goes with the next save. */
  take(logCounts: (place: LogPlace) => LogCounts | undefined): TakenSave {
    const { changes, remembered, effects, arrivals, state } = this;
    this.changes = noChanges();
    this.remembered = [];
    this.effects = [];
    this.arrivals = [];
    const added: object[] = [];
    const changed: object[] = [];
    for (const taskRun of changes.taskRuns.values()) {
      const isNew = taskRun.ordinal >= this.rows;
      (isNew ? added : changed).push(toTaskRow(state, taskRun, changes, isNew));
    }
    this.rows = Math.max(this.rows, state.taskRuns.length);
    const save: RunSave = {
      run: toRunRow(state, this.revision, changes),
      added,
      changed,
      attempts: [...changes.attempts.values()].map((attempt) => {
        const taskRun = taskRunId(this.id, attempt.ordinal);
        const place = { workspaceId: state.spec.workspaceId, runId: this.id, taskRunId: taskRun, attempt: attempt.attempt };
        return toAttemptRow(state, attempt, logCounts(place));
      }),
      results: remembered.map((result) => toResultRow(state, result)),
    };
    return {
      run: this,
      save,
      effects,
      arrivals,
      taskRunIds: [...changes.taskRuns.keys()].map((ordinal) => taskRunId(this.id, ordinal)),
    };
  }
}

export interface TakenSave {
  readonly run: LiveRun;
  readonly save: RunSave;
  readonly effects: readonly Effect[];
  readonly arrivals: readonly Arrival[];
  readonly taskRunIds: readonly string[];
}
