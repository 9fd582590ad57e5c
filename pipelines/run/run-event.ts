/** What can happen to a run. Times are milliseconds since the epoch; chance is an argument, so that the fold is pure. */
import type { Display } from "../protocol/display";
import type { KeyParts, WhyPart } from "./cache-key";
import type { Reason, TaskError, ValueRef } from "./run";

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
  | { readonly type: "retry-due"; readonly ordinal: number }
  | { readonly type: "cancel-requested"; readonly by: string | undefined }
  | { readonly type: "retry-requested" }
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
