"use client";
/** Starts and stops runs of what the page shows now. What was typed is always saved first. */
import { useMutation } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { z } from "zod";
import type { Json } from "@/pipelines/compile/dag";
import { useTRPC } from "../../../_trpc/client";
import { useToast } from "../../../_ui/toast";

export interface RunRequest {
  /** Task keys; with what they need. Undefined: everything. */
  readonly targets?: readonly string[] | undefined;
  readonly cache?: "use" | "off";
}

/** The same JSON, as zod types it. */
type JsonValue = z.infer<ReturnType<typeof z.json>>;

export function useRunControl(notebookId: string, saveNow: () => Promise<number>, follow: (runId: string) => void) {
  const trpc = useTRPC();
  const toast = useToast();
  const [starting, setStarting] = useState<RunRequest>();
  const start = useMutation(trpc.run.start.mutationOptions());
  const cancel = useMutation(
    trpc.run.cancel.mutationOptions({
      onError: (error) => toast({ text: `Could not stop the run: ${error.message}`, failed: true }),
    }),
  );
  const { mutateAsync } = start;

  const run = useCallback(
    async (request: RunRequest, params: Readonly<Record<string, Json>>) => {
      setStarting(request);
      try {
        const revision = await saveNow();
        const { id } = await mutateAsync({
          notebookId,
          revision,
          params: params as Record<string, JsonValue>,
          ...(request.targets ? { targets: [...request.targets] } : {}),
          cache: request.cache ?? "use",
        });
        follow(id);
      } catch (error) {
        toast({ text: `Not started. ${(error as Error).message}`, failed: true });
      } finally {
        setStarting(undefined);
      }
    },
    [notebookId, saveNow, follow, mutateAsync, toast],
  );

  return { run, starting, stop: (id: string) => cancel.mutate({ id }), stopping: cancel.isPending };
}
