"use client";
/** The runs of the workspace, page by page, kept fresh: a change of any run brings the newest page again. */
import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import type { RunStatus, Trigger } from "@/pipelines/run/run";
import { useRunChanges } from "../../_frame/run-changes";
import { useTRPCClient } from "../../_trpc/client";
import type { RunRow } from "../../_trpc/outputs";
import { mergeNewest } from "./merge-newest";

const pageSize = 100;

export interface RunFilter {
  readonly status?: RunStatus;
  readonly notebookId?: string;
  readonly trigger?: Trigger;
  readonly pinned?: true;
}

interface RunPage {
  readonly rows: readonly RunRow[];
  readonly nextCursor?: string;
}

export function useRunPages(filter: RunFilter) {
  const client = useTRPCClient();
  const queries = useQueryClient();
  // Not trpc's own infinite options: they send a "direction" that a strict procedure refuses.
  const key = ["runs", filter.status, filter.notebookId, filter.trigger, filter.pinned];
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }): Promise<RunPage> =>
      client.run.list.query({ ...filter, limit: pageSize, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.rows) ?? [], [list.data]);

  const pending = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(pending.current), []);
  useRunChanges(() => {
    // Hundreds of changes a second are one look at the list.
    pending.current ??= setTimeout(() => {
      pending.current = undefined;
      client.run.list.query({ ...filter, limit: pageSize }).then(
        (newest) => {
          queries.setQueryData<InfiniteData<RunPage>>(key, (data) =>
            data ? { ...data, pages: mergeNewest(data.pages, newest.rows) } : data,
          );
        },
        () => list.refetch(),
      );
    }, 500);
  });
  return { list, rows };
}
