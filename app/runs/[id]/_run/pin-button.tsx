"use client";
/** Keeps a run for good, whatever the workspace's retention says, or lets it go again. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pin, PinOff } from "lucide-react";
import { useSession } from "../../../_frame/use-session";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail } from "../../../_trpc/outputs";
import { Button } from "../../../_ui/button";
import { useToast } from "../../../_ui/toast";

export function PinButton({ run }: { readonly run: RunDetail }) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const key = trpc.run.get.queryKey({ id: run.id });
  const show = (pinned: boolean) => queries.setQueryData(key, (held) => held && { ...held, pinned });
  const pin = useMutation(
    trpc.storage.pin.mutationOptions({
      onMutate: ({ pinned }) => void show(pinned),
      onSuccess: (_, { pinned }) => {
        toast({
          text: pinned ? "Kept for good: no sweep removes this run." : "Kept as long as the workspace keeps its runs.",
          action: { label: "Undo", onSelect: () => pin.mutate({ runId: run.id, pinned: !pinned }) },
        });
        void queries.invalidateQueries({ queryKey: trpc.storage.overview.queryKey() });
        void queries.invalidateQueries({ queryKey: trpc.run.list.pathKey() });
      },
      onError: (error, { pinned }) => {
        show(!pinned);
        toast({ failed: true, text: `Could not ${pinned ? "pin" : "unpin"} the run. ${error.message}` });
      },
    }),
  );
  // Viewers see it, and cannot change it.
  const mayChange = useSession().data?.role !== "viewer";
  if (!mayChange && !run.pinned) return null;
  return (
    <Button
      small
      look="quiet"
      aria-pressed={run.pinned}
      disabled={!mayChange || pin.isPending}
      title={
        run.pinned
          ? "No sweep removes this run. Click to let it go with the others."
          : "Keeps this run for good, whatever the retention says"
      }
      onClick={() => pin.mutate({ runId: run.id, pinned: !run.pinned })}
    >
      {run.pinned ? <PinOff size={12} aria-hidden /> : <Pin size={12} aria-hidden />} {run.pinned ? "Unpin" : "Pin"}
    </Button>
  );
}
