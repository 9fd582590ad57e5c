/**
 * A run as the fold sees it. Neighbours: run-plan.ts (what never changes), draft.ts (reads through to a state while a
 * transition decides), transition.ts (decides), apply-changes.ts (folds decisions in).
 */
import type { Json } from "../compile/dag";
import type { KeyParts, WhyPart } from "./cache-key";
import { planRun, type RunPlan } from "./run-plan";
import type { AttemptStatus, Decision, OutputRef, Reason, RunSpec, RunStatus, TaskError, TaskRunStatus, ValueRef } from "./run";
import type { Display } from "../protocol/display";

/**
 * Changed only by applyChanges. Task runs stand at their ordinal: first one per task in the Dag's order, then the
 * elements of each fan-out as it was expanded, in one stretch.
 */
export interface RunState {
  readonly spec: RunSpec;
  readonly plan: RunPlan;
  fields: RunFields;
  readonly taskRuns: TaskRunState[];
  /** Numbers that follow from the task runs, kept so that an event costs what it changes: see counters.ts. */
  readonly counts: Int32Array;
}

export interface RunFields {
  readonly status: RunStatus;
  /** Set to `cancelled` or `run-timeout` as soon as it is to stop, while attempts are still being stopped. */
  readonly reason: Reason | undefined;
  readonly message: string | undefined;
  /** It is being brought to its end: after `stop` its handlers still run, after `terminate` nothing does. */
  readonly halt: "stop" | "terminate" | undefined;
  /** Nothing new starts; what runs goes on. */
  readonly paused: { readonly by: string | undefined; readonly at: number } | undefined;
  /** When it is out of time. */
  readonly deadline: number | undefined;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

export interface TaskRunState {
  readonly ordinal: number;
  /** Index into dag.tasks. */
  readonly task: number;
  readonly mapIndex: number | undefined;
  readonly status: TaskRunStatus;
  readonly reason: Reason | undefined;
  /** The fencing number: words of any other attempt change nothing. */
  readonly attempt: number;
  readonly current: AttemptState | undefined;
  /** Failures and losses since the task run was last asked for; they are allowed separately. */
  readonly tries: number;
  readonly lost: number;
  /** When something is due: a retry's start, the end of a wait, the moment an approval has waited too long. */
  readonly notBefore: number | undefined;
  /** While it waits for a place: when it has waited too long (`queueTimeout=`). */
  readonly queuedUntil: number | undefined;
  /** Asked for anew by hand: stored results are not looked at, and replaced by what it gives. */
  readonly fresh: boolean;
  /** What a person decided about it. */
  readonly decision: Decision | undefined;
  readonly cacheKey: string | undefined;
  readonly keyParts: KeyParts | undefined;
  readonly cachedFrom: string | undefined;
  /** For an element of a fan-out: its values of the `each` variables. */
  readonly elements: Readonly<Record<string, ValueRef>> | undefined;
  /** For a fan-out as a whole, once expanded: how many elements it has. */
  readonly expanded: number | undefined;
  readonly outputs: Readonly<Record<string, OutputRef>> | undefined;
  readonly queuedAt: number | undefined;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

export interface AttemptState {
  readonly attempt: number;
  readonly status: AttemptStatus;
  readonly reason: Reason | undefined;
  readonly error: TaskError | undefined;
  readonly handle: string | undefined;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly durationMs: number | undefined;
  readonly cpuMs: number | undefined;
  readonly peakMemoryBytes: number | undefined;
}

/** What is written beside a task run and never decided upon. */
export interface TaskRunNotes {
  readonly displays?: readonly Display[];
  readonly error?: TaskError | null;
  readonly why?: WhyPart;
}

/** What one or more transitions changed. Applying them to the state they were decided on gives the next state. */
export interface Changes {
  fields: RunFields | undefined;
  readonly taskRuns: Map<number, TaskRunState>;
  readonly notes: Map<number, TaskRunNotes>;
  /** `ordinal/attempt` → the attempt as it is now. */
  readonly attempts: Map<string, AttemptState & { readonly ordinal: number }>;
  readonly counts: Map<number, number>;
  /** What people did: kept in the event of the save that made it so. */
  readonly acts: RunAct[];
}

/** What a person did to a run or one of its task runs. */
export interface RunAct {
  readonly type:
    | "stopped"
    | "terminated"
    | "paused"
    | "resumed"
    | "retried"
    | "cleared"
    | "approved"
    | "rejected"
    | "marked-succeeded"
    | "marked-failed";
  readonly by: string | undefined;
  readonly ordinal?: number | undefined;
  readonly note?: string | undefined;
}

export type RunAction =
  /** Look for a stored result, then answer with cache-hit or cache-missed. */
  | { readonly type: "lookup-cache"; readonly ordinal: number }
  /** Wants a slot: answer with claimed when there is one. */
  | { readonly type: "enqueue"; readonly ordinal: number }
  | { readonly type: "launch"; readonly ordinal: number; readonly attempt: number }
  | { readonly type: "stop"; readonly ordinal: number; readonly attempt: number; readonly reason: "cancelled" }
  /** Answer with due then. */
  | { readonly type: "wake"; readonly ordinal: number; readonly at: number }
  /** Answer with run-due then. */
  | { readonly type: "wake-run"; readonly at: number }
  | {
      readonly type: "remember";
      readonly ordinal: number;
      readonly key: string;
      readonly parts: KeyParts;
      readonly outputs: Readonly<Record<string, ValueRef>>;
      readonly displays: readonly Display[];
      readonly elements: Readonly<Record<string, readonly ValueRef[]>> | undefined;
      readonly lifetime: number | undefined;
    }
  | { readonly type: "notify"; readonly ordinals: readonly number[] }
  | { readonly type: "run-ended"; readonly status: RunStatus };

export interface Transition {
  readonly changes: Changes;
  readonly actions: readonly RunAction[];
}

/** What a run's fan-out or task read as parameters, by name. */
export type ParamValues = Readonly<Record<string, Json>>;

export function taskRunId(runId: string, ordinal: number): string {
  return `${runId}-${ordinal}`;
}

export function ordinalOf(id: string): number {
  return Number(id.slice(id.lastIndexOf("-") + 1));
}

export function isTerminal(status: TaskRunStatus): boolean {
  switch (status) {
    case "blocked":
    case "queued":
    case "running":
    case "waiting":
      return false;
    case "succeeded":
    case "cached":
    case "failed":
    case "skipped":
    case "cancelled":
      return true;
  }
}

export function hasSucceeded(status: TaskRunStatus): boolean {
  return status === "succeeded" || status === "cached";
}

export function isRunTerminal(status: RunStatus): boolean {
  return status === "succeeded" || status === "failed" || status === "cancelled";
}

/** Every task blocked, nothing decided yet: the event `submitted` starts it. */
export function newRun(spec: RunSpec): RunState {
  const plan = planRun(spec);
  return {
    spec,
    plan,
    fields: {
      status: "queued",
      reason: undefined,
      message: undefined,
      halt: undefined,
      paused: undefined,
      deadline: undefined,
      startedAt: undefined,
      finishedAt: undefined,
    },
    taskRuns: spec.dag.tasks.map((_, index) => newTaskRun(index, index, undefined, undefined, false)),
    counts: plan.initialCounts(),
  };
}

/** Written out: a thousand of these are made at once, and spreading a template costs forty times as much. */
export function newTaskRun(
  ordinal: number,
  task: number,
  mapIndex: number | undefined,
  elements: TaskRunState["elements"],
  fresh: boolean,
): TaskRunState {
  return {
    fresh,
    decision: undefined,
    ordinal,
    task,
    mapIndex,
    elements,
    status: "blocked",
    reason: undefined,
    attempt: 0,
    current: undefined,
    tries: 0,
    lost: 0,
    notBefore: undefined,
    queuedUntil: undefined,
    cacheKey: undefined,
    keyParts: undefined,
    cachedFrom: undefined,
    expanded: undefined,
    outputs: undefined,
    queuedAt: undefined,
    startedAt: undefined,
    finishedAt: undefined,
  };
}
