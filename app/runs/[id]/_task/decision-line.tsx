import type { TaskRunRow } from "../../../_trpc/outputs";
import { RelativeTime } from "../../../_ui/times";
import styles from "./task.module.css";

const words = {
  approved: "Approved",
  rejected: "Rejected",
  "marked-succeeded": "Marked as succeeded by hand",
  "marked-failed": "Marked as failed by hand",
} as const;

/** What a person decided about the task, who and why. */
export function DecisionLine({ decision }: { readonly decision: NonNullable<TaskRunRow["decision"]> }) {
  return (
    <p className={styles.pad}>
      {words[decision.type]}
      {decision.by !== undefined && ` by ${decision.by}`}, <RelativeTime at={decision.at} />
      {decision.note !== undefined && `: ${decision.note}`}
    </p>
  );
}
