"use client";
import { useCallback, useMemo } from "react";
import { taskRunStatuses, type TaskRunStatus } from "@/pipelines/run/run";
import { useAddress } from "../../../_charts/use-address";
import type { RunDetail } from "../../../_trpc/outputs";
import { Select } from "../../../_ui/field";
import { formatNumber } from "../../../_ui/format-number";
import { StateIcon } from "../../../_ui/state-icon";
import { stateWords } from "../../../_ui/state-words";
import { Duration, RelativeTime } from "../../../_ui/times";
import { reasonSentence } from "@/pipelines/run/reason-sentences";
import { countAll, prepareTasks, type TaskLine, type TaskOrder } from "../_run/prepare-tasks";
import { TaskName, TaskRows, type TaskNameProps } from "./task-rows";
import styles from "./tabs.module.css";
import { ProgressText } from "./progress-text";

export interface TabProps {
  readonly run: RunDetail;
  readonly selected: string | undefined;
  readonly onOpenTask: (id: string) => void;
}

export function useTaskLines(run: RunDetail, order: TaskOrder = "graph") {
  const address = useAddress();
  const status = taskRunStatuses.find((one) => one === address.get("state"));
  const folded = address.get("fold") ?? "";
  const flipped = useMemo(() => new Set(folded.split(",").filter(Boolean)), [folded]);
  const lines = useMemo(
    () => prepareTasks(run.tasks, run.taskRuns, { status, flipped, order }, run.groups),
    [run.tasks, run.taskRuns, run.groups, status, flipped, order],
  );
  const { set } = address;
  const fold = useCallback(
    (key: string) => {
      const next = new Set(flipped);
      if (!next.delete(key)) next.add(key);
      set({ fold: [...next].join(",") });
    },
    [flipped, set],
  );
  return { lines, fold, status, setStatus: (next: string) => address.set({ state: next }) };
}

export function StateFilter({
  run,
  status,
  onChange,
}: {
  readonly run: RunDetail;
  readonly status: TaskRunStatus | undefined;
  readonly onChange: (status: string) => void;
}) {
  const counts = useMemo(() => countAll(run), [run]);
  return (
    <label className={styles.filter}>
      <span className="sr-only">State of the tasks</span>
      <Select value={status ?? ""} onChange={(event) => onChange(event.target.value)}>
        <option value="">Any state</option>
        {taskRunStatuses
          .filter((one) => counts[one] || one === status)
          .map((one) => (
            <option key={one} value={one}>
              {stateWords[one]} ({formatNumber(counts[one] ?? 0)})
            </option>
          ))}
      </Select>
    </label>
  );
}

export function TasksTab({ run, selected, onOpenTask }: TabProps) {
  const { lines, fold, status, setStatus } = useTaskLines(run);
  const cells = useCallback((line: TaskLine) => <Cells line={line} onOpenTask={onOpenTask} onFold={fold} />, [onOpenTask, fold]);
  return (
    <>
      <StateFilter run={run} status={status} onChange={setStatus} />
      {lines.length === 0 ? (
        <p className={styles.none}>{status ? `No task is ${stateWords[status].toLowerCase()}.` : "This run has no tasks."}</p>
      ) : (
        <div role="treegrid" aria-label="Tasks" aria-rowcount={lines.length + 1} className={styles.tasks}>
          <div role="rowgroup" className={styles.headGroup}>
            <div role="row" className={styles.head}>
              <span role="columnheader">Task</span>
              <span role="columnheader">What happened</span>
              <span role="columnheader" className={styles.number}>
                Tries
              </span>
              <span role="columnheader">Started</span>
              <span role="columnheader" className={styles.number}>
                Took
              </span>
            </div>
          </div>
          <TaskRows run={run} lines={lines} status={status} selected={selected}>
            {cells}
          </TaskRows>
        </div>
      )}
    </>
  );
}

function Cells({ line, onOpenTask, onFold }: TaskNameProps) {
  const { row } = line;
  return (
    <>
      <TaskName line={line} onOpenTask={onOpenTask} onFold={onFold} />
      <span role="gridcell" className={styles.cell}>
        <WhatHappened line={line} />
      </span>
      <span role="gridcell" className={styles.number}>
        {row && row.attempt > 1 ? row.attempt : ""}
      </span>
      <span role="gridcell" className={styles.quiet}>
        {row?.startedAt !== undefined && <RelativeTime at={row.startedAt} />}
      </span>
      <span role="gridcell" className={styles.number}>
        {row && (row.startedAt !== undefined || row.durationMs !== undefined) && (
          <Duration from={row.status === "running" ? row.startedAt : undefined} ms={row.durationMs} />
        )}
      </span>
    </>
  );
}

function WhatHappened({ line: { row, counts } }: { readonly line: TaskLine }) {
  if (counts) {
    return (
      <span className={styles.states}>
        {taskRunStatuses
          .filter((status) => counts[status])
          .map((status) => (
            <span key={status} className={styles.stateCount}>
              <StateIcon state={status} size={12} /> {formatNumber(counts[status] ?? 0)}
            </span>
          ))}
      </span>
    );
  }
  if (!row) return <span className={styles.quiet}>{stateWords.blocked}</span>;
  if (row.status === "running") return <ProgressText progress={row.progress} />;
  if (row.cachedFrom) return <span className={styles.quiet}>from run #{row.cachedFrom.runNumber}</span>;
  if (row.reason !== undefined) return <span title={reasonSentence(row.reason)}>{reasonSentence(row.reason)}</span>;
  return <span className={styles.quiet}>{stateWords[row.status]}</span>;
}
