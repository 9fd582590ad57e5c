"use client";
/**
 * Several runs against one another. The list at the left says who is who (colour, eye), the rest is what differs:
 * parameters, values, curves, code. Neighbours: one file for each section; prepare-*.ts decide.
 */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { readChoices } from "../../_charts/chart-choices";
import { LineChartGrid } from "../../_charts/line-chart-grid";
import { LinkedCharts } from "../../_charts/linked-hover";
import { useAddress } from "../../_charts/use-address";
import { useSeries } from "../../_charts/use-series";
import { PageBar } from "../../_frame/page-bar";
import { useTRPC } from "../../_trpc/client";
import { LinkButton } from "../../_ui/button";
import { EmptyState, ErrorNotice, Notice, Skeleton } from "../../_ui/notice";
import { isLive } from "../../_ui/state-words";
import { BarSection } from "./bar-section";
import { CodeSection } from "./code-section";
import styles from "./compare.module.css";
import { ComparedList } from "./compared-list";
import { DifferenceTable } from "./difference-table";
import { mostRuns, parseRuns } from "./run-list-in-address";
import { parseDirections, prepareValues } from "./prepare-values";
import { RunPicker } from "./run-picker";
import { ScatterSection } from "./scatter-section";
import { useComparedRuns } from "./use-compared-runs";

export function ComparePage() {
  const trpc = useTRPC();
  const address = useAddress();
  const asked = address.get("runs");
  const { ids, leftOut } = useMemo(() => parseRuns(asked), [asked]);
  const { runs, missing, pending, error } = useComparedRuns(ids);
  const foundIds = useMemo(() => runs.map((run) => run.id), [runs]);
  const choices = readChoices(address.get);
  const live = runs.some((run) => isLive(run.status));
  const metrics = useSeries(foundIds, choices.x === "step" ? choices.range : undefined, live);
  const summaries = useQuery({ ...trpc.metric.summaries.queryOptions({ runIds: foundIds }), enabled: foundIds.length > 0 });
  const hidden = choices.hidden;
  const shown = useMemo(() => runs.filter((run) => !hidden.has(run.id)), [runs, hidden]);
  const directions = useMemo(() => parseDirections(address.get("best")), [address]);
  const values = useMemo(() => prepareValues(shown, summaries.data ?? [], directions), [shown, summaries.data, directions]);
  const headline = useMemo(() => new Set(runs.flatMap((run) => run.headline.map(({ name }) => name))), [runs]);
  const chartRuns = useMemo(() => runs.map(({ id, number }) => ({ id, number })), [runs]);

  const setRuns = (next: readonly string[]) => address.set({ runs: next.join(",") }, "push");
  const picker = <RunPicker chosen={ids} onChange={setRuns} />;

  if (ids.length < 2) {
    return (
      <>
        <PageBar title="Compare" />
        <EmptyState
          title={ids.length === 0 ? "Compare runs" : "One run more"}
          actions={
            <>
              {picker}
              <LinkButton href="/runs">See all runs</LinkButton>
            </>
          }
        >
          Choose two runs or more, up to {mostRuns}: their parameters stand side by side, their curves share a chart, and the cells whose
          code changed show how.
        </EmptyState>
      </>
    );
  }
  return (
    <LinkedCharts>
      <PageBar title={`Compare ${ids.length} runs`} actions={picker} />
      <div className={styles.page}>
        <ComparedList runs={runs} missing={missing} pending={pending} ids={ids} hidden={hidden} onChange={setRuns} />
        <div className={styles.sections}>
          {leftOut > 0 && (
            <Notice look="warning">
              Only the first {mostRuns} runs are shown; {leftOut} more are in the address.
            </Notice>
          )}
          {error && <ErrorNotice doing="load every run" error={error} />}
          {runs.length === 0 && pending ? (
            <Skeleton height={240} />
          ) : (
            <>
              <DifferenceTable runs={shown} values={values} directions={directions} />
              <section aria-labelledby="curves">
                <h2 id="curves">Metrics</h2>
                {metrics.error && metrics.series.length === 0 ? (
                  <ErrorNotice doing="load the metrics" error={metrics.error} onRetry={metrics.refetch} />
                ) : !metrics.isPending && metrics.series.length === 0 ? (
                  <p className={styles.quiet}>None of these runs logged a metric.</p>
                ) : (
                  <LineChartGrid
                    series={metrics.series}
                    runs={chartRuns}
                    loading={metrics.isPending}
                    legend="elsewhere"
                    live={live}
                    except={headline}
                  />
                )}
              </section>
              <BarSection runs={shown} values={values} />
              <ScatterSection runs={shown} values={values} />
              <CodeSection runs={runs} />
            </>
          )}
        </div>
      </div>
    </LinkedCharts>
  );
}
