"use client";
/** What can be done about one task of a run: retry, clear, mark by hand, write a note, run it alone. The same run goes on. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterInputs } from "@trpc/server";
import { Check, ChevronDown, Eraser, NotebookPen, Play, RotateCcw, X } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { AppRouter } from "@/server/router";
import { useTRPC } from "../../../_trpc/client";
import type { RunDetail, TaskRunRow } from "../../../_trpc/outputs";
import { Button } from "../../../_ui/button";
import { Dialog } from "../../../_ui/dialog";
import { Field, TextArea } from "../../../_ui/field";
import { Menu, MenuItem, MenuSeparator } from "../../../_ui/menu";
import { useToast } from "../../../_ui/toast";
import styles from "./task.module.css";

type StartParams = NonNullable<inferRouterInputs<AppRouter>["run"]["start"]["params"]>;
type Asking = "clear" | "succeeded" | "failed" | "note";

export function TaskActions({ run, row, title }: { readonly run: RunDetail; readonly row: TaskRunRow; readonly title: string }) {
  const trpc = useTRPC();
  const toast = useToast();
  const router = useRouter();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<Asking>();
  const [note, setNote] = useState("");
  const told = (done: string, failed: string) => ({
    onSuccess: () => toast({ text: done }),
    onError: (error: { readonly message: string }) => toast({ failed: true, text: `${failed}. ${error.message}` }),
    onSettled: () => {
      void queries.invalidateQueries({ queryKey: trpc.run.get.queryKey({ id: run.id }) });
      void queries.invalidateQueries({ queryKey: trpc.run.taskRun.queryKey({ id: row.id }) });
    },
  });
  const retry = useMutation(trpc.run.retry.mutationOptions(told(`“${title}” runs again.`, "Not retried")));
  const clear = useMutation(trpc.run.clear.mutationOptions(told(`“${title}” and all downstream run again.`, "Not cleared")));
  const mark = useMutation(trpc.run.mark.mutationOptions(told(`Marked “${title}”.`, "Not marked")));
  const write = useMutation(
    trpc.run.addNote.mutationOptions({
      onError: (error) => toast({ failed: true, text: `The note was not saved. ${error.message}` }),
      onSettled: () => void queries.invalidateQueries({ queryKey: trpc.run.notes.queryKey({ id: run.id }) }),
    }),
  );
  const start = useMutation(
    trpc.run.start.mutationOptions({
      onSuccess: ({ id }) => router.push(`/runs/${id}`),
      onError: (error) => toast({ failed: true, text: `Could not start the run. ${error.message}` }),
    }),
  );
  const { notebookId, revision } = run;
  const element = row.mapIndex !== undefined;
  // Once somebody has decided about the fan-out as a whole, its elements stay as they are.
  const settled = element && run.taskRuns.some((one) => one.taskKey === row.taskKey && one.mapIndex === undefined && one.decision);
  const succeeded = row.status === "succeeded" || row.status === "cached";
  const busy = row.status === "running" || row.status === "queued";
  const retriable = row.status === "failed" || row.status === "cancelled";
  const close = () => {
    setAsking(undefined);
    setNote("");
  };
  return (
    <div className={styles.actions}>
      {retriable && (
        <Button small disabled={retry.isPending} onClick={() => retry.mutate({ id: run.id, taskRunId: row.id })}>
          <RotateCcw size={14} /> Retry this task
        </Button>
      )}
      <Menu
        trigger={
          <Button small look={retriable ? "quiet" : "plain"}>
            Actions <ChevronDown size={14} />
          </Button>
        }
      >
        <MenuItem icon={<Eraser size={14} />} disabled={busy || row.status === "blocked"} onSelect={() => setAsking("clear")}>
          Clear from here…
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Check size={14} />} disabled={busy || succeeded || settled} onSelect={() => setAsking("succeeded")}>
          Mark as succeeded…
        </MenuItem>
        <MenuItem icon={<X size={14} />} disabled={busy || row.status === "failed" || settled} danger onSelect={() => setAsking("failed")}>
          Mark as failed…
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<NotebookPen size={14} />} onSelect={() => setAsking("note")}>
          Write a note…
        </MenuItem>
        {notebookId !== undefined && revision !== undefined && (
          <>
            <MenuSeparator />
            <MenuItem
              icon={<Play size={14} />}
              disabled={start.isPending}
              onSelect={() =>
                start.mutate({ notebookId, revision, params: { ...run.params } as StartParams, cache: run.cache, targets: [row.taskKey] })
              }
            >
              Run only this and what it needs
            </MenuItem>
          </>
        )}
      </Menu>
      <Dialog
        open={asking === "clear"}
        onOpenChange={(open) => !open && close()}
        title={`Clear “${title}”?`}
        text="This task and everything downstream of it runs again in this run, without looking at stored results. What they gave is replaced."
      >
        <div className={styles.dialogButtons}>
          <Button onClick={close}>Keep it</Button>
          <Button
            look="danger"
            onClick={() => {
              close();
              clear.mutate({ taskRunId: row.id });
            }}
          >
            Clear and run again
          </Button>
        </div>
      </Dialog>
      <Dialog
        open={asking === "succeeded" || asking === "failed"}
        onOpenChange={(open) => !open && close()}
        title={asking === "failed" ? `Mark “${title}” as failed?` : `Mark “${title}” as succeeded?`}
        text={markText(asking, element)}
      >
        <form
          className={styles.markForm}
          onSubmit={(event) => {
            event.preventDefault();
            const as = asking === "failed" ? "failed" : "succeeded";
            close();
            mark.mutate({ taskRunId: row.id, as, ...(note.trim() !== "" && { note: note.trim() }) });
          }}
        >
          <Field label="Note" hint="Kept with your name.">
            {(control) => (
              <TextArea {...control} rows={2} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
            )}
          </Field>
          <div className={styles.dialogButtons}>
            <Button onClick={close}>Leave it</Button>
            <Button type="submit" look={asking === "failed" ? "danger" : "primary"}>
              Mark as {asking ?? "succeeded"}
            </Button>
          </div>
        </form>
      </Dialog>
      <Dialog open={asking === "note"} onOpenChange={(open) => !open && close()} title={`A note on “${title}”`}>
        <form
          className={styles.markForm}
          onSubmit={(event) => {
            event.preventDefault();
            const text = note.trim();
            close();
            if (text !== "") write.mutate({ id: run.id, taskRunId: row.id, text });
          }}
        >
          <Field label="Note" hint="Kept with your name. It stands here and under the run's Notes.">
            {(control) => (
              <TextArea {...control} rows={3} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
            )}
          </Field>
          <div className={styles.dialogButtons}>
            <Button onClick={close}>Leave it</Button>
            <Button type="submit" look="primary" disabled={note.trim() === ""}>
              Add note
            </Button>
          </div>
        </form>
      </Dialog>
    </div>
  );
}

function markText(as: Asking | undefined, element: boolean): string {
  if (as === "failed")
    return element
      ? "Its fan-out fails, and with it the run. What has not started yet and needs the fan-out is skipped."
      : "The run fails, and what has not started yet and needs this task is skipped.";
  return element
    ? "Its fan-out goes on as if it had succeeded. Readers get the values of those elements that gave one: the list is shorter without it."
    : "What follows goes on. It has no values that it did not give: who reads one of them fails and says so.";
}
