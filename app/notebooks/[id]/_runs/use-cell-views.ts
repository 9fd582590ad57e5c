"use client";
/** Keeps the states of a notebook's cells live: the stored ones, and the run that goes on now. */
import { useQuery, useQueryClient, skipToken } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useEffect, useMemo, useState } from "react";
import { useRunChanges } from "../../../_frame/run-changes";
import { useTRPC } from "../../../_trpc/client";
import type { CellState, RunRow } from "../../../_trpc/outputs";
import { isLive } from "../../../_ui/state-words";
import { toCellViews, type CellView, type LiveRun } from "./cell-view";

export interface NotebookRuns {
  readonly views: ReadonlyMap<string, CellView>;
  /** The run that goes on now. */
  readonly activeRunId: string | undefined;
  readonly activeRun: RunRow | undefined;
  readonly lastRun: RunRow | undefined;
  readonly loading: boolean;
  /** Watches a run that was just started here, without waiting to be told of it. */
  readonly follow: (runId: string) => void;
}

const noStates: readonly CellState[] = [];

export function useCellViews(notebookId: string): NotebookRuns {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const states = useQuery(trpc.notebook.states.queryOptions({ id: notebookId }, { staleTime: Infinity }));
  const [followed, setFollowed] = useState<string>();
  const [live, setLive] = useState<LiveRun>();
  const [lastRun, setLastRun] = useState<RunRow>();
  const stored = states.data?.activeRun;
  const activeRunId = followed ?? (stored && isLive(stored.status) ? stored.id : undefined);

  const key = useMemo(() => trpc.notebook.states.queryKey({ id: notebookId }), [trpc, notebookId]);
  const refresh = useMemo(() => atMostEvery(150, () => void queries.invalidateQueries({ queryKey: key })), [queries, key]);

  useSubscription(
    trpc.run.watch.subscriptionOptions(activeRunId === undefined ? skipToken : { id: activeRunId, seq: 0 }, {
      onData: (patch) => {
        setLive((now) => {
          const taskRuns = new Map(now?.runId === patch.run.id ? now.taskRuns : []);
          for (const row of patch.taskRuns) taskRuns.set(row.id, row);
          const groups = now?.runId === patch.run.id ? { ...now.groups, ...patch.groups } : patch.groups;
          return { run: patch.run, runId: patch.run.id, taskRuns, groups };
        });
        // What waits in this run is not news to the run, but it is to the cells.
        if (live?.runId !== patch.run.id) refresh();
        if (patch.taskRuns.some((row) => row.mapIndex === undefined && !isLive(row.status))) refresh();
        if (!isLive(patch.run.status)) {
          setLastRun(patch.run);
          void queries.invalidateQueries({ queryKey: key }).then(() => {
            setFollowed((now) => (now === patch.run.id ? undefined : now));
            setLive((now) => (now?.runId === patch.run.id ? undefined : now));
          });
        }
      },
    }),
  );
  // Runs that others start, or that end while nobody watches.
  useRunChanges((change) => {
    if (change.notebookId === notebookId && change.runId !== activeRunId) refresh();
  });

  const cells = states.data?.cells ?? noStates;
  const results = useResults(cells);
  const current = live?.runId === activeRunId ? live : undefined;
  const views = useMemo(() => toCellViews(cells, results, current), [cells, results, current]);
  const activeRun = current?.run ?? (stored?.id === activeRunId ? stored : undefined);
  return {
    views,
    activeRunId: activeRun && !isLive(activeRun.status) ? undefined : activeRunId,
    activeRun,
    lastRun,
    loading: states.isPending,
    follow: setFollowed,
  };
}

/** Many calls in a short while are one call at its end. */
function atMostEvery(ms: number, act: () => void): () => void {
  let pending: ReturnType<typeof setTimeout> | undefined;
  return () => {
    pending ??= setTimeout(() => {
      pending = undefined;
      act();
    }, ms);
  };
}

/** The newest finished state of each task that this page has seen. */
function useResults(cells: readonly CellState[]): ReadonlyMap<string, CellState> {
  const [results, setResults] = useState<ReadonlyMap<string, CellState>>(new Map());
  useEffect(() => {
    // eslint-disable-next-line react-hooks/set-state-in-effect -- remembers what later data no longer has
    setResults((now) => {
      const next = new Map(now);
      for (const cell of cells) if (!isLive(cell.taskRun.status)) next.set(cell.taskKey, cell);
      return next;
    });
  }, [cells]);
  return results;
}
