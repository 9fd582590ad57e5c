import { classNames } from "../../_ui/class-names";
import styles from "./workers.module.css";

/** A bar that is full at 1, and the words for it. */
export function Meter({ part, words, label }: { readonly part: number; readonly words: string; readonly label: string }) {
  const full = Math.min(1, Math.max(0, part));
  return (
    <span className={styles.meter}>
      <span
        className={styles.track}
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(full * 100)}
        aria-valuetext={words}
      >
        <span className={classNames(styles.fill, full > 0.9 && styles.high)} style={{ width: `${full * 100}%` }} />
      </span>
      <span className={styles.words}>{words}</span>
    </span>
  );
}
