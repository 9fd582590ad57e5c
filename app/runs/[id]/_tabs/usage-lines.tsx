"use client";
/** What all tasks of the run used together, on the time axis of the Gantt chart below it. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { TimelineScale } from "../../../_charts/prepare-timeline";
import { UsageChart } from "../../../_charts/usage-chart";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail } from "../../../_trpc/outputs";
import { formatBytes, formatNumber } from "../../../_ui/format-number";
import { isLive } from "../../../_ui/state-words";
import styles from "./tabs.module.css";

const againMs = 2_000;

export function UsageLines({ run, scale }: { readonly run: RunDetail; readonly scale: TimelineScale }) {
  const trpc = useTRPC();
  const live = isLive(run.status);
  const usage = useQuery(
    trpc.run.usage.queryOptions(
      { id: run.id },
      { staleTime: live ? 0 : 30_000, refetchInterval: live ? againMs : false, placeholderData: keepPreviousData },
    ),
  );
  const { data } = usage;
  if (!data || data.at.length === 0) return null;
  const common = { at: data.at, from: scale.from, to: scale.to };
  return (
    <>
      <div role="row" className={styles.usageRow}>
        <span role="rowheader" className={styles.quiet} title="CPUs at work, all tasks together">
          CPU
        </span>
        <span role="gridcell" className={styles.usageTrack}>
          <UsageChart
            {...common}
            name="CPU of the run"
            look="cpu"
            values={data.cores}
            format={(value) => `${formatNumber(value, 2)} cores`}
          />
        </span>
      </div>
      <div role="row" className={styles.usageRow}>
        <span role="rowheader" className={styles.quiet} title="All tasks together">
          Memory
        </span>
        <span role="gridcell" className={styles.usageTrack}>
          <UsageChart {...common} name="Memory of the run" look="memory" values={data.memoryBytes} format={formatBytes} />
        </span>
      </div>
    </>
  );
}
