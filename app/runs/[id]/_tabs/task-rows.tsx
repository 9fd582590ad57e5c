"use client";
/** The virtual list under Tasks and Timeline: thousands of lines, a few dozen in the page. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useLayoutEffect, useState, type ReactNode } from "react";
import { ChevronRight } from "lucide-react";
import type { TaskRunStatus } from "@/pipelines/run/run";
import type { RunDetail } from "../../../_trpc/outputs";
import type { TaskLine, TaskOrder } from "../_run/prepare-tasks";
import { LoadedLine } from "./loaded-line";
import { useRowKeys } from "./use-row-keys";
import styles from "./tabs.module.css";
import { classNames } from "../../../_ui/class-names";
import { StateIcon } from "../../../_ui/state-icon";
import { Tooltip } from "../../../_ui/tooltip";
import { isWaiting } from "../../../_waiting/use-waiting";
import { WaitingHint } from "../../../_waiting/waiting-hint";

const rowHeight = 32;

export function TaskRows({
  run,
  lines,
  status,
  order = "graph",
  selected,
  children,
}: {
  readonly run: RunDetail;
  readonly lines: readonly TaskLine[];
  /** Only task runs in this state are shown. */
  readonly status: TaskRunStatus | undefined;
  /** Of the elements of a fan-out. */
  readonly order?: TaskOrder;
  readonly selected: string | undefined;
  /** The cells of one line. The same function again: lines that are the same are not drawn again. */
  readonly children: (line: TaskLine) => ReactNode;
}) {
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  const [margin, setMargin] = useState(0);
  // What stands above may change with the run, but not while one scrolls: measuring then would lay the page out each time.
  useLayoutEffect(() => {
    // eslint-disable-next-line react-hooks/set-state-in-effect -- known once it is laid out
    if (element) setMargin(element.getBoundingClientRect().top + window.scrollY);
  }, [element, run, lines, children]);
  const virtualizer = useWindowVirtualizer({
    count: lines.length,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollMargin: margin,
    getItemKey: (index) => lines[index]!.key,
  });
  const { at, onFocus, onKeyDown } = useRowKeys(lines, element, (index) => virtualizer.scrollToIndex(index));
  return (
    <div
      ref={setElement}
      role="rowgroup"
      style={{ position: "relative", height: virtualizer.getTotalSize() }}
      onFocus={onFocus}
      onKeyDown={onKeyDown}
    >
      {virtualizer.getVirtualItems().map((item) => {
        const line = lines[item.index]!;
        return (
          <Row
            key={line.key}
            runId={run.id}
            line={line}
            status={status}
            order={order}
            index={item.index}
            top={item.start - margin}
            reached={item.index === at}
            current={selected !== undefined && line.row?.id === selected}
          >
            {children}
          </Row>
        );
      })}
    </div>
  );
}

interface RowProps {
  readonly runId: string;
  readonly line: TaskLine;
  readonly status: TaskRunStatus | undefined;
  readonly order: TaskOrder;
  readonly index: number;
  readonly top: number;
  /** The one of the list that Tab comes to. */
  readonly reached: boolean;
  readonly current: boolean;
  readonly children: (line: TaskLine) => ReactNode;
}

/** Drawn once while the list is scrolled past it, and while others change. */
const Row = memo(function Row({ runId, line, status, order, index, top, reached, current, children }: RowProps) {
  return (
    <div
      role="row"
      data-line={index}
      tabIndex={reached ? 0 : -1}
      aria-level={line.type === "element" ? 2 : 1}
      aria-expanded={line.type === "group" ? line.open : undefined}
      aria-rowindex={index + 2}
      aria-selected={current}
      className={classNames(styles.row, line.type === "element" && styles.element)}
      style={{ transform: `translateY(${top}px)`, height: rowHeight }}
    >
      {line.place === undefined ? (
        children(line)
      ) : (
        <LoadedLine runId={runId} line={line} status={status} order={order}>
          {children}
        </LoadedLine>
      )}
    </div>
  );
}, isSameRow);

/** Lines are made anew with every change of the run; what they tell is mostly the same. */
function isSameRow(a: RowProps, b: RowProps): boolean {
  return areSame(a.line, b.line) && areSame({ ...a, line: undefined }, { ...b, line: undefined });
}

function areSame<T extends object>(a: T, b: T): boolean {
  return a === b || (Object.keys(a) as (keyof T)[]).every((key) => Object.is(a[key], b[key]));
}

export interface TaskNameProps {
  readonly line: TaskLine;
  readonly onOpenTask: (id: string) => void;
  readonly onFold: (key: string) => void;
}

export function TaskName({ line, onOpenTask, onFold }: TaskNameProps) {
  const { row, task } = line;
  const name = line.type === "element" ? (row ? `[${row.mapIndex}]` : "…") : task.title || task.key;
  return (
    <span role="gridcell" className={styles.name}>
      {line.type === "group" ? (
        <button
          type="button"
          className={styles.fold}
          tabIndex={-1}
          data-fold={line.open ? "open" : "closed"}
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
          <button type="button" tabIndex={-1} className={styles.open} data-task-run={row.id} onClick={() => onOpenTask(row.id)}>
            {name}
          </button>
        </Tooltip>
      ) : row ? (
        <button type="button" tabIndex={-1} className={styles.open} data-task-run={row.id} onClick={() => onOpenTask(row.id)} title={name}>
          {name}
        </button>
      ) : (
        <span className={styles.cell}>{name}</span>
      )}
    </span>
  );
}
