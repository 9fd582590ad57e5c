"use client";
/** "Why is this waiting?": everything that stands in the way, with links to who has what it needs. */
import Link from "next/link";
import { ErrorNotice, Skeleton } from "../_ui/notice";
import { RelativeTime } from "../_ui/times";
import type { Waiting } from "../_trpc/outputs";
import { HolderLink } from "./holder-link";
import { useWaiting } from "./use-waiting";
import styles from "./waiting.module.css";

const mostHolders = 6;

export function WaitingList({ taskRunId, onOpenTask }: { readonly taskRunId: string; readonly onOpenTask: (id: string) => void }) {
  const waiting = useWaiting(taskRunId);
  if (waiting.error) {
    return (
      <div className={styles.list}>
        <ErrorNotice doing="find out why it waits" error={waiting.error} onRetry={() => void waiting.refetch()} />
      </div>
    );
  }
  if (!waiting.data) {
    return (
      <div className={styles.list}>
        <Skeleton height={20} width="70%" />
      </div>
    );
  }
  return (
    <ul className={styles.list} aria-label="Why it waits">
      {waiting.data.waiting.map((one) => (
        <li key={`${one.type} ${"name" in one ? one.name : ""}`} data-waiting={one.type}>
          <p>{one.sentence}</p>
          <Detail waiting={one} onOpenTask={onOpenTask} />
        </li>
      ))}
      {waiting.data.givesUpAt !== undefined && (
        <li className={styles.quiet}>
          <p>
            It fails as timed out <RelativeTime at={waiting.data.givesUpAt} /> if it has not started by then (queueTimeout=).
          </p>
        </li>
      )}
    </ul>
  );
}

function Detail({ waiting, onOpenTask }: { readonly waiting: Waiting; readonly onOpenTask: (id: string) => void }) {
  switch (waiting.type) {
    case "upstream":
      return (
        <span className={styles.links}>
          {waiting.tasks.map(({ id, title }) => (
            <button key={id} type="button" className={styles.link} onClick={() => onOpenTask(id)}>
              {title}
            </button>
          ))}
        </span>
      );
    case "pool":
    case "lock":
    case "notebook-tasks":
    case "notebook-runs":
    case "workspace-tasks":
    case "workspace-runs":
      return (
        <span className={styles.links}>
          {waiting.holders.slice(0, mostHolders).map((holder) => (
            <HolderLink key={holder.task?.id ?? holder.runId} holder={holder} />
          ))}
          <Link href="/pools" className={styles.quiet}>
            Pools and limits
          </Link>
        </span>
      );
    case "unknown-pool":
      return (
        <span className={styles.links}>
          <Link href={`/pools?new=${encodeURIComponent(waiting.name)}`}>Make the pool “{waiting.name}”</Link>
        </span>
      );
    case "rate":
    case "retry":
    case "time":
      return (
        <span className={styles.quiet}>
          It goes on <RelativeTime at={waiting.until} />.
        </span>
      );
    case "rest-of-run":
    case "concurrency":
    case "paused":
    case "approval":
    case "subrun":
    case "no-worker":
    case "worker":
    case "server":
    case "start":
      return null;
  }
}
