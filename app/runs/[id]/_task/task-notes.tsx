"use client";
/** What people wrote beside this task run. All of the run's are under its tab Notes (../_tabs/notes-tab.tsx). */
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../../_trpc/client";
import { RelativeTime } from "../../../_ui/times";
import styles from "./task.module.css";

export function TaskNotes({ runId, taskRunId }: { readonly runId: string; readonly taskRunId: string }) {
  const trpc = useTRPC();
  const notes = useQuery(trpc.run.notes.queryOptions({ id: runId }, { staleTime: 5_000 }));
  const own = (notes.data ?? []).filter((note) => note.taskRunId === taskRunId);
  if (own.length === 0) return null;
  return (
    <ul className={styles.taskNotes} aria-label="Notes on this task">
      {own.map((note) => (
        <li key={note.id}>
          <span className={styles.quiet}>
            {note.by}, <RelativeTime at={note.at} />
          </span>
          <p>{note.text}</p>
        </li>
      ))}
    </ul>
  );
}
