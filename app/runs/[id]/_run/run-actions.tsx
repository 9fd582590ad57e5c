"use client";
/** Cancel, Retry, Run again: what can be done about a run, one of them the page's primary action. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterInputs } from "@trpc/server";
import { useRouter } from "next/navigation";
import type { AppRouter } from "@/server/router";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail } from "../../../_trpc/outputs";
import { Button, LinkButton } from "../../../_ui/button";
import { isLive } from "../../../_ui/state-words";
import { useToast } from "../../../_ui/toast";
import styles from "./run-page.module.css";

/** The same JSON; only its readonly differs. */
type StartParams = NonNullable<inferRouterInputs<AppRouter>["run"]["start"]["params"]>;

export function RunActions({ run }: { readonly run: RunDetail }) {
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const queries = useQueryClient();
  const refresh = () => void queries.invalidateQueries({ queryKey: trpc.run.get.queryKey({ id: run.id }) });
  const complain = (doing: string) => (error: { readonly message: string }) =>
    toast({ failed: true, text: `Could not ${doing}. ${error.message}` });
  const cancel = useMutation(trpc.run.cancel.mutationOptions({ onSuccess: refresh, onError: complain("cancel the run") }));
  const retry = useMutation(trpc.run.retry.mutationOptions({ onSuccess: refresh, onError: complain("retry the run") }));
  const start = useMutation(
    trpc.run.start.mutationOptions({ onSuccess: ({ id }) => router.push(`/runs/${id}`), onError: complain("start the run") }),
  );
  if (isLive(run.status)) {
    return (
      <Button look="danger" disabled={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate({ id: run.id })}>
        {cancel.isPending || cancel.isSuccess ? "Cancelling" : "Cancel"}
      </Button>
    );
  }
  const stopped = run.status === "failed" || run.status === "cancelled";
  const { notebookId, revision } = run;
  return (
    <>
      {run.previous && (
        <LinkButton look="quiet" className={styles.wideOnly} href={`/compare?runs=${run.previous.id},${run.id}`}>
          Compare with #{run.previous.number}
        </LinkButton>
      )}
      {notebookId !== undefined && revision !== undefined && (
        <Button
          look={stopped ? "plain" : "primary"}
          disabled={start.isPending}
          onClick={() =>
            start.mutate({
              notebookId,
              revision,
              params: { ...run.params } as StartParams,
              cache: run.cache,
              ...(run.targets && { targets: run.targets }),
            })
          }
        >
          Run again
        </Button>
      )}
      {stopped && (
        <Button
          look="primary"
          disabled={retry.isPending}
          title="Runs what failed and what depends on it; the rest stays"
          onClick={() => retry.mutate({ id: run.id })}
        >
          Retry
        </Button>
      )}
    </>
  );
}
