/** Tasks by when they first ran, as a Gantt chart reads from top left to bottom right; what has not run follows in graph order. */
import type { RunDetail, TaskRunRow } from "../../../_trpc/outputs";
import type { Task } from "./prepare-tasks";

export function orderByStart(tasks: readonly Task[], taskRuns: readonly TaskRunRow[], groups: RunDetail["groups"]): readonly Task[] {
  const starts = new Map<string, string>();
  const note = (key: string, at: string | undefined) => {
    const known = starts.get(key);
    // ISO strings of one zone stand in the order of their times.
    if (at !== undefined && (known === undefined || at < known)) starts.set(key, at);
  };
  for (const row of taskRuns) note(row.taskKey, beginOf(row));
  for (const [key, group] of Object.entries(groups)) note(key, beginOf(group));
  return tasks.toSorted((a, b) => compareStarts(starts.get(a.key), starts.get(b.key)));
}

/** Of elements of one fan-out. */
export function compareRows(a: TaskRunRow, b: TaskRunRow): number {
  return compareStarts(beginOf(a), beginOf(b));
}

function compareStarts(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  return b === undefined || a < b ? -1 : 1;
}

function beginOf(span: { readonly startedAt?: string | undefined; readonly finishedAt?: string | undefined }): string | undefined {
  return span.startedAt ?? span.finishedAt;
}
