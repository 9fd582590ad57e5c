"use client";
/** What happened in the run, newest first, as sentences; of one task when it is chosen. describe-event.ts has the words. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { reasonSentence } from "@/pipelines/run/reason-sentences";
import { useAddress } from "../../../_charts/use-address";
import { useTRPC, useTRPCClient } from "../../../_trpc/client";
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
  const trpc = useTRPC();
  const client = useTRPCClient();
  const address = useAddress();
  const asked = address.get("of");
  const taskKey = run.tasks.some((task) => task.key === asked) ? asked : undefined;
  const seq = useHeld(run.lastSeq, betweenMs);
  const order = { id: run.id, limit: pageSize, ...(taskKey !== undefined && { taskKey }) };
  // The newest page follows the run; older ones never change.
  const newest = useQuery(
    trpc.run.history.queryOptions(order, {
      placeholderData: keepPreviousData,
      staleTime: 0,
      queryHash: JSON.stringify(["history", order, seq]),
    }),
  );
  const first = newest.data?.next;
  const older = useInfiniteQuery({
    queryKey: ["older events", order, first],
    enabled: false,
    initialPageParam: first,
    queryFn: ({ pageParam }) => client.run.history.query({ ...order, below: pageParam }),
    getNextPageParam: (page) => page.next,
  });
  const events = [...(newest.data?.events ?? []), ...(older.data?.pages.flatMap((page) => page.events) ?? [])];
  const more = older.data ? older.hasNextPage : first !== undefined;
  if (newest.error) return <ErrorNotice doing="load what happened" error={newest.error} onRetry={() => void newest.refetch()} />;
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
      {newest.data === undefined ? (
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
      {more && (
        <p className={styles.more}>
          <Button small disabled={older.isFetching} onClick={() => void (older.data ? older.fetchNextPage() : older.refetch())}>
            {older.isFetching ? "Loading…" : "Show what happened before"}
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

/** The newest value, held for a while: what comes in between is skipped. */
function useHeld<T>(value: T, ms: number): T {
  const [held, setHeld] = useState({ value, at: 0 });
  if (held.value !== value) {
    const now = Date.now();
    if (now - held.at > ms) setHeld({ value, at: now });
  }
  return held.value;
}
