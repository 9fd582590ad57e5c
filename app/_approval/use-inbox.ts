"use client";
/** What waits for an answer, kept current: the rail counts it, the inbox lists it, runs and cells show their own. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useRunChanges } from "../_frame/run-changes";
import { useTRPC } from "../_trpc/client";

const betweenMs = 1000;

export function useInbox() {
  const trpc = useTRPC();
  return useQuery(trpc.run.inbox.queryOptions(undefined, { staleTime: 5_000 }));
}

/** Asks again when runs change, once a second at most. One part of the frame does it for all. */
export function useInboxUpdates(): void {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useRunChanges(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void queries.invalidateQueries({ queryKey: trpc.run.inbox.queryKey() });
    }, betweenMs);
  });
}
