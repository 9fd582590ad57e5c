import type { ScheduleRow } from "../_trpc/outputs";
import styles from "./schedules.module.css";

/** The expression as it was written, where it says more than the words. */
export function TimingText({ timing }: Pick<ScheduleRow, "timing">) {
  switch (timing.type) {
    case "cron":
      return <code className={styles.mono}>{timing.expression}</code>;
    case "interval":
    case "rule":
      return null;
  }
}

/** "9 of 10 succeeded" as a share. */
export function successShare({ ended, succeeded }: Pick<ScheduleRow, "ended" | "succeeded">): string {
  return ended === 0 ? "–" : `${Math.floor((succeeded / ended) * 100)} %`;
}
