"use client";
/** Lines of one attempt, whole and live: only those in sight are in the page. Follows the end until one scrolls up. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { classNames } from "../_ui/class-names";
import { formatClock } from "../_ui/format-time";
import styles from "./log-view.module.css";
import { useLogLines } from "./use-log-lines";

export interface LogViewProps {
  readonly taskRunId: string;
  readonly attempt: number;
  readonly live: boolean;
}

export function LogView({ taskRunId, attempt, live }: LogViewProps) {
  const { before, lines, loading, error, cut } = useLogLines(taskRunId, attempt, live);
  const scroller = useRef<HTMLDivElement>(null);
  const [follow, setFollow] = useState(true);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are called here alone, never handed on to memoised parts
  const rows = useVirtualizer({ count: lines.length, getScrollElement: () => scroller.current, estimateSize: () => 18, overscan: 30 });

  useEffect(() => {
    if (follow && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: "end" });
  }, [follow, lines.length, rows]);

  const onScroll = () => {
    const element = scroller.current;
    if (element) setFollow(element.scrollHeight - element.scrollTop - element.clientHeight < 24);
  };

  if (error) return <p className={styles.word}>Could not load the log: {error.message}</p>;
  if (lines.length === 0)
    return <p className={styles.word}>{loading ? "Loading…" : live ? "Nothing logged yet." : "This task logged nothing."}</p>;
  return (
    <div ref={scroller} className={styles.scroller} onScroll={onScroll} tabIndex={0} role="log" aria-label="Log">
      {before > 0 && <p className={styles.word}>{before.toLocaleString("en")} earlier lines are on the page of the run.</p>}
      {cut > 0 && <p className={styles.word}>{cut} more lines were not kept: the log was over its limit.</p>}
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map((item) => {
          const line = lines[item.index];
          return (
            line && (
              <div
                key={item.key}
                ref={rows.measureElement}
                data-index={item.index}
                className={classNames(styles.line, styles[line.level])}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <span className={styles.time}>{formatClock(new Date(line.time))}</span>
                <span className={styles.text}>{line.text}</span>
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
