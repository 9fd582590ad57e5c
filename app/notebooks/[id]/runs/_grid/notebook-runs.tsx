"use client";
/**
 * The runs of one notebook side by side: how each task went (run-grid.tsx), and how long it took (../_durations). The list of
 * runs itself is at /runs?notebook=….
 */
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useAddress } from "../../../../_charts/use-address";
import { useRunChanges } from "../../../../_frame/run-changes";
import { PageBar } from "../../../../_frame/page-bar";
import { useTRPC } from "../../../../_trpc/client";
import { Button, LinkButton } from "../../../../_ui/button";
import { EmptyState, ErrorNotice, Skeleton } from "../../../../_ui/notice";
import { TabPanel, Tabs } from "../../../../_ui/tabs";
import { NotebookSchedules } from "../../../../schedules/notebook-schedules";
import { DurationList } from "../_durations/duration-list";
import styles from "./notebook-runs.module.css";
import { RunGridTable } from "./run-grid";

const sides = ["grid", "durations"] as const;
const pages = [25, 50, 100] as const;
/** Runs change many times a second; the picture of all of them need not. */
const betweenMs = 500;

export function NotebookRuns({ id }: { readonly id: string }) {
  const trpc = useTRPC();
  const address = useAddress();
  const side = sides.find((one) => one === address.get("side")) ?? "grid";
  const [limit, setLimit] = useState<number>(pages[0]);
  const notebook = useQuery(trpc.notebook.get.queryOptions({ id }, { staleTime: 60_000 }));
  const options = trpc.run.grid.queryOptions({ notebookId: id, limit }, { placeholderData: keepPreviousData });
  const grid = useQuery(options);
  useLive(id, options.queryKey);
  const title = notebook.data?.title ?? "Notebook";
  const more = pages.find((one) => one > limit);
  return (
    <>
      <PageBar
        crumbs={[
          { label: "Notebooks", href: "/notebooks" },
          { label: title, href: `/notebooks/${id}` },
        ]}
        title="Runs"
        actions={
          <LinkButton look="quiet" href={`/runs?notebook=${id}`}>
            As a list
          </LinkButton>
        }
      />
      <div className={styles.page}>
        <NotebookSchedules notebookId={id} />
        <Tabs<(typeof sides)[number]>
          label="Sides of the runs"
          value={side}
          onChange={(next) => address.set({ side: next === "grid" ? undefined : next }, "push")}
          items={[
            { value: "grid", label: "Grid" },
            { value: "durations", label: "Durations" },
          ]}
        >
          {grid.error ? (
            <ErrorNotice doing="load the runs" error={grid.error} onRetry={() => void grid.refetch()} />
          ) : !grid.data ? (
            <div role="status" aria-label="Loading the runs" className={styles.loading}>
              <Skeleton height={88} />
              <Skeleton height={240} />
            </div>
          ) : grid.data.runs.length === 0 ? (
            <EmptyState
              title="No run yet"
              actions={
                <LinkButton look="primary" href={`/notebooks/${id}`}>
                  Open the notebook
                </LinkButton>
              }
            >
              Each run of this notebook becomes a column here, with a mark for how each of its tasks went.
            </EmptyState>
          ) : (
            <>
              <TabPanel value="grid">
                <RunGridTable grid={grid.data} />
              </TabPanel>
              <TabPanel value="durations">
                <DurationList grid={grid.data} />
              </TabPanel>
              {grid.data.next !== undefined && more !== undefined && (
                <p className={styles.more}>
                  <Button small onClick={() => setLimit(more)} disabled={grid.isFetching}>
                    {grid.isFetching ? "Loading older runs…" : "Show older runs"}
                  </Button>
                </p>
              )}
            </>
          )}
        </Tabs>
      </div>
    </>
  );
}

/** Asks again after runs have changed, twice a second at most. */
function useLive(notebookId: string, queryKey: readonly unknown[]): void {
  const queries = useQueryClient();
  const [waiting, setWaiting] = useState(false);
  useRunChanges((change) => {
    if (change.notebookId === notebookId) setWaiting(true);
  });
  const key = useMemo(() => queryKey, [queryKey]);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => {
      setWaiting(false);
      void queries.invalidateQueries({ queryKey: key });
    }, betweenMs);
    return () => clearTimeout(timer);
  }, [waiting, queries, key]);
}
