"use client";
/** How long its last runs took: a bar for each, oldest left. */
import Link from "next/link";
import type { FireRow } from "../../../_trpc/outputs";
import { classNames } from "../../../_ui/class-names";
import { formatDuration } from "../../../_ui/format-duration";
import { stateWords } from "../../../_ui/state-words";
import styles from "./schedule.module.css";

const mostBars = 50;
/** One bar alone compares with nothing. */
const fewestBars = 3;

export function DurationBars({ fires }: { readonly fires: readonly FireRow[] }) {
  const runs = fires
    .flatMap(({ run }) => (run?.durationMs === undefined ? [] : [{ ...run, ms: run.durationMs }]))
    .slice(0, mostBars)
    .toReversed();
  if (runs.length < fewestBars) return null;
  const longest = Math.max(1, ...runs.map(({ ms }) => ms));
  return (
    <figure className={styles.durations} aria-label="How long its last runs took">
      <div className={styles.bars}>
        {runs.map((run) => {
          const words = `Run #${run.number}: ${stateWords[run.status].toLowerCase()} in ${formatDuration(run.ms)}`;
          return (
            <Link key={run.id} href={`/runs/${run.id}`} prefetch={false} className={styles.slot} title={words} aria-label={words}>
              <span
                className={classNames(styles.bar, run.status !== "succeeded" && styles.barFailed)}
                style={{ height: `max(2px, ${(run.ms / longest) * 100}%)` }}
              />
            </Link>
          );
        })}
      </div>
      <figcaption className={styles.quiet}>
        How long the last {runs.length} runs took, {formatDuration(longest)} at most
      </figcaption>
    </figure>
  );
}
