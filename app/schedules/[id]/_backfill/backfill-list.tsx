"use client";
import { useMutation, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import type { CSSProperties } from "react";
import { useTRPC } from "../../../_trpc/client";
import type { BackfillRow } from "../../../_trpc/outputs";
import { Button } from "../../../_ui/button";
import { formatNumber, plural } from "../../../_ui/format-number";
import { EmptyState, ErrorNotice, Skeleton } from "../../../_ui/notice";
import { RelativeTime } from "../../../_ui/times";
import { useToast } from "../../../_ui/toast";
import { zonedWords } from "../../_fires/zoned-time";
import styles from "./backfill.module.css";

const parts = [
  { name: "succeeded", word: "succeeded" },
  { name: "failed", word: "failed" },
  { name: "active", word: "running" },
  { name: "waiting", word: "waiting" },
  { name: "skipped", word: "left out" },
] as const;

const statusWords = { running: "Going on", done: "Done", cancelled: "Cancelled" };
const againWords = { none: undefined, failed: "failed ones again", all: "all again" };

export function BackfillList({
  backfills,
  timeZone,
  mayRun,
  onNew,
}: {
  readonly backfills: Pick<UseQueryResult<readonly BackfillRow[]>, "data" | "isPending"> & {
    readonly error: { readonly message: string } | null;
    readonly refetch: () => unknown;
  };
  readonly timeZone: string;
  readonly mayRun: boolean;
  readonly onNew: () => void;
}) {
  const begin = mayRun && (
    <Button look={backfills.data?.length === 0 ? "primary" : "plain"} onClick={onNew}>
      Backfill…
    </Button>
  );
  if (backfills.isPending) return <Skeleton height={120} style={{ marginTop: 12 }} />;
  if (backfills.error && !backfills.data)
    return <ErrorNotice doing="load the backfills" error={backfills.error} onRetry={() => void backfills.refetch()} />;
  if (backfills.data?.length === 0) {
    return (
      <EmptyState title="Nothing was made up for yet" actions={begin}>
        A backfill runs the notebook for fire times of the past, each with its own date: after a new data source, a mended cell, a week
        without power.
      </EmptyState>
    );
  }
  return (
    <>
      <div className={styles.bar}>{begin}</div>
      <ul className={styles.list} aria-label="Backfills">
        {backfills.data?.map((backfill) => (
          <Backfill key={backfill.id} backfill={backfill} timeZone={timeZone} mayRun={mayRun} />
        ))}
      </ul>
    </>
  );
}

function Backfill({ backfill, timeZone, mayRun }: { readonly backfill: BackfillRow; readonly timeZone: string; readonly mayRun: boolean }) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const cancel = useMutation(
    trpc.schedule.cancelBackfill.mutationOptions({
      onSuccess: () => toast({ text: "The backfill is cancelled: what runs goes on, nothing new starts." }),
      onError: (error) => toast({ failed: true, text: `Could not cancel the backfill. ${error.message}` }),
      onSettled: () => void queries.invalidateQueries({ queryKey: trpc.schedule.pathKey() }),
    }),
  );
  const { total } = backfill;
  const counts = parts.filter(({ name }) => backfill[name] > 0);
  const words = counts.map(({ name, word }) => `${formatNumber(backfill[name])} ${word}`).join(", ");
  const ended = backfill.succeeded + backfill.failed + backfill.skipped;
  return (
    <li className={styles.backfill} data-backfill={backfill.status}>
      <div className={styles.line}>
        <strong>{statusWords[backfill.status]}</strong>
        <span>
          {zonedWords(Date.parse(backfill.firstAt), timeZone)} to {zonedWords(Date.parse(backfill.lastAt), timeZone)}
        </span>
        <span className={styles.space} />
        {mayRun && backfill.status === "running" && (
          <Button small disabled={cancel.isPending} onClick={() => cancel.mutate({ id: backfill.id })}>
            Cancel
          </Button>
        )}
      </div>
      <div
        className={styles.progress}
        role="progressbar"
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={ended}
        aria-label={`Backfill: ${words}`}
      >
        {counts.map(({ name }) => (
          <i key={name} data-part={name} style={{ "--share": backfill[name] } as CSSProperties} />
        ))}
      </div>
      <div className={styles.line}>
        <span>{words}</span>
        <span className={styles.quiet}>
          {[plural(total, "run"), `${backfill.atOnce} at once`, backfill.newestFirst && "newest first", againWords[backfill.again]]
            .filter(Boolean)
            .join(", ")}
          , begun <RelativeTime at={backfill.createdAt} />
        </span>
      </div>
    </li>
  );
}
