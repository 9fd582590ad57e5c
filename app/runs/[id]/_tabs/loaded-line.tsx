"use client";
/** A line of a large fan-out: its element is loaded with the page that it stands on. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo, type ReactNode } from "react";
import type { TaskRunStatus } from "@/pipelines/run/run";
import { useTRPC } from "../../../_trpc/client";
import type { TaskLine, TaskOrder } from "../_run/prepare-tasks";

const pageSize = 100;

export function LoadedLine({
  runId,
  line,
  status,
  order,
  children,
}: {
  readonly runId: string;
  readonly line: TaskLine;
  readonly status: TaskRunStatus | undefined;
  readonly order: TaskOrder;
  readonly children: (line: TaskLine) => ReactNode;
}) {
  const trpc = useTRPC();
  const place = line.place ?? 0;
  const from = Math.floor(place / pageSize) * pageSize;
  // Lines of one page share one request; use-run.ts asks again when the fan-out has changed.
  const loaded = useQuery(
    trpc.run.elements.queryOptions(
      { id: runId, taskKey: line.task.key, from, limit: pageSize, order, ...(status && { status }) },
      // Only what has changed is drawn again.
      { staleTime: 60_000, select: ({ rows }) => rows[place - from] },
    ),
  ).data;
  // A hundred lines may change at once: they are drawn between frames, not before the next one.
  const row = useDeferredValue(loaded);
  return useMemo(() => children({ ...line, row }), [children, line, row]);
}
