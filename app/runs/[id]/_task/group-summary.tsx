"use client";
/** A large fan-out in its drawer: counted by the server; what failed by name, the rest in the table of tasks. */
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { taskRunStatuses } from "@/pipelines/run/run";
import { useAddress } from "../../../_charts/use-address";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail } from "../../../_trpc/outputs";
import { formatNumber } from "../../../_ui/format-number";
import { stateWords } from "../../../_ui/state-words";
import { CountsBar } from "../_run/counts-bar";
import styles from "./task.module.css";

const named = 12;

export function GroupSummary({
  run,
  taskKey,
  group,
  onOpenTask,
}: {
  readonly run: RunDetail;
  readonly taskKey: string;
  readonly group: RunDetail["groups"][string];
  readonly onOpenTask: (id: string) => void;
}) {
  const trpc = useTRPC();
  const address = useAddress();
  const failures = group.counts.failed ?? 0;
  const failed = useQuery(
    trpc.run.elements.queryOptions({ id: run.id, taskKey, status: "failed", limit: named }, { enabled: failures > 0, staleTime: 5_000 }),
  );
  return (
    <section className={styles.elements} aria-label="Elements">
      <p className={styles.quiet}>
        {formatNumber(group.total)} elements:{" "}
        {taskRunStatuses
          .filter((status) => group.counts[status])
          .map((status) => `${formatNumber(group.counts[status]!)} ${stateWords[status].toLowerCase()}`)
          .join(", ")}
      </p>
      <CountsBar counts={group.counts} />
      {failures > 0 && failed.data && (
        <p>
          Failed:{" "}
          {failed.data.rows.map((row) => (
            <button key={row.id} type="button" className={styles.elementLink} onClick={() => onOpenTask(row.id)}>
              [{row.mapIndex}]
            </button>
          ))}
          {failures > named && `and ${formatNumber(failures - named)} more`}
        </p>
      )}
      <p>
        <Link replace scroll={false} href={address.href({ tab: "tasks", fold: taskKey, task: undefined, pane: undefined })}>
          Show all of them in the table
        </Link>
      </p>
    </section>
  );
}
