"use client";
/**
 * One task run beside the page that shows all of them: what happened and why, then logs, results, inputs and tries.
 * Neighbours: task-error.tsx, log-view.tsx, value-view.tsx, element-list.tsx (a fan-out as a whole).
 */
import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useEffect, useMemo } from "react";
import { reasonSentence } from "@/pipelines/run/reason-sentences";
import { useAddress } from "../../../_charts/use-address";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail, TaskRunDetail, TaskRunRow } from "../../../_trpc/outputs";
import { IconButton } from "../../../_ui/button";
import { SideDrawer } from "../../../_ui/dialog";
import { ErrorNotice, Skeleton } from "../../../_ui/notice";
import { StateLabel } from "../../../_ui/state-icon";
import { isLive, stateWords } from "../../../_ui/state-words";
import { TabPanel, Tabs } from "../../../_ui/tabs";
import { Duration, RelativeTime } from "../../../_ui/times";
import { isWaiting } from "../../../_waiting/use-waiting";
import { WaitingList } from "../../../_waiting/waiting-list";
import { groupRows, taskRunTitle } from "../_run/prepare-tasks";
import { ProgressText } from "../_tabs/progress-text";
import { AnswerPanel } from "../../../_approval/answer-panel";
import { AttemptTable } from "./attempt-table";
import { CalledRuns } from "./called-runs";
import { CopyLink } from "./copy-link";
import { DecisionLine } from "./decision-line";
import { ElementList } from "./element-list";
import { GroupSummary } from "./group-summary";
import { InputList } from "./input-list";
import { LogView } from "./log-view";
import { ResultView } from "./result-view";
import { TaskActions } from "./task-actions";
import { TaskError } from "./task-error";
import { TaskNotes } from "./task-notes";
import styles from "./task.module.css";
import { WhySentence } from "./why-sentence";

const panes = ["logs", "result", "inputs", "attempts"] as const;
type Pane = (typeof panes)[number];

export function TaskDrawer({
  run,
  taskId,
  onOpenTask,
}: {
  readonly run: RunDetail;
  readonly taskId: string | undefined;
  readonly onOpenTask: (id: string | undefined) => void;
}) {
  const address = useAddress();
  const trpc = useTRPC();
  const known = run.taskRuns.find((one) => one.id === taskId);
  // Elements of a large fan-out are not told with the run.
  const asked = taskId !== undefined && known === undefined && taskId.startsWith(`${run.id}-`) ? taskId : undefined;
  const fetched = useQuery(
    trpc.run.taskRun.queryOptions(asked === undefined ? skipToken : { id: asked }, {
      staleTime: 2_000,
      refetchInterval: ({ state }) => (state.data && isLive(state.data.status) ? 1_000 : false),
    }),
  );
  const row: TaskRunRow | undefined = known ?? (asked === undefined ? undefined : fetched.data);
  const task = run.tasks.find((one) => one.key === row?.taskKey);
  const title = row ? taskRunTitle(task, row) : "Task";
  return (
    <SideDrawer open={taskId !== undefined} onOpenChange={(open) => !open && onOpenTask(undefined)} title={`Task ${title}`}>
      <div className={styles.drawer} data-task-drawer={row?.status}>
        <header className={styles.head}>
          <h2 className={styles.title} title={title}>
            {/* First in the drawer, so it takes the focus when the drawer opens. */}
            <CopyLink label={title} href={address.href({ pane: undefined, line: undefined, attempt: undefined })} />
          </h2>
          <Neighbours run={run} row={row} onOpenTask={onOpenTask} />
          <IconButton label="Close" keys="Esc" onClick={() => onOpenTask(undefined)}>
            <X size={16} />
          </IconButton>
        </header>
        {row ? (
          <Content
            key={row.id}
            run={run}
            row={row}
            title={title}
            asks={task?.kind === "approval"}
            mapped={task?.each !== undefined && row.mapIndex === undefined}
            onOpenTask={onOpenTask}
          />
        ) : asked !== undefined && fetched.isPending ? (
          <div className={styles.pad}>
            <Skeleton height={120} />
          </div>
        ) : (
          <p className={styles.pad}>This run has no such task. It may belong to another run, or the address is incomplete.</p>
        )}
      </div>
    </SideDrawer>
  );
}

function Content({
  run,
  row,
  title,
  asks,
  mapped,
  onOpenTask,
}: {
  readonly run: RunDetail;
  readonly row: TaskRunRow;
  readonly title: string;
  readonly asks: boolean;
  readonly mapped: boolean;
  readonly onOpenTask: (id: string | undefined) => void;
}) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const address = useAddress();
  const options = trpc.run.taskRun.queryOptions({ id: row.id }, { staleTime: 2_000 });
  const detail = useQuery(options);
  // The row is pushed; the rest of the task is asked for again when its state or its try changes.
  const version = `${row.status} ${row.attempt}`;
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: options.queryKey });
    // What becomes of the runs that it started changes their counts.
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key is the row's id, which never changes here
  }, [version, row.calls, queries]);
  const pane =
    panes.find((one) => one === address.get("pane")) ??
    (row.status === "succeeded" || row.status === "cached" || mapped ? "result" : "logs");
  const attempt = Number(address.get("attempt")) || Math.max(1, row.attempt);
  const attemptRow = detail.data?.attempts.find((one) => one.attempt === attempt);
  const elements = useMemo(
    () => (mapped ? (groupRows(run.taskRuns).get(row.taskKey)?.elements ?? []) : []),
    [mapped, run.taskRuns, row.taskKey],
  );
  return (
    <>
      <div className={styles.facts}>
        <StateLabel state={row.status}>
          <strong>{stateWords[row.status]}</strong>
        </StateLabel>
        {(row.startedAt !== undefined || row.durationMs !== undefined) && (
          <Duration from={isLive(row.status) ? row.startedAt : undefined} ms={isLive(row.status) ? undefined : row.durationMs} />
        )}
        {row.startedAt !== undefined && (
          <span className={styles.quiet}>
            <RelativeTime at={row.startedAt} />
          </span>
        )}
        {row.attempt > 1 && <span className={styles.quiet}>try {row.attempt}</span>}
        {row.status === "running" && row.progress && <ProgressText progress={row.progress} />}
      </div>
      <TaskActions run={run} row={row} title={title} />
      {row.status === "waiting" && <AnswerPanel taskRunId={row.id} />}
      {row.status === "waiting" && row.dueAt !== undefined && !asks && (
        <p className={styles.pad}>
          Goes on <RelativeTime at={row.dueAt} />
        </p>
      )}
      {row.decision && <DecisionLine decision={row.decision} />}
      <TaskNotes runId={run.id} taskRunId={row.id} />
      {isWaiting(row.status) && row.status !== "waiting" && <WaitingList taskRunId={row.id} onOpenTask={onOpenTask} />}
      {detail.data && !isWaiting(row.status) && <WhySentence detail={detail.data} />}
      {row.status !== "succeeded" && row.status !== "cached" && row.reason !== undefined && !detail.data?.error && (
        <p className={styles.pad}>{reasonSentence(row.reason)}</p>
      )}
      {detail.error && (
        <div className={styles.pad}>
          <ErrorNotice doing="load the task" error={detail.error} onRetry={() => void detail.refetch()} />
        </div>
      )}
      {detail.data?.error && <TaskError run={run} error={detail.data.error} />}
      {detail.data && <CalledRuns row={row} called={detail.data.calledRuns} />}
      {mapped &&
        (run.groups[row.taskKey] ? (
          <GroupSummary run={run} taskKey={row.taskKey} group={run.groups[row.taskKey]!} onOpenTask={onOpenTask} />
        ) : (
          <ElementList elements={elements} live={isLive(row.status)} onOpenTask={onOpenTask} />
        ))}
      <Tabs<Pane>
        label="Sides of the task"
        className={styles.panes}
        value={pane}
        onChange={(next) => address.set({ pane: next })}
        items={[
          { value: "logs", label: "Logs", count: attemptRow?.logRecords },
          {
            value: "result",
            label: "Result",
            count: detail.data ? detail.data.displays.length + detail.data.outputs.length + detail.data.artifacts.length : undefined,
          },
          { value: "inputs", label: "Inputs", count: detail.data && detail.data.inputs.length + Object.keys(detail.data.params).length },
          { value: "attempts", label: "Tries", count: detail.data?.attempts.length },
        ]}
      >
        {!detail.data ? (
          <div className={styles.pad}>
            <Skeleton height={200} />
          </div>
        ) : (
          <Panes run={run} row={row} detail={detail.data} attempt={attempt} onOpenTask={onOpenTask} />
        )}
      </Tabs>
    </>
  );
}

function Panes({
  run,
  row,
  detail,
  attempt,
  onOpenTask,
}: {
  readonly run: RunDetail;
  readonly row: TaskRunRow;
  readonly detail: TaskRunDetail;
  readonly attempt: number;
  readonly onOpenTask: (id: string) => void;
}) {
  const attemptRow = detail.attempts.find((one) => one.attempt === attempt);
  // Somebody may be listening before the first try begins: then its first line is not waited for any longer than the others.
  const begins = attemptRow === undefined && row.attempt <= 1 && isLive(row.status) && row.status !== "waiting";
  return (
    <>
      <TabPanel value="logs" className={styles.logs}>
        {attemptRow || begins ? (
          <LogView
            key={attempt}
            taskRunId={row.id}
            attempt={attempt}
            attempts={detail.attempts}
            cut={attemptRow?.logCut ?? 0}
            live={begins || attemptRow?.status === "launching" || attemptRow?.status === "running"}
            begun={!begins}
          />
        ) : (
          <p className={styles.pad}>
            {row.cachedFrom ? (
              <>
                Nothing ran: the result was reused. The log is with{" "}
                <a href={`/runs/${row.cachedFrom.runId}?task=${row.cachedFrom.taskRunId}&pane=logs`}>
                  the task of run #{row.cachedFrom.runNumber}
                </a>
                .
              </>
            ) : row.status === "waiting" ? (
              "What waits runs no code, so it writes nothing."
            ) : (
              "The task never started, so it wrote nothing."
            )}
          </p>
        )}
      </TabPanel>
      <TabPanel value="result">
        <ResultView detail={detail} />
      </TabPanel>
      <TabPanel value="inputs">
        <InputList run={run} detail={detail} onOpenTask={onOpenTask} />
      </TabPanel>
      <TabPanel value="attempts">
        <AttemptTable run={run} detail={detail} />
      </TabPanel>
    </>
  );
}

/** Up and down through the task runs in the order of the table. */
function Neighbours({
  run,
  row,
  onOpenTask,
}: {
  readonly run: RunDetail;
  readonly row: TaskRunRow | undefined;
  readonly onOpenTask: (id: string) => void;
}) {
  const order = useMemo(() => {
    const rows = groupRows(run.taskRuns);
    return run.tasks.flatMap((task) => {
      const { whole, elements } = rows.get(task.key) ?? { whole: undefined, elements: [] };
      return [...(whole ? [whole.id] : []), ...elements.map((one) => one.id)];
    });
  }, [run.tasks, run.taskRuns]);
  const at = row ? order.indexOf(row.id) : -1;
  const before = order[at - 1];
  const after = at < 0 ? undefined : order[at + 1];
  return (
    <>
      <IconButton label="Task before" disabled={before === undefined} onClick={() => before && onOpenTask(before)}>
        <ChevronUp size={16} />
      </IconButton>
      <IconButton label="Task after" disabled={after === undefined} onClick={() => after && onOpenTask(after)}>
        <ChevronDown size={16} />
      </IconButton>
    </>
  );
}
