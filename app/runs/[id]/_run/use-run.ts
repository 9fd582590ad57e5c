"use client";
/**
 * One run, live. Loaded once, then every change is pushed: `run.watch` from the last number the page has seen, so that
 * a lost line loses nothing. Patches are folded in ten times a second at most, whatever their number.
 */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useEffect, useRef, useState } from "react";
import { useRunChanges } from "../../../_frame/run-changes";
import { useTRPC } from "../../../_trpc/client";
import { isLive } from "../../../_ui/state-words";
import { applyPatches, type RunPatch } from "./apply-patches";

export function useRun(id: string) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const options = trpc.run.get.queryOptions({ id }, { staleTime: 30_000 });
  const run = useQuery(options);
  const key = options.queryKey;
  const live = run.data !== undefined && isLive(run.data.status);

  const elements = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The pages of a large fan-out that are in the window, twice a second at most.
  const refreshElements = () => {
    elements.current ??= setTimeout(() => {
      elements.current = undefined;
      void queries.invalidateQueries({
        queryKey: trpc.run.elements.pathKey(),
        predicate: ({ queryKey }) => JSON.stringify(queryKey).includes(id),
      });
    }, 500);
  };
  const waiting = useRef<RunPatch[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const flush = () => {
    timer.current = undefined;
    const patches = waiting.current.splice(0);
    queries.setQueryData(key, (held) => held && applyPatches(held, patches));
    if (patches.some((patch) => Object.keys(patch.groups).length > 0)) refreshElements();
    // Outputs and the comparison with the run before are told when all is over.
    if (patches.some((patch) => !isLive(patch.run.status))) void queries.invalidateQueries({ queryKey: key });
  };
  useEffect(() => () => clearTimeout(timer.current), []);

  const [from, setFrom] = useState<number>();
  const lastSeq = run.data?.lastSeq;
  useSubscription(
    trpc.run.watch.subscriptionOptions(
      { id, seq: from ?? lastSeq ?? 0 },
      // eslint-disable-next-line react-hooks/refs -- handlers of events, not called while rendering
      {
        enabled: live && from !== undefined,
        onData: (patch) => {
          waiting.current.push(patch);
          timer.current ??= setTimeout(flush, 100);
        },
        onConnectionStateChange: (state) => {
          if (state.state === "connecting") setFrom(queries.getQueryData(key)?.lastSeq);
        },
      },
    ),
  );
  // The number to go on from is taken when the run comes (or comes alive again), not at every patch.
  useEffect(() => {
    // eslint-disable-next-line react-hooks/set-state-in-effect -- it remembers what was current when the run came alive
    if (live) setFrom((now) => now ?? lastSeq);
    else setFrom(undefined);
  }, [live, lastSeq]);

  useRunChanges((change) => {
    // A retry wakes a run that had ended; nobody watches it then.
    if (change.runId === id && !live) void queries.invalidateQueries({ queryKey: key });
  });
  return run;
}
