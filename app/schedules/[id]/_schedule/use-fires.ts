"use client";
/** What became of each fire time, newest first, page by page. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTRPC, useTRPCClient } from "../../../_trpc/client";

export function useFires(id: string) {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const list = useInfiniteQuery({
    // Under the path of schedules, so that what is changed about one brings it anew.
    queryKey: [...trpc.schedule.fires.queryKey({ id }), "pages"],
    queryFn: ({ pageParam, signal }) =>
      client.schedule.fires.query({ id, ...(pageParam !== undefined && { before: pageParam }) }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });
  const fires = useMemo(() => list.data?.pages.flatMap((page) => page.fires) ?? [], [list.data]);
  return { list, fires };
}

export type FireList = ReturnType<typeof useFires>["list"];
