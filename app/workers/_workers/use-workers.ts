"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { useTRPC } from "../../_trpc/client";

/** All workers of the workspace, as they are now. */
export function useWorkers() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const list = useQuery(trpc.worker.list.queryOptions());
  useSubscription(
    trpc.worker.watch.subscriptionOptions(undefined, {
      onData: (workers) => queries.setQueryData(trpc.worker.list.queryKey(), workers),
    }),
  );
  return list;
}
