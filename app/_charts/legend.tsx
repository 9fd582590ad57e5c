"use client";
import { useState } from "react";
import { classNames } from "../_ui/class-names";
import { formatNumber } from "../_ui/format-number";
import styles from "./chart.module.css";
import { LineSample } from "./line-sample";
import type { LegendEntry } from "./prepare-lines";

const few = 8;

/** Names the lines; a click hides or shows one. */
export function Legend({
  entries,
  onToggle,
}: {
  readonly entries: readonly LegendEntry[];
  readonly onToggle?: ((id: string) => void) | undefined;
}) {
  const [all, setAll] = useState(false);
  const shown = all ? entries : entries.slice(0, few);
  return (
    <ul className={styles.legend}>
      {shown.map((entry) => (
        <li key={entry.id}>
          <button
            type="button"
            className={classNames(styles.legendEntry, entry.hidden && styles.legendHidden)}
            aria-pressed={!entry.hidden}
            disabled={!onToggle}
            title={entry.hidden ? `Show ${entry.label}` : `Hide ${entry.label}`}
            onClick={() => onToggle?.(entry.id)}
          >
            <LineSample style={entry.style} hidden={entry.hidden} />
            <span className={styles.legendLabel}>{entry.label}</span>
            {entry.last !== undefined && <span className={styles.legendLast}>{formatNumber(entry.last)}</span>}
          </button>
        </li>
      ))}
      {entries.length > few && (
        <li>
          <button type="button" className={styles.legendEntry} onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `and ${entries.length - few} more`}
          </button>
        </li>
      )}
    </ul>
  );
}
