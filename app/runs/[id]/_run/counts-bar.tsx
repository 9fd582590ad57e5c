import { taskRunStatuses, type TaskRunStatus } from "@/pipelines/run/run";
import { stateColours, stateWords } from "../../../_ui/state-words";
import styles from "./run-page.module.css";

const order: readonly TaskRunStatus[] = ["succeeded", "cached", "failed", "cancelled", "skipped", "running", "waiting", "queued", "blocked"];

/** Task runs by state as one thin bar, and the sentence for it. */
export function CountsBar({ counts }: { readonly counts: Readonly<Partial<Record<TaskRunStatus, number>>> }) {
  const total = taskRunStatuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  if (total === 0) return null;
  const ended = total - (["running", "waiting", "queued", "blocked"] as const).reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  const words = order.filter((status) => counts[status]).map((status) => `${counts[status]} ${stateWords[status].toLowerCase()}`);
  return (
    <span className={styles.counts} title={words.join(", ")}>
      <svg width={96} height={6} aria-hidden className={styles.countsBar}>
        {order.reduce<{ readonly at: number; readonly parts: React.ReactNode[] }>(
          ({ at, parts }, status) => {
            const width = ((counts[status] ?? 0) / total) * 96;
            if (width > 0) parts.push(<rect key={status} x={at} width={width} height={6} fill={stateColours[status]} opacity={status === "blocked" || status === "queued" ? 0.3 : 1} />);
            return { at: at + width, parts };
          },
          { at: 0, parts: [] },
        ).parts}
      </svg>
      {ended === total ? `${total} ${total === 1 ? "task" : "tasks"}` : `${ended} of ${total} tasks`}
    </span>
  );
}
