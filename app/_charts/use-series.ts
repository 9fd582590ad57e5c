"use client";
/** The series of some runs, live: names that got points are fetched again, a few times a second at most. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useEffect, useRef } from "react";
import { useTRPC, useTRPCClient } from "../_trpc/client";
import type { SeriesView } from "../_trpc/outputs";
import type { Domain } from "./axis";
import { mergeSeries } from "./merge-series";

const none: readonly SeriesView[] = [];
const pointsAsked = 500;
const pause = 400;

export function useSeries(runIds: readonly string[], range: Domain | undefined, live: boolean) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const zoom = { points: pointsAsked, ...(range && { from: range[0], to: range[1] }) };
  const options = trpc.metric.series.queryOptions(
    { runIds: [...runIds], ...zoom },
    { staleTime: live ? 0 : 60_000, placeholderData: (before) => before },
  );
  const { data, error, isPending, refetch } = useQuery({ ...options, enabled: runIds.length > 0 });

  const changed = useRef(new Map<string, Set<string>>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const fetchChanged = async () => {
    const batch = [...changed.current];
    changed.current = new Map();
    await Promise.allSettled(
      batch.map(async ([runId, names]) => {
        const fresh = await client.metric.series.query({ runIds: [runId], names: [...names], ...zoom });
        queries.setQueryData(options.queryKey, (held) => held && mergeSeries(held, fresh, runId, [...names]));
      }),
    );
    timer.current = undefined;
    // What came in while fetching is fetched next.
    if (changed.current.size > 0) timer.current = setTimeout(() => void fetchChanged(), pause);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useSubscription(
    trpc.metric.watch.subscriptionOptions(
      { runIds: [...runIds] },
      // eslint-disable-next-line react-hooks/refs -- handlers of events, not called while rendering
      {
        enabled: live && runIds.length > 0,
        onStarted: () => void refetch(),
        onData: ({ runId, names }) => {
          const set = changed.current.get(runId) ?? new Set();
          for (const name of names) set.add(name);
          changed.current.set(runId, set);
          timer.current ??= setTimeout(() => void fetchChanged(), pause);
        },
      },
    ),
  );
  // The last points of a run arrive with its end.
  const wasLive = useRef(live);
  useEffect(() => {
    if (wasLive.current && !live) void refetch();
    wasLive.current = live;
  }, [live, refetch]);
  return { series: data ?? none, error, isPending: isPending && runIds.length > 0, refetch: () => void refetch() };
}
