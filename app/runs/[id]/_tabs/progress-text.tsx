import type { TaskRunRow } from "../../../_trpc/outputs";
import { formatNumber } from "../../../_ui/format-number";
import styles from "./tabs.module.css";

/** What a task says of itself with `progress(…)`. */
export function ProgressText({ progress }: { readonly progress: TaskRunRow["progress"] }) {
  if (!progress) return <span className={styles.quiet}>Running</span>;
  const { done, total, message } = progress;
  return (
    <span className={styles.progress}>
      {total !== undefined && total > 0 && <progress value={done} max={total} aria-label="Progress" />}
      <span>
        {formatNumber(done)}
        {total !== undefined && ` of ${formatNumber(total)}`}
        {message !== undefined && ` · ${message}`}
      </span>
    </span>
  );
}
