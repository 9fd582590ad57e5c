import { taskRunStatuses, type TaskRunStatus } from "@/pipelines/run/run";
import { formatNumber, plural } from "../../../_ui/format-number";
import { stateColours, stateWords } from "../../../_ui/state-words";
import styles from "./run-page.module.css";

const order: readonly TaskRunStatus[] = [
  "succeeded",
  "cached",
  "failed",
  "cancelled",
  "skipped",
  "running",
  "waiting",
  "queued",
  "blocked",
];

/** Task runs by state as one thin bar, and the sentence for it. */
export function CountsBar({ counts }: { readonly counts: Readonly<Partial<Record<TaskRunStatus, number>>> }) {
  const total = taskRunStatuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  if (total === 0) return null;
  const ended = total - (["running", "waiting", "queued", "blocked"] as const).reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  const words = order
    .filter((status) => counts[status])
    .map((status) => `${formatNumber(counts[status] ?? 0)} ${stateWords[status].toLowerCase()}`);
  return (
    <span className={styles.counts} title={words.join(", ")}>
      <svg width={barWidth} height={6} aria-hidden className={styles.countsBar}>
        {layOut(counts, total).map(({ status, x, width }) => (
          <rect
            key={status}
            x={x}
            width={width}
            height={6}
            fill={stateColours[status]}
            opacity={status === "blocked" || status === "queued" ? 0.3 : 1}
          />
        ))}
      </svg>
      {ended === total ? plural(total, "task") : `${formatNumber(ended)} of ${formatNumber(total)} tasks`}
    </span>
  );
}

const barWidth = 96;

/** One failure among a thousand is still to be seen: no part is thinner than 3 pixels. */
function layOut(counts: Readonly<Partial<Record<TaskRunStatus, number>>>, total: number) {
  const present = order.filter((status) => counts[status]);
  const widths = present.map((status) => Math.max(3, (counts[status]! / total) * barWidth));
  const scale = barWidth / widths.reduce((sum, width) => sum + width, 0);
  let x = 0;
  return present.map((status, i) => {
    const part = { status, x, width: widths[i]! * scale };
    x += part.width;
    return part;
  });
}
