"use client";
/** The elements of a fan-out as a field of states: a thousand of them in one look, each a click away. */
import { taskRunStatuses } from "@/pipelines/run/run";
import type { TaskRunRow } from "../../../_trpc/outputs";
import { StateIcon } from "../../../_ui/state-icon";
import { stateWords } from "../../../_ui/state-words";
import { countStates } from "../_run/prepare-tasks";
import styles from "./task.module.css";

const named = 12;

export function ElementList({
  elements,
  live,
  onOpenTask,
}: {
  readonly elements: readonly TaskRunRow[];
  /** Whether elements may still come. */
  readonly live: boolean;
  readonly onOpenTask: (id: string) => void;
}) {
  if (elements.length === 0)
    return live ? <p className={styles.pad}>No element yet: they are known as soon as the list it runs over is.</p> : null;
  const counts = countStates(elements);
  const failed = elements.filter((row) => row.status === "failed");
  return (
    <section className={styles.elements} aria-label="Elements">
      <p className={styles.quiet}>
        {elements.length} elements:{" "}
        {taskRunStatuses
          .filter((status) => counts[status])
          .map((status) => `${counts[status]} ${stateWords[status].toLowerCase()}`)
          .join(", ")}
      </p>
      {failed.length > 0 && (
        <p>
          Failed:{" "}
          {failed.slice(0, named).map((row) => (
            <button key={row.id} type="button" className={styles.elementLink} onClick={() => onOpenTask(row.id)}>
              [{row.mapIndex}]
            </button>
          ))}
          {failed.length > named && `and ${failed.length - named} more`}
        </p>
      )}
      <div className={styles.field}>
        {elements.map((row) => (
          <button
            key={row.id}
            type="button"
            data-task-run={row.id}
            onClick={() => onOpenTask(row.id)}
            title={`[${row.mapIndex}] ${stateWords[row.status]}`}
            aria-label={`Element ${row.mapIndex}: ${stateWords[row.status]}`}
          >
            <StateIcon state={row.status} label="" />
          </button>
        ))}
      </div>
    </section>
  );
}
