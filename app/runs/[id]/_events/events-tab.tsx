"use client";
/** What happened in the run, newest first, as sentences; of one task when it is chosen. describe-event.ts has the words. */
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { reasonSentence } from "@/pipelines/run/reason-sentences";
import { useAddress } from "../../../_charts/use-address";
import { useTRPCClient } from "../../../_trpc/client";
import type { RunDetail, RunHistoryEvent } from "../../../_trpc/outputs";
import { Button } from "../../../_ui/button";
import { Select } from "../../../_ui/field";
import { formatExact } from "../../../_ui/format-time";
import { ErrorNotice, Skeleton } from "../../../_ui/notice";
import { StateIcon } from "../../../_ui/state-icon";
import { taskRunTitle } from "../_run/prepare-tasks";
import { describeEvent } from "./describe-event";
import styles from "./events.module.css";

const pageSize = 100;
/** A run that goes on has news many times a second. */
const betweenMs = 500;

export function EventsTab({ run, onOpenTask }: { readonly run: RunDetail; readonly onOpenTask: (id: string) => void }) {
  const client = useTRPCClient();
  const address = useAddress();
  const asked = address.get("of");
  const taskKey = run.tasks.some((task) => task.key === asked) ? asked : undefined;
  const order = { id: run.id, limit: pageSize, ...(taskKey !== undefined && { taskKey }) };
  const history = useInfiniteQuery({
    queryKey: ["run.history", order],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }) =>
      client.run.history.query({ ...order, ...(pageParam !== undefined && { below: pageParam }) }, { signal }),
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  useFollow(run.lastSeq, history.refetch);
  const events = history.data?.pages.flatMap((page) => page.events) ?? [];
  if (history.error) return <ErrorNotice doing="load what happened" error={history.error} onRetry={() => void history.refetch()} />;
  return (
    <>
      <label className={styles.filter}>
        <span className="sr-only">Task</span>
        <Select value={taskKey ?? ""} onChange={(event) => address.set({ of: event.target.value })}>
          <option value="">All tasks</option>
          {run.tasks.map((task) => (
            <option key={task.key} value={task.key}>
              {task.title || task.key}
            </option>
          ))}
        </Select>
      </label>
      {history.data === undefined ? (
        <div role="status" aria-label="Loading what happened">
          <Skeleton height={200} />
        </div>
      ) : events.length === 0 ? (
        <p className={styles.quiet}>Nothing has happened{taskKey === undefined ? "" : " to this task"} yet.</p>
      ) : (
        <ol className={styles.events} aria-label="What happened, newest first">
          {events.map((event) => (
            <Event key={event.seq} run={run} event={event} onOpenTask={onOpenTask} />
          ))}
        </ol>
      )}
      {history.hasNextPage && (
        <p className={styles.more}>
          <Button small disabled={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
            {history.isFetchingNextPage ? "Loading…" : "Show what happened before"}
          </Button>
        </p>
      )}
    </>
  );
}

function Event({
  run,
  event,
  onOpenTask,
}: {
  readonly run: RunDetail;
  readonly event: RunHistoryEvent;
  readonly onOpenTask: (id: string) => void;
}) {
  const sentences = useMemo(() => {
    const titles = new Map(run.tasks.map((task) => [task.key, task]));
    return describeEvent(
      event,
      (key) => titles.get(key)?.title || key,
      (id) => {
        const row = run.taskRuns.find((one) => one.id === id);
        return row && taskRunTitle(titles.get(row.taskKey), row);
      },
    );
  }, [run.tasks, run.taskRuns, event]);
  const time = new Date(event.at);
  return (
    <li className={styles.event}>
      <time dateTime={event.at} title={formatExact(time)} className={styles.time}>
        {time.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" })}
        <span className={styles.ms}>.{String(time.getMilliseconds()).padStart(3, "0")}</span>
      </time>
      <ul className={styles.sentences}>
        {sentences.map(({ state, text, taskRunId, reason }, n) => (
          <li key={n} className={styles.sentence}>
            {state === undefined ? <span className={styles.person} aria-hidden /> : <StateIcon state={state} size={12} label="" />}
            <span>
              {taskRunId === undefined ? (
                text
              ) : (
                <button type="button" className={styles.open} onClick={() => onOpenTask(taskRunId)}>
                  {text}
                </button>
              )}
              {reason !== undefined && <span className={styles.quiet}> {reasonSentence(reason)}</span>}
            </span>
          </li>
        ))}
      </ul>
    </li>
  );
}

/** Asks again after something has happened, twice a second at most. */
function useFollow(seq: number, refetch: () => unknown): void {
  const told = useRef(seq);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (told.current === seq) return;
    told.current = seq;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void refetch();
    }, betweenMs);
  }, [seq, refetch]);
  useEffect(() => () => clearTimeout(timer.current), []);
}
