import type { RunFields } from "./run-state";

/** Why nothing is started or tried again: stopped, out of time, or failing fast. Handlers outlive all but a termination. */
export function stoppingReason({ reason, halt }: RunFields, late: boolean): "cancelled" | "run-timeout" | "fail-fast" | undefined {
  if (late && halt !== "terminate") return undefined;
  if (halt !== undefined) return reason === "run-timeout" ? reason : "cancelled";
  return reason === "fail-fast" ? reason : undefined;
}
