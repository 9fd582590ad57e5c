/** Decides what the grid draws: heights of bars, parts of a fan-out's mark, the words of a cell. */
import { taskRunStatuses, type TaskRunStatus } from "@/pipelines/run/run";
import { reasonSentence } from "@/pipelines/run/reason-sentences";
import type { RunGrid } from "../../../../_trpc/outputs";
import { formatDuration } from "../../../../_ui/format-duration";
import { stateWords } from "../../../../_ui/state-words";

type GridRun = RunGrid["runs"][number];
type GridCell = GridRun["cells"][string];
type Counts = Readonly<Partial<Record<TaskRunStatus, number>>>;

/** Of each run, 0 to 1. */
export function shareOfLongest(runs: readonly { readonly durationMs?: number | undefined }[]): number[] {
  const longest = Math.max(1, ...runs.map(({ durationMs }) => durationMs ?? 0));
  return runs.map(({ durationMs }) => (durationMs ?? 0) / longest);
}

/** One failure among ten thousand is still to be seen: no part is thinner than 2 pixels. */
export function layOutCounts(counts: Counts, width: number): { status: TaskRunStatus; x: number; width: number }[] {
  const present = taskRunStatuses.filter((status) => counts[status]);
  const total = present.reduce((sum, status) => sum + counts[status]!, 0);
  const widths = present.map((status) => Math.max(2, (counts[status]! / total) * width));
  const scale = width / widths.reduce((sum, one) => sum + one, 0);
  let x = 0;
  return present.map((status, n) => {
    const part = { status, x, width: widths[n]! * scale };
    x += part.width;
    return part;
  });
}

export function cellWords(task: RunGrid["tasks"][number], run: GridRun, cell: GridCell): string {
  const parts = [`${task.title || task.key}, run #${run.number}: ${stateWords[cell.status].toLowerCase()}`];
  if (cell.durationMs !== undefined && cell.status !== "cached") parts.push(formatDuration(cell.durationMs));
  if (cell.attempt > 1) parts.push(`try ${cell.attempt}`);
  const { counts } = cell;
  if (counts)
    parts.push(
      taskRunStatuses
        .filter((status) => counts[status])
        .map((status) => `${counts[status]} ${stateWords[status].toLowerCase()}`)
        .join(", "),
    );
  if (cell.reason !== undefined && cell.status === "failed") parts.push(reasonSentence(cell.reason));
  return parts.join(" · ");
}
