"use client";
import Link from "next/link";
import { useAddress } from "../../../_charts/use-address";
import type { FireRow } from "../../../_trpc/outputs";
import { RunNumber } from "../../../runs/run-number";
import { Button } from "../../../_ui/button";
import tables from "../../../_ui/data-table.module.css";
import { Select } from "../../../_ui/field";
import { formatDuration } from "../../../_ui/format-duration";
import { plural } from "../../../_ui/format-number";
import { EmptyState, ErrorNotice, Skeleton } from "../../../_ui/notice";
import { StateLabel } from "../../../_ui/state-icon";
import { RelativeTime } from "../../../_ui/times";
import { fireState, fireWord, isOpen } from "../../_fires/fire-words";
import { offsetWords, zonedWords } from "../../_fires/zoned-time";
import styles from "./schedule.module.css";
import type { FireList } from "./use-fires";

const kinds = {
  succeeded: { word: "Succeeded", has: (fire: FireRow) => fire.run?.status === "succeeded" },
  failed: { word: "Failed", has: (fire: FireRow) => fire.status === "failed" || fire.run?.status === "failed" },
  cancelled: { word: "Cancelled", has: (fire: FireRow) => fire.run?.status === "cancelled" },
  skipped: { word: "Skipped", has: (fire: FireRow) => fire.status === "skipped" },
  open: { word: "Going on", has: isOpen },
} satisfies Record<string, { word: string; has: (fire: FireRow) => boolean }>;

export function FireHistory({
  list,
  fires,
  timeZone,
}: {
  readonly list: FireList;
  readonly fires: readonly FireRow[];
  readonly timeZone: string;
}) {
  const address = useAddress();
  const asked = address.get("status");
  const kind = asked !== undefined && asked in kinds ? (asked as keyof typeof kinds) : undefined;
  const shown = kind ? fires.filter(kinds[kind].has) : fires;
  if (list.isPending) return <Skeleton height={240} style={{ marginTop: 12 }} />;
  if (list.error && fires.length === 0)
    return <ErrorNotice doing="load the history" error={list.error} onRetry={() => void list.refetch()} />;
  if (fires.length === 0) {
    return (
      <EmptyState title="It has not fired yet">
        Each of its times becomes a line here: the run it started, or the reason why there is none.
      </EmptyState>
    );
  }
  return (
    <>
      <div className={styles.filters} role="search">
        <label>
          <span className="sr-only">What became of it</span>
          <Select value={kind ?? ""} onChange={(event) => address.set({ status: event.target.value })}>
            <option value="">All fire times</option>
            {Object.entries(kinds).map(([value, { word }]) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </Select>
        </label>
        {kind && (
          <span className={styles.quiet} role="status">
            {shown.length} of the {plural(fires.length, "newest one")}
          </span>
        )}
      </div>
      <div className={styles.scroll}>
        <table className={tables.table} aria-label="Fire times">
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Time</th>
              <th scope="col">Run</th>
              <th scope="col" className={tables.number}>
                Took
              </th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((fire) => (
              <Fire key={`${fire.fireAt} ${fire.round} ${fire.run?.id ?? ""}`} fire={fire} timeZone={timeZone} />
            ))}
          </tbody>
        </table>
      </div>
      {list.hasNextPage && (
        <p className={styles.more}>
          <Button small disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {list.isFetchingNextPage
              ? "Looking further back…"
              : list.isFetchNextPageError
                ? "Could not look further back. Try again"
                : "Look further back"}
          </Button>
        </p>
      )}
    </>
  );
}

function Fire({ fire, timeZone }: { readonly fire: FireRow; readonly timeZone: string }) {
  const { run, round } = fire;
  const at = Date.parse(fire.fireAt);
  return (
    <tr data-fire={fire.run?.status ?? fire.status} data-round={round === "clock" || round === "hand" ? round : "backfill"}>
      <td>
        <StateLabel state={fireState(fire)}>{fireWord(fire)}</StateLabel>
      </td>
      <td className={tables.nowrap}>
        <span title={offsetWords(at, timeZone)}>{zonedWords(at, timeZone)}</span>{" "}
        <span className={styles.quiet}>
          <RelativeTime at={fire.fireAt} />
        </span>
      </td>
      <td className={tables.nowrap}>
        {run && (
          <Link href={`/runs/${run.id}`} prefetch={false}>
            <RunNumber number={run.number} />
          </Link>
        )}
      </td>
      <td className={tables.number}>{run?.durationMs === undefined ? "" : formatDuration(run.durationMs)}</td>
      <td className={styles.why}>
        {round === "hand" ? "Run by hand. " : round === "clock" ? "" : "Backfill. "}
        {fire.sentence}
      </td>
    </tr>
  );
}
