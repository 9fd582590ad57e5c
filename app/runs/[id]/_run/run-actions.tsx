"use client";
/**
 * What can be done about a run as a whole, one of them the page's primary action: pause, resume, stop while it goes on;
 * retry and run again when it has ended. Neighbours: run-again-dialog.tsx, ../_task/task-actions.tsx (one task).
 */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterInputs } from "@trpc/server";
import { ChevronDown, OctagonX, Pause, Play, RotateCcw, SlidersHorizontal, Square } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { AppRouter } from "@/server/router";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail } from "../../../_trpc/outputs";
import { Button, IconButton, LinkButton } from "../../../_ui/button";
import { Dialog } from "../../../_ui/dialog";
import { Menu, MenuItem } from "../../../_ui/menu";
import { isLive } from "../../../_ui/state-words";
import { useToast } from "../../../_ui/toast";
import { RunAgainDialog } from "./run-again-dialog";
import styles from "./run-page.module.css";

/** The same JSON; only its readonly differs. */
type StartParams = NonNullable<inferRouterInputs<AppRouter>["run"]["start"]["params"]>;

export function RunActions({ run }: { readonly run: RunDetail }) {
  return isLive(run.status) ? <LiveActions run={run} /> : <EndedActions run={run} />;
}

function useControl(run: RunDetail) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const refresh = () => void queries.invalidateQueries({ queryKey: trpc.run.get.queryKey({ id: run.id }) });
  const complain = (doing: string) => (error: { readonly message: string }) => {
    toast({ failed: true, text: `Could not ${doing}. ${error.message}` });
    refresh();
  };
  return { trpc, toast, refresh, complain };
}

function LiveActions({ run }: { readonly run: RunDetail }) {
  const { trpc, toast, refresh, complain } = useControl(run);
  const [asking, setAsking] = useState(false);
  const cancel = useMutation(trpc.run.cancel.mutationOptions({ onSuccess: refresh, onError: complain("stop the run") }));
  const resume = useMutation(
    trpc.run.resume.mutationOptions({
      onSuccess: () => {
        refresh();
        toast({ text: "The run goes on." });
      },
      onError: complain("resume the run"),
    }),
  );
  const pause = useMutation(
    trpc.run.pause.mutationOptions({
      onSuccess: () => {
        refresh();
        toast({
          text: "Paused: nothing new starts, what runs goes on.",
          action: { label: "Undo", onSelect: () => resume.mutate({ id: run.id }) },
        });
      },
      onError: complain("pause the run"),
    }),
  );
  const stopping = cancel.isPending || run.halting !== undefined;
  return (
    <>
      {run.halting === undefined &&
        (run.paused ? (
          <Button look="primary" disabled={resume.isPending} onClick={() => resume.mutate({ id: run.id })}>
            <Play size={14} /> Resume
          </Button>
        ) : (
          <Button disabled={pause.isPending} onClick={() => pause.mutate({ id: run.id })}>
            <Pause size={14} /> Pause
          </Button>
        ))}
      <span className={styles.split}>
        <Button
          look="danger"
          disabled={stopping}
          title="Stops what runs; handlers (on=) still run"
          onClick={() => cancel.mutate({ id: run.id, how: "stop" })}
        >
          <Square size={12} fill="currentColor" /> {stopping ? "Stopping…" : "Stop"}
        </Button>
        <Menu
          align="end"
          trigger={
            <IconButton label="More ways to end it" look="danger" disabled={run.halting === "terminate"}>
              <ChevronDown size={14} />
            </IconButton>
          }
        >
          <MenuItem icon={<Square size={14} />} disabled={stopping} onSelect={() => cancel.mutate({ id: run.id, how: "stop" })}>
            Stop, then run its handlers
          </MenuItem>
          <MenuItem icon={<OctagonX size={14} />} danger onSelect={() => setAsking(true)}>
            Terminate…
          </MenuItem>
        </Menu>
      </span>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title="Terminate the run?"
        text="What runs is stopped and nothing runs any more, handlers (on=) neither. What has ended stays; the run can be retried."
      >
        <div className={styles.dialogButtons}>
          <Button onClick={() => setAsking(false)}>Keep it running</Button>
          <Button
            look="danger"
            onClick={() => {
              setAsking(false);
              cancel.mutate({ id: run.id, how: "terminate" });
            }}
          >
            Terminate
          </Button>
        </div>
      </Dialog>
    </>
  );
}

function EndedActions({ run }: { readonly run: RunDetail }) {
  const { trpc, refresh, complain } = useControl(run);
  const router = useRouter();
  const [dialog, setDialog] = useState(false);
  const retry = useMutation(trpc.run.retry.mutationOptions({ onSuccess: refresh, onError: complain("retry the run") }));
  const start = useMutation(
    trpc.run.start.mutationOptions({ onSuccess: ({ id }) => router.push(`/runs/${id}`), onError: complain("start the run") }),
  );
  const stopped = run.status === "failed" || run.status === "cancelled";
  const { notebookId, revision } = run;
  const again = (cache: "use" | "off") => {
    if (notebookId === undefined || revision === undefined) return;
    start.mutate({
      notebookId,
      revision,
      params: { ...run.params } as StartParams,
      cache,
      ...(run.timeout !== undefined && { timeout: run.timeout }),
      ...(run.targets && { targets: run.targets }),
    });
  };
  return (
    <>
      {run.previous && (
        <LinkButton look="quiet" className={styles.wideOnly} href={`/compare?runs=${run.previous.id},${run.id}`}>
          Compare with #{run.previous.number}
        </LinkButton>
      )}
      {notebookId !== undefined && revision !== undefined && (
        <span className={styles.split}>
          <Button look={stopped ? "plain" : "primary"} disabled={start.isPending} onClick={() => again(run.cache)}>
            Run again
          </Button>
          <Menu
            align="end"
            trigger={
              <IconButton label="More ways" look={stopped ? "plain" : "primary"} disabled={start.isPending}>
                <ChevronDown size={14} />
              </IconButton>
            }
          >
            <MenuItem icon={<SlidersHorizontal size={14} />} onSelect={() => setDialog(true)}>
              With other parameters or version…
            </MenuItem>
            <MenuItem icon={<RotateCcw size={14} />} onSelect={() => again("off")}>
              All of it, ignoring the cache
            </MenuItem>
          </Menu>
        </span>
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
      {notebookId !== undefined && revision !== undefined && dialog && (
        <RunAgainDialog run={run} notebookId={notebookId} revision={revision} onClose={() => setDialog(false)} />
      )}
    </>
  );
}
