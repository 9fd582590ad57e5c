/** A state being decided upon: what was changed so far, over a base that is only read. Costs what changes, not what is. */
import type { AttemptState, Changes, RunAct, RunAction, RunFields, RunState, TaskRunNotes, TaskRunState, Transition } from "./run-state";

export class Draft {
  readonly changes: Changes = noChanges();
  readonly actions: RunAction[] = [];
  /** Tasks that ended and whose readers have not been asked yet. */
  readonly settled: number[] = [];
  private added = 0;

  constructor(readonly base: RunState) {}

  get fields(): RunFields {
    return this.changes.fields ?? this.base.fields;
  }

  setFields(patch: Partial<RunFields>): void {
    this.changes.fields = { ...this.fields, ...patch };
  }

  taskRun(ordinal: number): TaskRunState | undefined {
    return this.changes.taskRuns.get(ordinal) ?? this.base.taskRuns[ordinal];
  }

  /** Of a task run known to exist. */
  must(ordinal: number): TaskRunState {
    const found = this.taskRun(ordinal);
    if (!found) throw new Error(`There is no task run ${ordinal} in run ${this.base.spec.id}.`);
    return found;
  }

  set(ordinal: number, patch: Partial<TaskRunState>): TaskRunState {
    const next = { ...this.must(ordinal), ...patch };
    this.changes.taskRuns.set(ordinal, next);
    return next;
  }

  get nextOrdinal(): number {
    return this.base.taskRuns.length + this.added;
  }

  add(taskRun: TaskRunState): void {
    this.changes.taskRuns.set(taskRun.ordinal, taskRun);
    this.added++;
  }

  setAttempt(ordinal: number, patch: Partial<AttemptState> & { readonly attempt: number }): void {
    const before = this.must(ordinal).current;
    const blank: AttemptState = {
      attempt: patch.attempt,
      status: "launching",
      reason: undefined,
      error: undefined,
      handle: undefined,
      startedAt: undefined,
      finishedAt: undefined,
      durationMs: undefined,
      cpuMs: undefined,
      peakMemoryBytes: undefined,
    };
    const current = { ...(before?.attempt === patch.attempt ? before : blank), ...patch };
    this.set(ordinal, { current });
    this.changes.attempts.set(`${ordinal}/${patch.attempt}`, { ...current, ordinal });
  }

  note(ordinal: number, notes: TaskRunNotes): void {
    this.changes.notes.set(ordinal, { ...this.changes.notes.get(ordinal), ...notes });
  }

  act(act: RunAct): void {
    this.changes.acts.push(act);
  }

  count(place: number): number {
    return this.changes.counts.get(place) ?? this.base.counts[place]!;
  }

  setCount(place: number, value: number): void {
    this.changes.counts.set(place, value);
  }

  addCount(place: number, by: number): number {
    const value = this.count(place) + by;
    this.changes.counts.set(place, value);
    return value;
  }

  finish(): Transition {
    if (this.changes.taskRuns.size > 0 || this.changes.fields) {
      this.actions.push({ type: "notify", ordinals: [...this.changes.taskRuns.keys()] });
    }
    return { changes: this.changes, actions: this.actions };
  }
}

export function noChanges(): Changes {
  return { fields: undefined, taskRuns: new Map(), notes: new Map(), attempts: new Map(), counts: new Map(), acts: [] };
}
