import type { SweepFigures } from "./collect-garbage";

export interface StorageView {
  readonly kind: "folder" | "s3";
  /** For people: where that is. */
  readonly place: string;
  readonly policy: {
    readonly quotaBytes: number | undefined;
    readonly keepDays: number | undefined;
    readonly keepLast: number | undefined;
  };
  /** Undefined: never measured. */
  readonly usedBytes: number | undefined;
  readonly pinnedRuns: number;
  /** What the last sweep that came to its end found: a newer one may be under way, or have failed. */
  readonly found: SweepFigures | undefined;
  readonly lastSweep:
    | {
        readonly startedAt: number;
        /** Undefined: under way, or its server died. */
        readonly finishedAt: number | undefined;
        readonly trigger: "timer" | "page" | "cli";
        readonly figures: SweepFigures | undefined;
        readonly error: string | undefined;
      }
    | undefined;
}

/** A run that is kept whatever the retention says. */
export interface PinnedRun {
  readonly id: string;
  readonly number: number;
  readonly notebookTitle: string;
  /** ISO dates. */
  readonly createdAt: string;
  readonly finishedAt: string | undefined;
}

export interface SweepView {
  readonly dryRun: boolean;
  readonly figures: SweepFigures;
}
