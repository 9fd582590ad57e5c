"use client";
/** A line of a large fan-out: its element is loaded with the page that it stands on. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { TaskRunStatus } from "@/pipelines/run/run";
import { useTRPC } from "../../../_trpc/client";
import type { TaskLine } from "../_run/prepare-tasks";

const pageSize = 100;

export function LoadedLine({
  runId,
  line,
  status,
  children,
}: {
  readonly runId: string;
  readonly line: TaskLine;
  readonly status: TaskRunStatus | undefined;
  readonly children: (line: TaskLine) => ReactNode;
}) {
  const trpc = useTRPC();
  const place = line.place ?? 0;
  const from = Math.floor(place / pageSize) * pageSize;
  // Lines of one page share one request; use-run.ts asks again when the fan-out has changed.
  const page = useQuery(
    trpc.run.elements.queryOptions(
      { id: runId, taskKey: line.task.key, from, limit: pageSize, ...(status && { status }) },
      { staleTime: 60_000, placeholderData: keepPreviousData },
    ),
  );
  return children({ ...line, row: page.isPlaceholderData ? undefined : page.data?.rows[place - from] });
}
