"use client";
/** How long each task took in each run: its usual time as a line, and what was far above it marked and said in words. */
import Link from "next/link";
import { useMemo, type CSSProperties } from "react";
import type { RunGrid } from "../../../../_trpc/outputs";
import { classNames } from "../../../../_ui/class-names";
import { formatDuration } from "../../../../_ui/format-duration";
import { stateWords } from "../../../../_ui/state-words";
import styles from "./durations.module.css";
import { prepareDurations, type DurationBar, type DurationLine } from "./prepare-durations";

const named = 3;

export function DurationList({ grid }: { readonly grid: RunGrid }) {
  const lines = useMemo(() => prepareDurations(grid), [grid]);
  if (lines.length === 0)
    return <p className={styles.none}>No task has taken any time yet: all are waiting, or were reused from the cache.</p>;
  return (
    <>
      <p className={styles.rule}>
        A bar for each run, oldest left; the line is the median. Marked is what took longer than the median by 3.5 times the usual distance
        from it.
      </p>
      <ul className={styles.list}>
        {lines.map((line) => (
          <li key={line.key} className={styles.line} data-duration-of={line.key || "run"}>
            <h3 className={styles.title} title={line.title}>
              {line.title}
            </h3>
            <div className={styles.plot} style={{ "--bars": line.bars.length } as CSSProperties}>
              {line.medianShare !== undefined && <i className={styles.median} style={{ bottom: `${line.medianShare * 100}%` }} />}
              {line.bars.map((bar, n) => (bar ? <Bar key={bar.runId} bar={bar} /> : <span key={n} className={styles.gap} />))}
            </div>
            <span className={styles.numbers}>
              <span title="Median of the runs that succeeded">{line.medianMs === undefined ? "–" : formatDuration(line.medianMs)}</span>
              <span className={styles.quiet} title="The newest">
                {line.lastMs !== undefined && `last ${formatDuration(line.lastMs)}`}
              </span>
            </span>
            <Slow line={line} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Bar({ bar }: { readonly bar: DurationBar }) {
  const words = `Run #${bar.runNumber}: ${formatDuration(bar.ms)}${bar.failed ? `, ${stateWords.failed.toLowerCase()}` : ""}${bar.slow ? ", unusually slow" : ""}`;
  return (
    <Link prefetch={false} href={hrefOf(bar)} className={styles.slot} title={words} aria-label={words}>
      <span
        className={classNames(styles.bar, bar.slow && styles.slow, bar.failed && styles.failed)}
        style={{ height: `max(2px, ${bar.share * 100}%)` }}
      />
    </Link>
  );
}

function Slow({ line }: { readonly line: DurationLine }) {
  if (line.slow.length === 0) return null;
  return (
    <p className={styles.words}>
      {line.slow.slice(0, named).map(({ bar, times }, n) => (
        <span key={bar.runId}>
          {n > 0 && ", "}
          <Link prefetch={false} href={hrefOf(bar)}>
            Run #{bar.runNumber}
          </Link>{" "}
          took {formatDuration(bar.ms)}, {times < 10 ? times.toFixed(1) : Math.round(times)} times the median
        </span>
      ))}
      {line.slow.length > named && ` and ${line.slow.length - named} more`}.
    </p>
  );
}

function hrefOf({ runId, taskRunId }: DurationBar): string {
  return `/runs/${runId}${taskRunId === undefined ? "?tab=timeline" : `?task=${taskRunId}`}`;
}
