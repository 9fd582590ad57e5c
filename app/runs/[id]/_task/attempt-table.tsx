"use client";
import Link from "next/link";
import { reasonSentence } from "@/pipelines/run/reason-sentences";
import { useAddress } from "../../../_charts/use-address";
import type { RunDetail, TaskRunDetail } from "../../../_trpc/outputs";
import table from "../../../_ui/data-table.module.css";
import { formatDuration } from "../../../_ui/format-duration";
import { formatBytes, formatNumber } from "../../../_ui/format-number";
import { StateLabel } from "../../../_ui/state-icon";
import { isLive } from "../../../_ui/state-words";
import { Duration } from "../../../_ui/times";
import { AttemptUsage } from "./attempt-usage";
import { TaskError } from "./task-error";
import styles from "./task.module.css";

/** Every try of the task: how it ended, what it took, where it ran. */
export function AttemptTable({ run, detail }: { readonly run: RunDetail; readonly detail: TaskRunDetail }) {
  const address = useAddress();
  if (detail.attempts.length === 0) return <p className={styles.pad}>Not tried yet.</p>;
  return (
    <>
      <div className={styles.scroll}>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col" className={table.number}>
                Try
              </th>
              <th scope="col">State</th>
              <th scope="col" className={table.number}>
                Took
              </th>
              <th scope="col" className={table.number}>
                CPU
              </th>
              <th scope="col" className={table.number}>
                Peak memory
              </th>
              <th scope="col">Ran in</th>
              <th scope="col">Log</th>
            </tr>
          </thead>
          <tbody>
            {detail.attempts.map((one) => (
              <tr key={one.attempt} title={one.reason === undefined ? undefined : reasonSentence(one.reason)}>
                <td className={table.number}>{one.attempt}</td>
                <td className={table.nowrap}>
                  <StateLabel state={one.status} />
                </td>
                <td className={table.number}>
                  <Duration from={isLive(one.status) ? one.startedAt : undefined} ms={one.durationMs} />
                </td>
                <td className={table.number}>{one.cpuMs === undefined ? "" : formatDuration(one.cpuMs)}</td>
                <td className={table.number}>{one.peakMemoryBytes === undefined ? "" : formatBytes(one.peakMemoryBytes)}</td>
                <td className={styles.mono}>{one.handle}</td>
                <td className={table.nowrap}>
                  <Link replace scroll={false} href={address.href({ pane: "logs", attempt: String(one.attempt), line: undefined })}>
                    {formatNumber(one.logRecords)} {one.logRecords === 1 ? "line" : "lines"}
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <AttemptUsage run={run} detail={detail} />
      {detail.attempts
        .filter((one) => one.error && one.attempt !== detail.attempt)
        .map((one) => (
          <div key={one.attempt}>
            <p className={styles.pad}>Try {one.attempt} ended with:</p>
            <TaskError run={run} error={one.error!} />
          </div>
        ))}
    </>
  );
}
