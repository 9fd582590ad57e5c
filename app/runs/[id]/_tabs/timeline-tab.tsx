"use client";
/** When each attempt waited and ran: a Gantt chart of task runs; earlier tries of a task stand in its line too. */
import { useQueries } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useAddress } from "../../../_charts/use-address";
import { envelope, timelineBar, timelineScale, type TimelineScale, type Span } from "../../../_charts/prepare-timeline";
import { useWidth } from "../../../_charts/use-width";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail, TaskRunRow } from "../../../_trpc/outputs";
import { classNames } from "../../../_ui/class-names";
import { Select } from "../../../_ui/field";
import { formatDuration } from "../../../_ui/format-duration";
import { isLive, stateColours, stateWords, type State } from "../../../_ui/state-words";
import { useNow } from "../../../_ui/use-now";
import { groupRows, taskOrders, type TaskLine } from "../_run/prepare-tasks";
import { TaskName, TaskRows } from "./task-rows";
import { StateFilter, useTaskLines, type TabProps } from "./tasks-tab";
import styles from "./tabs.module.css";
import { UsageLines } from "./usage-lines";

/** Earlier tries are asked for task by task; a run in which everything was retried shows the latest tries only. */
const mostRetried = 60;
const narrow = 500;

export function TimelineTab(props: TabProps) {
  // A clock that nobody needs would draw the page twice a second.
  return isLive(props.run.status) ? <Ticking {...props} /> : <Picture {...props} now={undefined} />;
}

function Ticking(props: TabProps) {
  return <Picture {...props} now={useNow("fast")} />;
}

function Picture({ run, selected, onOpenTask, now }: TabProps & { readonly now: number | undefined }) {
  const address = useAddress();
  const order = taskOrders.find((one) => one === address.get("order")) ?? "start";
  const { lines, fold, status, setStatus } = useTaskLines(run, order);
  const groups = useMemo(() => groupRows(run.taskRuns), [run.taskRuns]);
  const earlier = useEarlierTries(run);
  const [measure, width] = useWidth();
  const scale = useMemo(
    () =>
      timelineScale(
        run.startedAt ?? run.createdAt,
        [...run.taskRuns, ...Object.values(run.groups)],
        now,
        width > 0 && width < narrow ? 3 : 6,
      ),
    [run, now, width],
  );
  const { groups: counted } = run;
  const cells = useCallback(
    (line: TaskLine) => (
      <>
        <TaskName line={line} onOpenTask={onOpenTask} onFold={fold} />
        <span role="gridcell" className={styles.track} onClick={() => line.row && onOpenTask(line.row.id)}>
          {scale.ticks.map((tick) => (
            <i key={tick.value} className={styles.gridLine} style={{ left: `${(100 * tick.value) / (scale.to - scale.from)}%` }} />
          ))}
          {line.row && (
            <Bars
              line={line}
              row={line.row}
              elements={groups.get(line.task.key)?.elements ?? []}
              group={counted[line.task.key]}
              earlier={earlier.get(line.row.id) ?? []}
              scale={scale}
              now={now}
            />
          )}
        </span>
      </>
    ),
    [onOpenTask, fold, scale, groups, counted, earlier, now],
  );
  return (
    <>
      <div className={styles.filters}>
        <StateFilter run={run} status={status} onChange={setStatus} />
        <label className={styles.filter}>
          <span className="sr-only">Order of the tasks</span>
          <Select
            value={order}
            onChange={(event) => address.set({ order: event.target.value === "start" ? undefined : event.target.value })}
          >
            <option value="start">By start</option>
            <option value="graph">By graph</option>
          </Select>
        </label>
      </div>
      <div ref={measure} role="treegrid" aria-label="Timeline of the tasks" aria-rowcount={lines.length + 1} className={styles.timeline}>
        <div role="rowgroup" className={styles.headGroup}>
          <div role="row" className={styles.head}>
            <span role="columnheader">Task</span>
            <span role="columnheader" className={styles.ruler}>
              {scale.ticks.map((tick) => (
                <span key={tick.value} style={{ left: `${(100 * tick.value) / (scale.to - scale.from)}%` }}>
                  {tick.label}
                </span>
              ))}
            </span>
          </div>
          <UsageLines run={run} scale={scale} />
        </div>
        <TaskRows run={run} lines={lines} status={status} order={order} selected={selected}>
          {cells}
        </TaskRows>
      </div>
    </>
  );
}

interface Try extends Span {
  readonly attempt: number;
  readonly status: State;
}

function useEarlierTries(run: RunDetail): ReadonlyMap<string, readonly Try[]> {
  const trpc = useTRPC();
  const retried = run.taskRuns.filter((row) => row.attempt > 1).slice(0, mostRetried);
  return useQueries({
    queries: retried.map((row) => trpc.run.taskRun.queryOptions({ id: row.id }, { staleTime: 60_000 })),
    combine: (results) =>
      new Map(results.flatMap(({ data }) => (data ? [[data.id, data.attempts.filter((one) => one.attempt < data.attempt)] as const] : []))),
  });
}

function Bars({
  line,
  row,
  elements,
  group,
  earlier,
  scale,
  now,
}: {
  readonly line: TaskLine;
  readonly row: TaskRunRow;
  readonly elements: readonly TaskRunRow[];
  readonly group: RunDetail["groups"][string] | undefined;
  readonly earlier: readonly Try[];
  readonly scale: TimelineScale;
  readonly now: number | undefined;
}) {
  const whole = line.type !== "group" ? row : (group ?? (elements.length > 0 ? envelope(elements) : row));
  const tries: readonly Try[] = [...earlier, { ...whole, attempt: row.attempt, status: row.status }];
  return tries.map((one) => {
    const bar = timelineBar(one, scale, isLive(one.status) ? now : undefined);
    if (!bar) return null;
    const took = one.startedAt && one.finishedAt ? formatDuration(Date.parse(one.finishedAt) - Date.parse(one.startedAt)) : "";
    const words = `${stateWords[one.status]}${tries.length > 1 ? ` (try ${one.attempt})` : ""}${took ? `, ${took}` : ""}`;
    return (
      <span key={one.attempt} role="img" aria-label={words} title={words}>
        {bar.waited > 0.001 && (
          <i className={styles.waited} style={{ left: `${(bar.left - bar.waited) * 100}%`, width: `${bar.waited * 100}%` }} />
        )}
        <i
          className={classNames(styles.bar, line.type === "group" && styles.groupBar, one.status === "cached" && styles.moment)}
          style={{ left: `${bar.left * 100}%`, width: `${bar.width * 100}%`, background: stateColours[one.status] }}
        />
      </span>
    );
  });
}
