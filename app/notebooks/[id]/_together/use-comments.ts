"use client";
/** The comments of a notebook, kept current, and how many open threads each cell has. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { createContext, useMemo } from "react";
import { useTRPC } from "../../../_trpc/client";
import type { CommentThread } from "../../../_trpc/outputs";

const none: readonly CommentThread[] = [];

export function useComments(notebookId: string): readonly CommentThread[] {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const threads = useQuery(trpc.notebook.comments.queryOptions({ id: notebookId }, { staleTime: 30_000 }));
  useSubscription(
    trpc.notebook.watchComments.subscriptionOptions(
      { id: notebookId },
      { onData: () => void queries.invalidateQueries({ queryKey: trpc.notebook.comments.queryKey({ id: notebookId }) }) },
    ),
  );
  return threads.data ?? none;
}

export interface CellComments {
  /** Open threads of each cell. */
  readonly counts: ReadonlyMap<string, number>;
  /** Shows them, ready to be written to. */
  readonly open: (cellId: string) => void;
}

export const CommentsContext = createContext<CellComments>({ counts: new Map(), open: () => undefined });

export function useOpenCounts(threads: readonly CommentThread[]): ReadonlyMap<string, number> {
  return useMemo(() => {
    const counts = new Map<string, number>();
    for (const { cellId, resolved } of threads) if (!resolved) counts.set(cellId, (counts.get(cellId) ?? 0) + 1);
    return counts;
  }, [threads]);
}
