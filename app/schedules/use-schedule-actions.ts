"use client";
/** What can be done about a schedule from the list and from its page: run it now, pause it, take it away. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { useTRPC, useTRPCClient } from "../_trpc/client";
import type { ScheduleRow } from "../_trpc/outputs";
import { useToast } from "../_ui/toast";

const lookMs = 400;
/** After that one need not wait for it any longer: the history tells. */
const longestMs = 30_000;

export function useScheduleActions() {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const refresh = () => void queries.invalidateQueries({ queryKey: trpc.schedule.pathKey() });
  const change = useMutation(
    trpc.schedule.pause.mutationOptions({
      onMutate: ({ id, paused }) => {
        const mark = (row: ScheduleRow): ScheduleRow => {
          const { nextFireAt: _, ...rest } = row;
          return row.id === id ? { ...rest, paused } : row;
        };
        queries.setQueriesData<ScheduleRow[]>({ queryKey: trpc.schedule.list.pathKey() }, (rows) => rows?.map(mark));
        queries.setQueriesData<ScheduleRow>({ queryKey: trpc.schedule.get.pathKey() }, (row) => row && mark(row));
      },
      onError: (error, { paused }) =>
        toast({ failed: true, text: `Could not ${paused ? "pause" : "resume"} the schedule. ${error.message}` }),
      onSettled: refresh,
    }),
  );
  const pause = ({ id, name }: Pick<ScheduleRow, "id" | "name">, paused: boolean) =>
    change.mutate(
      { id, paused },
      {
        onSuccess: () =>
          toast({
            text: paused ? `“${name}” is paused.` : `“${name}” fires again.`,
            action: { label: "Undo", onSelect: () => change.mutate({ id, paused: !paused }) },
          }),
      },
    );
  return { ...useRunNow(), pause, refresh };
}

/** Starts a run and goes there as soon as it exists. */
function useRunNow() {
  const trpc = useTRPC();
  const client = useTRPCClient();
  const router = useRouter();
  const toast = useToast();
  const queries = useQueryClient();
  const [starting, setStarting] = useState<string>();
  const gone = useRef(false);
  useEffect(() => {
    gone.current = false;
    return () => {
      gone.current = true;
    };
  }, []);

  const runNow = async ({ id, name }: Pick<ScheduleRow, "id" | "name">) => {
    setStarting(id);
    try {
      const { runId } = await client.schedule.runNow.mutate({ id });
      // The newest by hand is this one: it begins as a line without a run, which others cannot be told from.
      const first = (await client.schedule.fires.query({ id })).fires.find(({ round }) => round === "hand")?.fireAt;
      for (const since = performance.now(); !gone.current && performance.now() - since < longestMs;) {
        const { fires } = await client.schedule.fires.query({ id });
        if (fires.some(({ run }) => run?.id === runId)) return router.push(`/runs/${runId}`);
        const refused = fires.find(({ round, status, fireAt }) => round === "hand" && status === "failed" && fireAt === first);
        if (refused) {
          toast({ failed: true, text: `“${name}” could not start. ${refused.sentence ?? ""}` });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, lookMs));
      }
      if (!gone.current) toast({ text: `The run of “${name}” has not begun yet: its history tells when it does.` });
    } catch (error) {
      toast({ failed: true, text: `Could not run “${name}”. ${(error as Error).message}` });
    } finally {
      setStarting(undefined);
      void queries.invalidateQueries({ queryKey: trpc.schedule.pathKey() });
    }
  };
  return { runNow, starting };
}
