"use client";
/** The virtual list under Tasks and Timeline: thousands of lines, a few dozen in the page. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useState, type ReactNode } from "react";
import { ChevronRight } from "lucide-react";
import type { TaskLine } from "../_run/prepare-tasks";
import styles from "./tabs.module.css";
import { classNames } from "../../../_ui/class-names";
import { StateIcon } from "../../../_ui/state-icon";
import { Tooltip } from "../../../_ui/tooltip";
import { isWaiting } from "../../../_waiting/use-waiting";
import { WaitingHint } from "../../../_waiting/waiting-hint";

const rowHeight = 32;

export function TaskRows({
  lines,
  selected,
  children,
}: {
  readonly lines: readonly TaskLine[];
  readonly selected: string | undefined;
  /** The cells of one line. */
  readonly children: (line: TaskLine) => ReactNode;
}) {
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  const virtualizer = useWindowVirtualizer({
    count: lines.length,
    estimateSize: () => rowHeight,
    overscan: 16,
    scrollMargin: element ? element.getBoundingClientRect().top + window.scrollY : 0,
    getItemKey: (index) => lines[index]!.key,
  });
  return (
    <div ref={setElement} role="rowgroup" style={{ position: "relative", height: virtualizer.getTotalSize() }}>
      {virtualizer.getVirtualItems().map((item) => {
        const line = lines[item.index]!;
        return (
          <div
            key={line.key}
            role="row"
            aria-rowindex={item.index + 2}
            aria-selected={line.row !== undefined && line.row.id === selected}
            className={classNames(styles.row, line.type === "element" && styles.element)}
            style={{ transform: `translateY(${item.start - virtualizer.options.scrollMargin}px)`, height: item.size }}
          >
            {children(line)}
          </div>
        );
      })}
    </div>
  );
}

export function TaskName({
  line,
  onOpenTask,
  onFold,
}: {
  readonly line: TaskLine;
  readonly onOpenTask: (id: string) => void;
  readonly onFold: (key: string) => void;
}) {
  const { row, task } = line;
  const name = line.type === "element" ? `[${row?.mapIndex}]` : task.title || task.key;
  return (
    <span role="cell" className={styles.name}>
      {line.type === "group" ? (
        <button
          type="button"
          className={styles.fold}
          aria-expanded={line.open}
          aria-label={`${line.open ? "Fold" : "Unfold"} ${name}`}
          onClick={() => onFold(task.key)}
        >
          <ChevronRight size={14} className={classNames(line.open && styles.turned)} />
        </button>
      ) : (
        <span className={styles.fold} />
      )}
      {row ? <StateIcon state={row.status} /> : <StateIcon state="blocked" />}
      {row && isWaiting(row.status) ? (
        <Tooltip text={<WaitingHint taskRunId={row.id} />} side="right">
          <button type="button" className={styles.open} data-task-run={row.id} onClick={() => onOpenTask(row.id)}>
            {name}
          </button>
        </Tooltip>
      ) : row ? (
        <button type="button" className={styles.open} data-task-run={row.id} onClick={() => onOpenTask(row.id)} title={name}>
          {name}
        </button>
      ) : (
        <span className={styles.cell}>{name}</span>
      )}
    </span>
  );
}
