"use client";
/** The DAG with live states; a click opens the task. */
import { useMemo, useState } from "react";
import { LazyTaskGraph } from "../../../_graph/lazy-task-graph";
import type { GraphState, GraphTask } from "../../../_graph/graph-task";
import type { RunDetail, TaskRunRow } from "../../../_trpc/outputs";
import { formatNumber } from "../../../_ui/format-number";
import { isWaiting } from "../../../_waiting/use-waiting";
import { WaitingHint } from "../../../_waiting/waiting-hint";
import { countEnded, groupRows } from "../_run/prepare-tasks";
import { MetricsTab } from "./metrics-tab";
import styles from "./tabs.module.css";

export function GraphTab({
  run,
  selected,
  onOpenTask,
}: {
  readonly run: RunDetail;
  readonly selected: TaskRunRow | undefined;
  readonly onOpenTask: (id: string) => void;
}) {
  const rows = useMemo(() => groupRows(run.taskRuns), [run.taskRuns]);
  const states = useMemo(
    () => new Map(run.tasks.map((task) => [task.key, graphState(rows.get(task.key), task, run.groups[task.key])])),
    [run.tasks, rows, run.groups],
  );
  const tasks = useMemo(() => run.tasks.map((task) => ({ key: task.key, title: task.title || task.key, needs: task.needs })), [run.tasks]);
  const wide = useWide();
  return (
    <>
      <div className={styles.graph} style={{ height: graphHeight(tasks, wide) }}>
        <LazyTaskGraph
          tasks={tasks}
          states={states}
          selected={selected?.taskKey}
          direction={wide ? "right" : "down"}
          onSelect={(key) => {
            const row = rows.get(key);
            const first = row?.whole ?? row?.elements[0];
            if (first) onOpenTask(first.id);
          }}
        />
      </div>
      <MetricsTab run={run} besides />
    </>
  );
}

/** As tall as its widest layer wants, within reason: a short graph leaves room for the charts below. */
function graphHeight(tasks: readonly GraphTask[], wide: boolean): string {
  const layers = new Map<string, number>();
  for (const task of tasks) layers.set(task.key, 1 + Math.max(-1, ...task.needs.map((need) => layers.get(need.task) ?? -1)));
  const inLayer = new Map<number, number>();
  for (const layer of layers.values()) inLayer.set(layer, (inLayer.get(layer) ?? 0) + 1);
  const rows = wide ? Math.max(1, ...inLayer.values()) : inLayer.size;
  return `clamp(124px, ${rows * (wide ? 52 : 72) + 64}px, max(320px, calc(100dvh - 300px)))`;
}

function graphState(
  rows: ReturnType<ReturnType<typeof groupRows>["get"]>,
  task: RunDetail["tasks"][number],
  group: RunDetail["groups"][string] | undefined,
): GraphState {
  const row = rows?.whole ?? rows?.elements[0];
  const { total, ended } = group
    ? { total: group.total, ended: countEnded(group.counts) }
    : { total: rows?.elements.length ?? 0, ended: rows?.elements.filter((one) => one.finishedAt !== undefined).length ?? 0 };
  return {
    state: row?.status,
    hint: row && isWaiting(row.status) ? <WaitingHint taskRunId={row.id} /> : undefined,
    mapped: task.each !== undefined,
    calls: callsNote(rows ? [...(rows.whole ? [rows.whole] : []), ...rows.elements] : [], task),
    note: total > 0 ? elementsNote(ended, total) : progressNote(row),
  };
}

/** Of many the title of the task would have no room beside both numbers. */
function elementsNote(ended: number, total: number): string {
  if (total < 1000) return `${ended} of ${total}`;
  return ended === total ? `all ${formatNumber(total)}` : `${Math.floor((100 * ended) / total)} %`;
}

function progressNote(row: TaskRunRow | undefined): string | undefined {
  if (row?.status !== "running" || !row.progress) return undefined;
  const { done, total } = row.progress;
  return total ? `${Math.round((100 * done) / total)} %` : undefined;
}

function callsNote(rows: readonly TaskRunRow[], task: RunDetail["tasks"][number]): string | undefined {
  const total = rows.reduce((sum, row) => sum + (row.calls?.total ?? 0), 0);
  const live = rows.reduce((sum, row) => sum + (row.calls?.live ?? 0), 0);
  if (total > 0)
    return `started ${total === 1 ? "another run" : `${total} other runs`}${live > 0 ? `, ${live} of them still at work` : ""}`;
  return task.notebooks === undefined ? undefined : "runs other notebooks";
}

/** A tall page is no place for a wide graph. */
function useWide(): boolean {
  const [wide] = useState(() => typeof window === "undefined" || window.innerWidth > 700);
  return wide;
}
