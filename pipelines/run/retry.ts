/** Whether a failed or lost attempt is tried again, and how long after. */
import type { RetryCause, TaskOptions } from "../compile/dag";
import type { Reason } from "./run";

/** Losses are not the cell's fault: they have an allowance of their own. */
export const lossesAllowed = 3;
const lossDelays = [0, 1_000, 5_000];
const longestDelay = 24 * 60 * 60 * 1000;

/** Undefined: trying again cannot help, or is nobody's to allow (cancelled). */
export function retryCause(reason: Reason): RetryCause | undefined {
  switch (reason) {
    case "exception":
    case "exit-code":
      return "error";
    case "timeout":
      return "timeout";
    case "out-of-memory":
      return "oom";
    case "lease-lost":
    case "node-lost":
      return "lost";
    default:
      return undefined;
  }
}

/** Milliseconds to wait before the next attempt; undefined: no further attempt. `tries` counts this failure. */
export function retryAfterFailure(options: TaskOptions, reason: Reason, tries: number, random: number): number | undefined {
  const cause = retryCause(reason);
  if (!cause || !options.retryOn.includes(cause) || tries > options.retries) return undefined;
  const delay = options.retryDelay * options.backoff ** (tries - 1);
  return Math.min(longestDelay, Math.max(0, Math.round(delay * (1 + options.jitter * (2 * random - 1)))));
}

/** `lost` counts this loss. */
export function retryAfterLoss(lost: number): number | undefined {
  return lost > lossesAllowed ? undefined : lossDelays[Math.min(lost, lossDelays.length) - 1];
}
