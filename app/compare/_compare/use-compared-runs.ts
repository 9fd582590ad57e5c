"use client";
import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef, useEffect } from "react";
import { useRunChanges } from "../../_frame/run-changes";
import { useTRPC } from "../../_trpc/client";
import type { RunDetail } from "../../_trpc/outputs";

export interface ComparedRuns {
  /** Those that were found, in the order asked for. */
  readonly runs: readonly RunDetail[];
  readonly missing: readonly string[];
  readonly pending: boolean;
  readonly error: { readonly message: string } | undefined;
}

/** The runs by their ids, kept fresh while any of them is live. */
export function useComparedRuns(ids: readonly string[]): ComparedRuns {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const result = useQueries({
    queries: ids.map((id) => trpc.run.get.queryOptions({ id }, { staleTime: 10_000, retry: false })),
    combine: (results) => ({
      runs: results.map(({ data }) => data),
      codes: results.map(({ error }) => error?.data?.code),
      pending: results.some(({ isPending }) => isPending),
      error: results.find(({ error }) => error && error.data?.code !== "NOT_FOUND")?.error ?? undefined,
    }),
  });
  const waiting = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useRunChanges(({ runId }) => {
    if (!ids.includes(runId)) return;
    waiting.current.add(runId);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const id of waiting.current) void queries.invalidateQueries({ queryKey: trpc.run.get.queryKey({ id }) });
      waiting.current.clear();
    }, 700);
  });
  const { runs, codes, pending, error } = result;
  return useMemo(
    () => ({ runs: runs.filter((run) => run !== undefined), missing: ids.filter((_, i) => codes[i] === "NOT_FOUND"), pending, error }),
    [runs, codes, ids, pending, error],
  );
}
