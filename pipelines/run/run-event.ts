/** What can happen to a run. Times are milliseconds since the epoch; chance is an argument, so that the fold is pure. */
import type { Display } from "../protocol/display";
import type { KeyParts, WhyPart } from "./cache-key";
import type { Reason, TaskError, ValueRef } from "./run";

/** What a person asks of a run, a task (`ordinal`) or an approval. `by` is a name, kept as it was then. */
export type RunCommand = { readonly by: string | undefined } &
  /** After a `stop` the handlers still run; `terminate` lets nothing run any more. */
  (
    | { readonly type: "cancel-requested"; readonly how: "stop" | "terminate" }
    | { readonly type: "pause-requested" }
    | { readonly type: "resume-requested" }
    /** What failed, or this one task, and what could not run because of it. */
    | { readonly type: "retry-requested"; readonly ordinal: number | undefined }
    /** This task and everything downstream runs again, whatever became of it and whatever is stored. */
    | { readonly type: "clear-requested"; readonly ordinal: number }
    | { readonly type: "mark-requested"; readonly ordinal: number; readonly as: "succeeded" | "failed"; readonly note: string | undefined }
    | (Answer & { readonly type: "answered" })
  );

interface Answer {
  readonly ordinal: number;
  readonly approved: boolean;
  /** The form, by name. */
  readonly outputs: Readonly<Record<string, ValueRef>>;
  readonly note: string | undefined;
}

export type RunEvent = { readonly at: number } & (
  | { readonly type: "submitted" }
  | {
      readonly type: "cache-missed";
      readonly ordinal: number;
      readonly key: string | undefined;
      readonly parts: KeyParts | undefined;
      readonly why: WhyPart;
    }
  | {
      readonly type: "cache-hit";
      readonly ordinal: number;
      readonly key: string;
      readonly parts: KeyParts;
      readonly entry: CachedResult;
    }
  | { readonly type: "claimed"; readonly ordinal: number }
  | (AttemptEvent & { readonly type: "attempt-launched"; readonly handle: string })
  | (AttemptEvent & { readonly type: "attempt-started" })
  | (AttemptEvent & Ended & { readonly type: "attempt-succeeded"; readonly outputs: Readonly<Record<string, ValueRef>> })
  /** The `each` sources of a fan-out were evaluated. */
  | (AttemptEvent & Ended & { readonly type: "expanded"; readonly elements: Readonly<Record<string, readonly ValueRef[]>> })
  /** `when` was false. */
  | (AttemptEvent & Ended & { readonly type: "attempt-skipped" })
  | (AttemptEvent & Ended & Failed & { readonly type: "attempt-failed"; readonly random: number })
  | (AttemptEvent & Ended & Failed & { readonly type: "attempt-lost" })
  | (AttemptEvent & Ended & Failed & { readonly type: "attempt-cancelled" })
  | (AttemptEvent & { readonly type: "lease-expired" })
  /** The time has come for a retry, the end of a wait, an approval that nobody gave, or who waited too long for a place. */
  | { readonly type: "due"; readonly ordinal: number }
  /** The run has used up its time. */
  | { readonly type: "run-due" }
  | RunCommand
  /** A fault of ours or a run that cannot be folded: it ends here. */
  | { readonly type: "set-aside"; readonly message: string }
);

export interface CachedResult {
  readonly taskRunId: string;
  readonly outputs: Readonly<Record<string, ValueRef>>;
  readonly displays: readonly Display[];
  readonly elements: Readonly<Record<string, readonly ValueRef[]>> | undefined;
}

interface AttemptEvent {
  readonly ordinal: number;
  readonly attempt: number;
}

interface Ended {
  readonly displays?: readonly Display[];
  /** It ran other notebooks, whose newest version nobody knows beforehand: its result is not kept for another run. */
  readonly called?: true;
  readonly usage?: { readonly durationMs: number; readonly cpuMs: number; readonly peakMemoryBytes: number } | undefined;
}

interface Failed {
  readonly reason: Reason;
  readonly error: TaskError | undefined;
}
