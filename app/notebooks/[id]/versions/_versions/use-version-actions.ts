"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTRPC } from "../../../../_trpc/client";
import { useToast } from "../../../../_ui/toast";

/** What can be done with a version. Restoring loses nothing: what was newest stays, and is one click away. */
export function useVersionActions(id: string, title: string, newest: number) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const toast = useToast();
  const router = useRouter();
  const failed = (doing: string) => (error: { readonly message: string }) =>
    toast({ failed: true, text: `Could not ${doing}. ${error.message}` });
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: trpc.notebook.versions.pathKey() });
    await client.invalidateQueries({ queryKey: trpc.notebook.get.queryKey({ id }) });
  };
  const restoring = useMutation(trpc.notebook.restoreVersion.mutationOptions({ onSettled: refresh }));
  const restore = (revision: number, over = newest, undone = false) =>
    restoring.mutate(
      { id, revision, newest: over },
      {
        onError: failed("restore it"),
        onSuccess: (made) =>
          toast(
            undone
              ? { text: `“${title}” is as it was before.` }
              : {
                  text: `Version ${revision} is the newest again, as version ${made.revision}.`,
                  action: { label: "Undo", onSelect: () => restore(over, made.revision, true) },
                },
          ),
      },
    );
  const fork = useMutation(
    trpc.notebook.forkVersion.mutationOptions({
      onError: failed("begin a notebook from it"),
      onSuccess: (made) => router.push(`/notebooks/${made.id}`),
    }),
  );
  const name = useMutation(trpc.notebook.nameVersion.mutationOptions({ onSettled: refresh, onError: failed("name it") }));
  return { restore, fork, name };
}
