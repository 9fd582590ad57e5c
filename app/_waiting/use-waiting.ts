"use client";
import { useQuery } from "@tanstack/react-query";
import type { TaskRunStatus } from "@/pipelines/run/run";
import { useTRPC } from "../_trpc/client";

/** Whether "why is this waiting?" has an answer. */
export function isWaiting(status: TaskRunStatus | undefined): boolean {
  return status === "blocked" || status === "queued" || status === "waiting";
}

/** What a task run waits for, asked again while somebody looks: what stands in the way is in other runs. */
export function useWaiting(taskRunId: string, enabled = true) {
  const trpc = useTRPC();
  return useQuery(trpc.run.whyWaiting.queryOptions({ taskRunId }, { enabled, staleTime: 1_000, refetchInterval: 2_000 }));
}
