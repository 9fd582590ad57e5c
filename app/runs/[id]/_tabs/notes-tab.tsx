"use client";
/** What people wrote beside the run and what they did to it, in one line of time. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useTRPC } from "../../../_trpc/client";
import type { RunAct, RunDetail, RunNote } from "../../../_trpc/outputs";
import { Button, IconButton } from "../../../_ui/button";
import { Field, TextArea } from "../../../_ui/field";
import { RelativeTime } from "../../../_ui/times";
import { useToast } from "../../../_ui/toast";
import { taskRunTitle } from "../_run/prepare-tasks";
import styles from "./tabs.module.css";

const actWords: Record<RunAct["type"], string> = {
  stopped: "stopped the run",
  terminated: "terminated the run",
  paused: "paused the run",
  resumed: "resumed the run",
  retried: "retried",
  cleared: "cleared",
  approved: "approved",
  rejected: "rejected",
  "marked-succeeded": "marked as succeeded",
  "marked-failed": "marked as failed",
};

type Entry = { readonly at: string; readonly act?: RunAct; readonly note?: RunNote };

export function NotesTab({ run, onOpenTask }: { readonly run: RunDetail; readonly onOpenTask: (id: string) => void }) {
  const trpc = useTRPC();
  const toast = useToast();
  const queries = useQueryClient();
  const [text, setText] = useState("");
  const acts = useQuery(trpc.run.acts.queryOptions({ id: run.id }));
  const notes = useQuery(trpc.run.notes.queryOptions({ id: run.id }));
  const { lastSeq } = run;
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: trpc.run.acts.queryKey({ id: run.id }) });
  }, [lastSeq, queries, trpc, run.id]);
  const refresh = {
    onError: (error: { readonly message: string }) => toast({ failed: true, text: `The note was not saved. ${error.message}` }),
    onSettled: () => void queries.invalidateQueries({ queryKey: trpc.run.notes.queryKey({ id: run.id }) }),
  };
  const add = useMutation(trpc.run.addNote.mutationOptions({ ...refresh, onSuccess: () => setText("") }));
  const remove = useMutation(
    trpc.run.removeNote.mutationOptions({
      ...refresh,
      onSuccess: (_, { id }) => {
        const gone = notes.data?.find((note) => note.id === id);
        if (!gone) return;
        const again = { id: run.id, text: gone.text, ...(gone.taskRunId !== undefined && { taskRunId: gone.taskRunId }) };
        toast({ text: "The note is gone.", action: { label: "Undo", onSelect: () => add.mutate(again) } });
      },
    }),
  );
  const entries: readonly Entry[] = [
    ...(acts.data ?? []).map((act) => ({ at: act.at, act })),
    ...(notes.data ?? []).map((note) => ({ at: note.at, note })),
  ].sort((a, b) => (a.at < b.at ? -1 : 1));
  const taskLink = (id: string | undefined) => {
    const row = run.taskRuns.find((one) => one.id === id);
    if (!row) return null;
    return (
      <button type="button" className={styles.noteTask} onClick={() => onOpenTask(row.id)}>
        {taskRunTitle(
          run.tasks.find((task) => task.key === row.taskKey),
          row,
        )}
      </button>
    );
  };
  return (
    <div className={styles.notes}>
      {entries.length === 0 && <p className={styles.quiet}>Nobody has written or done anything here yet.</p>}
      <ul className={styles.notesList}>
        {entries.map(({ at, act, note }) => (
          <li key={`${at} ${note?.id ?? `${act?.seq} ${act?.type}`}`} className={styles.noteRow}>
            <span className={styles.quiet}>
              {note?.by ?? act?.by ?? "Somebody"} {act && actWords[act.type]} {taskLink(act?.taskRunId ?? note?.taskRunId)}{" "}
              <RelativeTime at={at} />
              {note?.mine && (
                <IconButton small label="Delete the note" onClick={() => remove.mutate({ id: note.id })}>
                  <Trash2 size={14} />
                </IconButton>
              )}
            </span>
            {(note?.text ?? act?.note) !== undefined && <p className={styles.noteText}>{note?.text ?? act?.note}</p>}
          </li>
        ))}
      </ul>
      <form
        className={styles.noteForm}
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() !== "") add.mutate({ id: run.id, text: text.trim() });
        }}
      >
        <Field label="Write a note">
          {(control) => <TextArea {...control} rows={2} maxLength={2000} value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
        <Button type="submit" disabled={add.isPending || text.trim() === ""}>
          Add note
        </Button>
      </form>
    </div>
  );
}
