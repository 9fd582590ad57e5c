"use client";
/** In one glance: what ran, who started it, how it stands, how long, what came out. */
import { ArrowDownRight, ArrowUpRight, Equal } from "lucide-react";
import Link from "next/link";
import type { TaskRunRow, RunDetail } from "../../../_trpc/outputs";
import { classNames } from "../../../_ui/class-names";
import { CopyableId } from "../../../_ui/copyable-id";
import { formatNumber } from "../../../_ui/format-number";
import { StateLabel } from "../../../_ui/state-icon";
import { isLive, stateWords } from "../../../_ui/state-words";
import { Duration, RelativeTime } from "../../../_ui/times";
import { triggerWords } from "../../trigger-words";
import { CountsBar } from "./counts-bar";
import { PinButton } from "./pin-button";
import { prepareHeadline, type HeadlineItem } from "./prepare-headline";
import { taskRunTitle } from "./prepare-tasks";
import styles from "./run-page.module.css";

export function RunHeader({
  run,
  culprit,
  onOpenTask,
}: {
  readonly run: RunDetail;
  readonly culprit: TaskRunRow | undefined;
  readonly onOpenTask: (id: string) => void;
}) {
  const live = isLive(run.status);
  const headline = prepareHeadline(run.headline, run.previous?.headline);
  return (
    <section className={styles.header} aria-label="The run in one glance">
      <div className={styles.facts}>
        <span className={styles.state} aria-live="polite" data-run-state={run.status}>
          <StateLabel state={run.status}>
            <strong>{stateWords[run.status]}</strong>
          </StateLabel>
        </span>
        {run.paused && (
          <span className={styles.paused} data-paused>
            Paused{run.paused.by !== undefined && ` by ${run.paused.by}`}: nothing new starts
          </span>
        )}
        {run.halting !== undefined && (
          <span className={styles.paused}>{run.halting === "stop" ? "Stopping; handlers still run" : "Terminating"}</span>
        )}
        <span className={styles.took} title={live ? "Running time so far" : "How long it took"}>
          <Duration from={live ? run.startedAt : undefined} ms={live ? undefined : run.durationMs} />
        </span>
        <CountsBar counts={run.counts} />
        <span className={styles.quiet}>
          {run.notebookId === undefined ? (
            run.notebookTitle
          ) : (
            <Link href={`/notebooks/${run.notebookId}`} title="Open the notebook">
              {run.notebookTitle}
            </Link>
          )}
          {run.revision !== undefined && ` version ${run.revision}`}
        </span>
        <span className={styles.quiet}>
          {run.calledBy ? (
            <>
              Called by{" "}
              <Link href={`/runs/${run.calledBy.runId}?task=${run.calledBy.taskRunId}`} title="Open the task that called it">
                run #{run.calledBy.runNumber} · {run.calledBy.taskTitle}
                {run.calledBy.mapIndex !== undefined && ` [${run.calledBy.mapIndex}]`}
              </Link>
            </>
          ) : (
            <>
              {(run.trigger === "schedule" || run.trigger === "backfill") && run.notebookId !== undefined ? (
                <Link href={`/schedules?notebook=${run.notebookId}`} prefetch={false} title="The schedules of the notebook">
                  {triggerWords[run.trigger]}
                </Link>
              ) : (
                triggerWords[run.trigger]
              )}
              {run.createdBy !== undefined && ` by ${run.createdBy}`}
            </>
          )}
          , <RelativeTime at={run.startedAt ?? run.createdAt} />
        </span>
        {live && run.deadline !== undefined && (
          <span className={styles.quiet}>
            out of time <RelativeTime at={run.deadline} />
          </span>
        )}
        {run.targets && <span className={styles.quiet}>only {run.targets.join(", ")}</span>}
        {run.cache === "off" && <span className={styles.quiet}>without cache</span>}
        <CopyableId id={run.id} />
        <PinButton run={run} />
      </div>
      {(run.status === "failed" || run.status === "cancelled") && (run.message !== undefined || culprit) && (
        <p className={styles.message}>
          {run.message}{" "}
          {culprit && (
            <button type="button" className={styles.textButton} onClick={() => onOpenTask(culprit.id)}>
              See{" "}
              {taskRunTitle(
                run.tasks.find((task) => task.key === culprit.taskKey),
                culprit,
              )}
            </button>
          )}
        </p>
      )}
      {headline.length > 0 && (
        <dl className={styles.headline}>
          {headline.map((item) => (
            <div key={item.name} className={styles.tile}>
              <dt title={item.name}>{item.name}</dt>
              <dd>
                <span className={styles.value}>{item.value === null ? "NaN" : formatNumber(item.value)}</span>
                <Difference item={item} previous={run.previous?.number} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Difference({ item, previous }: { readonly item: HeadlineItem; readonly previous: number | undefined }) {
  if (item.difference === undefined || previous === undefined) return null;
  const Icon = item.difference === 0 ? Equal : item.difference > 0 ? ArrowUpRight : ArrowDownRight;
  const amount = item.ratio === undefined || Math.abs(item.ratio) > 10 ? signed(item.difference) : `${signed(item.ratio * 100, 3)} %`;
  const { verdict } = item;
  return (
    <span
      className={classNames(styles.difference, verdict === "better" && styles.better, verdict === "worse" && styles.worse)}
      title={`${signed(item.difference)} against run #${previous}`}
    >
      <Icon size={14} aria-hidden />
      {verdict === "same"
        ? `as in #${previous}`
        : verdict === "changed"
          ? `${amount} against #${previous}`
          : `${amount}, ${verdict} than #${previous}`}
    </span>
  );
}

function signed(value: number, digits = 4): string {
  return `${value > 0 ? "+" : ""}${formatNumber(value, digits)}`;
}
