/** What the oldest fire of a schedule does that finds runs of the schedule still at work. */
import type { SkipReason } from "./due-fires";

export const overlapPolicies = ["allow", "skip", "queue", "replace"] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];

export type Start =
  | { readonly type: "start" }
  /** These are stopped first, and it starts when they have ended. */
  | { readonly type: "stop-others" }
  /** It is looked at again when one has ended. */
  | { readonly type: "wait" }
  | { readonly type: "skip"; readonly reason: SkipReason };

/** In line behind a run; what is due beyond that is left out. */
export const mostWaiting = 100;

export interface StartOrder {
  readonly overlap: OverlapPolicy;
  /** Runs of the schedule that have not ended. */
  readonly active: number;
  /** One that is due later waits, too: with "replace" only the newest is started. */
  readonly hasNewer: boolean;
}

export function decideStart({ overlap, active, hasNewer }: StartOrder): Start {
  switch (overlap) {
    case "allow":
      return { type: "start" };
    case "skip":
      return active > 0 ? { type: "skip", reason: "overlap" } : { type: "start" };
    case "queue":
      return active > 0 ? { type: "wait" } : { type: "start" };
    case "replace":
      if (hasNewer) return { type: "skip", reason: "replaced" };
      return active > 0 ? { type: "stop-others" } : { type: "start" };
  }
}
