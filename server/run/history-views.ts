/** What the pages are told of many runs at once, of what happened in one, and of what its attempts used. */
import type { Reason, RunStatus, TaskRunStatus, Trigger } from "@/pipelines/run/run";
import type { RunAct } from "@/pipelines/run/run-state";

/** Runs × tasks of a notebook. */
export interface RunGrid {
  /** Newest first. */
  readonly runs: readonly GridRun[];
  /** In the order of the newest run that has them. */
  readonly tasks: readonly GridTask[];
  /** Give it as `below` for older runs; undefined when there are none. */
  readonly next: number | undefined;
}

export interface GridRun {
  readonly id: string;
  readonly number: number;
  readonly status: RunStatus;
  readonly trigger: Trigger;
  readonly createdAt: string;
  readonly startedAt: string | undefined;
  readonly durationMs: number | undefined;
  readonly cells: Readonly<Record<string, GridCell>>;
}

export interface GridTask {
  readonly key: string;
  readonly title: string;
  /** The task runs once per element. */
  readonly mapped: boolean;
}

/** One task in one run. */
export interface GridCell {
  readonly taskRunId: string;
  readonly status: TaskRunStatus;
  readonly reason: Reason | undefined;
  readonly attempt: number;
  /** Elements of a fan-out by state. */
  readonly counts: Readonly<Partial<Record<TaskRunStatus, number>>> | undefined;
  /** Of a fan-out: from its first element's start to its last one's end. */
  readonly durationMs: number | undefined;
}

/** Newest first. */
export interface RunHistory {
  readonly events: readonly RunHistoryEvent[];
  /** Give it as `below` for older events; undefined when there are none. */
  readonly next: number | undefined;
}

export interface RunHistoryEvent {
  readonly seq: number;
  readonly at: string;
  /** What the run became, if it became something else. */
  readonly status: RunStatus | undefined;
  /** What people did. */
  readonly acts: readonly {
    readonly type: RunAct["type"];
    readonly by: string | undefined;
    readonly note: string | undefined;
    readonly taskRunId: string | undefined;
  }[];
  readonly changes: readonly TaskChange[];
}

/** What became of a task run, or of several elements of a fan-out at once. */
export interface TaskChange {
  readonly taskKey: string;
  readonly status: TaskRunStatus;
  readonly reason: Reason | undefined;
  readonly attempt: number;
  readonly count: number;
  readonly taskRunId: string;
  readonly mapIndex: number | undefined;
  /** Elements of a fan-out, not the fan-out as a whole. */
  readonly elements: boolean;
}

/** What an attempt used, from one sample to the next. Times are milliseconds since the epoch. */
export interface AttemptUsageView {
  readonly attempt: number;
  readonly at: readonly number[];
  /** CPUs at work since the sample before; since its start for the first. */
  readonly cores: readonly (number | undefined)[];
  readonly memoryBytes: readonly number[];
}

/** All attempts of a run together. */
export interface RunUsageView {
  readonly at: readonly number[];
  readonly cores: readonly number[];
  readonly memoryBytes: readonly number[];
  /** Attempts that were at work. */
  readonly attempts: readonly number[];
}
