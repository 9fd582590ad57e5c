"use client";
/** CPU and memory of each try over its time, with what it may use as a line. Tries of less than a second have no samples. */
import { useQuery } from "@tanstack/react-query";
import { UsageChart } from "../../../_charts/usage-chart";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail, TaskRunDetail } from "../../../_trpc/outputs";
import { formatDuration } from "../../../_ui/format-duration";
import { formatBytes, formatNumber, plural } from "../../../_ui/format-number";
import { isLive } from "../../../_ui/state-words";
import styles from "./task.module.css";

const againMs = 2_000;

export function AttemptUsage({ run, detail }: { readonly run: RunDetail; readonly detail: TaskRunDetail }) {
  const trpc = useTRPC();
  const live = detail.status === "running";
  const usage = useQuery(
    trpc.run.taskUsage.queryOptions({ taskRunId: detail.id }, { staleTime: live ? 0 : 30_000, refetchInterval: live ? againMs : false }),
  );
  const options = run.tasks.find((task) => task.key === detail.taskKey)?.options;
  const shown = (usage.data ?? []).flatMap((one) => {
    const attempt = detail.attempts.find((each) => each.attempt === one.attempt);
    return attempt?.startedAt === undefined ? [] : [{ ...one, attempt }];
  });
  if (shown.length === 0)
    return detail.attempts.length === 0 || usage.isPending ? null : (
      <p className={styles.pad}>
        <span className={styles.quiet}>CPU and memory over time are kept for tries that take longer than a second.</span>
      </p>
    );
  return (
    <section className={styles.usage} aria-label="What each try used">
      {shown.toReversed().map(({ attempt, at, cores, memoryBytes }) => {
        const from = Date.parse(attempt.startedAt!);
        const to = Math.max(at.at(-1)!, isLive(attempt.status) || attempt.durationMs === undefined ? 0 : from + attempt.durationMs);
        return (
          <div key={attempt.attempt} data-usage-of={attempt.attempt}>
            <h3 className={styles.usageTitle}>
              Try {attempt.attempt}, {formatDuration(to - from)}
            </h3>
            <div className={styles.usageLine}>
              <span className={styles.quiet}>CPU</span>
              <UsageChart
                name="CPU"
                look="cpu"
                at={at}
                values={cores}
                from={from}
                to={to}
                limit={options?.cpu}
                format={(value) => plural(Number(formatNumber(value, 2)), "core")}
              />
            </div>
            <div className={styles.usageLine}>
              <span className={styles.quiet}>Memory</span>
              <UsageChart
                name="Memory"
                look="memory"
                at={at}
                values={memoryBytes}
                from={from}
                to={to}
                limit={options?.memory}
                format={formatBytes}
              />
            </div>
          </div>
        );
      })}
    </section>
  );
}
