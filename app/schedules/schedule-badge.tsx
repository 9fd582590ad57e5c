import { CircleAlert, Pause } from "lucide-react";
import type { ScheduleRow } from "../_trpc/outputs";
import styles from "./schedules.module.css";

/** Why it does not fire, if it does not: paused by somebody, or by the scheduler with a reason. */
export function ScheduleBadge({ schedule }: { readonly schedule: Pick<ScheduleRow, "paused" | "fault"> }) {
  if (schedule.fault !== undefined) {
    return (
      <span className={styles.badge} data-fault title={schedule.fault}>
        <CircleAlert size={12} aria-hidden />
        Cannot fire
      </span>
    );
  }
  if (!schedule.paused) return null;
  return (
    <span className={styles.badge}>
      <Pause size={12} aria-hidden />
      Paused
    </span>
  );
}
