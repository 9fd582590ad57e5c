"use client";
/** What waits for an answer: the questions of [approval] cells, longest waiting first, then comments that name the reader. */
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { AnswerForm } from "../../_approval/answer-form";
import { useInbox } from "../../_approval/use-inbox";
import { PageBar } from "../../_frame/page-bar";
import type { InboxItem } from "../../_trpc/outputs";
import { useTRPC } from "../../_trpc/client";
import { LinkButton } from "../../_ui/button";
import { EmptyState, ErrorNotice, Skeleton } from "../../_ui/notice";
import { StateIcon } from "../../_ui/state-icon";
import { RelativeTime } from "../../_ui/times";
import styles from "./inbox.module.css";
import { Mentions } from "./mentions";

export function InboxPage() {
  const inbox = useInbox();
  const trpc = useTRPC();
  const mentions = useQuery(trpc.notebook.mentions.queryOptions(undefined, { staleTime: 5_000 })).data ?? [];
  const mine = inbox.data?.filter((item) => item.mine) ?? [];
  const others = inbox.data?.filter((item) => !item.mine) ?? [];
  return (
    <>
      <PageBar title="Inbox" />
      <div className={styles.page}>
        {inbox.isPending && (
          <div role="status" aria-label="Loading the inbox">
            <Skeleton height={160} />
          </div>
        )}
        {inbox.error && <ErrorNotice doing="load the inbox" error={inbox.error} onRetry={() => void inbox.refetch()} />}
        {inbox.data?.length === 0 && mentions.length === 0 && (
          <EmptyState title="Nothing waits for you" actions={<LinkButton href="/notebooks">Open notebooks</LinkButton>}>
            An approval cell stops a run until somebody answers: its question and its form appear here.
          </EmptyState>
        )}
        {mine.map((item) => (
          <Item key={item.taskRunId} item={item} />
        ))}
        <Mentions mentions={mentions} />
        {others.length > 0 && <h2 className={styles.heading}>For others</h2>}
        {others.map((item) => (
          <Item key={item.taskRunId} item={item} />
        ))}
      </div>
    </>
  );
}

function Item({ item }: { readonly item: InboxItem }) {
  return (
    <article className={styles.item} id={item.taskRunId} data-inbox-item={item.taskKey}>
      <header className={styles.head}>
        <StateIcon state="waiting" label="" />
        <h3 className={styles.title}>
          <Link href={`/runs/${item.runId}?task=${item.taskRunId}`}>{item.title}</Link>
        </h3>
        <span className={styles.quiet}>
          <Link href={`/runs/${item.runId}`}>
            #{item.runNumber} {item.notebookTitle}
          </Link>
          {item.createdBy !== undefined && `, started by ${item.createdBy}`}
          {item.since !== undefined && (
            <>
              , waits since <RelativeTime at={item.since} />
            </>
          )}
        </span>
      </header>
      <AnswerForm item={item} />
    </article>
  );
}
