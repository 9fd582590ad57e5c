/**
 * One execution of one Dag. These are the shapes; transition.ts folds events over them and is the truth,
 * server/run saves what it decides.
 */
import type { Dag, Json } from "../compile/dag";

export const runStatuses = ["queued", "running", "succeeded", "failed", "cancelled"] as const;
export type RunStatus = (typeof runStatuses)[number];

export const taskRunStatuses = [
  "blocked",
  "queued",
  "running",
  "waiting",
  "succeeded",
  "cached",
  "failed",
  "skipped",
  "cancelled",
] as const;
export type TaskRunStatus = (typeof taskRunStatuses)[number];

export const attemptStatuses = ["launching", "running", "succeeded", "failed", "lost", "cancelled"] as const;
export type AttemptStatus = (typeof attemptStatuses)[number];

/** Why something did not simply succeed. Closed: a new one needs a sentence in reason-sentences.ts. */
export const reasons = [
  "exit-code",
  "exception",
  "out-of-memory",
  "image",
  "environment",
  "disk-full",
  "lease-lost",
  "node-lost",
  "cancelled",
  "timeout",
  "quota",
  "compile-error",
  "unserializable-value",
  "upstream-failed",
  "upstream-skipped",
  "when-false",
  "join-unmet",
  "handler-not-needed",
  "not-targeted",
  "fail-fast",
  "rejected",
  "marked-failed",
  "missing-value",
  "run-timeout",
  "cleared",
  "internal",
] as const;
export type Reason = (typeof reasons)[number];

/** Where a stored value is and what it looks like. Bytes are content-addressed; small ones also travel inline. */
export interface ValueRef {
  /** SHA-256 of the encoded bytes, hex. */
  readonly hash: string;
  readonly bytes: number;
  readonly codec: string;
  /** Base64 of the bytes when bytes ≤ 64 KB; such a value need not be in the store. */
  readonly inline?: string;
  /** One line for people: `Car[] · 392 rows × 9`, `Float32Array(25,000,000)`, `number · 2.31`. */
  readonly summary: string;
  /** A small preview (pipelines/protocol/preview.ts, at most 2 KB); larger ones rest in the store beside the value. */
  readonly preview?: Json;
}

/** What a task run gave under one name: a value, or for a mapped task the values of its elements in order. */
export type OutputRef = ValueRef | { readonly list: readonly ValueRef[] };

export interface TaskError {
  readonly name: string;
  readonly message: string;
  /** The user's own frames, innermost first. */
  readonly frames: readonly ErrorFrame[];
}

export interface ErrorFrame {
  readonly cell: string;
  readonly cellKey: string;
  readonly line: number;
  readonly column: number;
  readonly function: string | undefined;
}

export interface RunInfo {
  readonly id: string;
  readonly workspaceId: string;
  readonly notebookId: string | undefined;
  readonly notebook: string;
  readonly trigger: Trigger;
  readonly params: Readonly<Record<string, Json>>;
  readonly logicalDate: string | undefined;
}

export const triggers = ["manual", "cell", "cli", "example", "schedule", "backfill", "retry", "notebook", "import"] as const;
export type Trigger = (typeof triggers)[number];

/** The task that started a run with `runNotebook`. */
export interface Caller {
  readonly runId: string;
  readonly taskRunId: string;
  /** The run at the top, which nobody called. */
  readonly rootRunId: string;
  /** How many runs stand above this one. */
  readonly depth: number;
}

export interface RunSpec extends RunInfo {
  readonly dag: Dag;
  /** Task keys to run, with all they need; undefined: the whole notebook. */
  readonly targets: readonly string[] | undefined;
  /** "use": read and write the cache; "off": neither (every task runs). */
  readonly cache: "use" | "off";
  readonly caller?: Caller;
  /** Hash of the lock of the packages that its cells import; undefined: those that every notebook has. */
  readonly environment?: string | undefined;
  /** Milliseconds from the start of its first task within which the run has to end; undefined: as long as it takes. */
  readonly timeout?: number | undefined;
}

/** What a person decided about a task run. */
export interface Decision {
  readonly type: "approved" | "rejected" | "marked-succeeded" | "marked-failed";
  /** The name of who did it. */
  readonly by: string | undefined;
  readonly at: number;
  readonly note: string | undefined;
}
