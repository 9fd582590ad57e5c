"use client";
import { useMemo } from "react";
import { readChoices } from "../../../_charts/chart-choices";
import { LineChartGrid } from "../../../_charts/line-chart-grid";
import { LinkedCharts } from "../../../_charts/linked-hover";
import { useAddress } from "../../../_charts/use-address";
import { useSeries } from "../../../_charts/use-series";
import type { RunDetail } from "../../../_trpc/outputs";
import { EmptyState, ErrorNotice } from "../../../_ui/notice";
import { isLive } from "../../../_ui/state-words";

/** `besides`: below something else, where having no metric is not worth a word. */
export function MetricsTab({ run, besides = false }: { readonly run: RunDetail; readonly besides?: boolean }) {
  const address = useAddress();
  const { range, x } = readChoices(address.get);
  const ids = useMemo(() => [run.id], [run.id]);
  const runs = useMemo(() => [{ id: run.id, number: run.number }], [run.id, run.number]);
  const headline = useMemo(() => new Set(run.headline.map(({ name }) => name)), [run.headline]);
  const live = isLive(run.status);
  const { series, error, isPending, refetch } = useSeries(ids, x === "step" ? range : undefined, live);
  if (besides && series.length === 0) return null;
  if (error && series.length === 0) return <ErrorNotice doing="load the metrics" error={error} onRetry={refetch} />;
  if (!isPending && series.length === 0) {
    return (
      <EmptyState title={live ? "No metric yet" : "No metric in this run"}>
        A cell that calls <code>metric("loss", value, {"{ step }"})</code> draws a line here while it runs.
      </EmptyState>
    );
  }
  return (
    <LinkedCharts>
      <LineChartGrid series={series} runs={runs} loading={isPending} legend="shown" live={live} except={headline} />
    </LinkedCharts>
  );
}
