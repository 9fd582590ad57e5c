/** Decides how durations over runs are drawn, and which are out of the ordinary. Cached and unfinished tasks took no time of note. */
import { findSlow } from "@/pipelines/metric/outliers";
import type { RunGrid } from "../../../../_trpc/outputs";

export interface DurationBar {
  readonly runId: string;
  readonly runNumber: number;
  readonly taskRunId: string | undefined;
  readonly ms: number;
  /** Of the height, 0 to 1. */
  readonly share: number;
  readonly slow: boolean;
  readonly failed: boolean;
}

export interface DurationLine {
  readonly key: string;
  readonly title: string;
  /** Oldest first; undefined where the task did not run. */
  readonly bars: readonly (DurationBar | undefined)[];
  readonly medianMs: number | undefined;
  readonly medianShare: number | undefined;
  readonly longestMs: number;
  readonly slow: readonly { readonly bar: DurationBar; readonly times: number }[];
  readonly lastMs: number | undefined;
}

export function prepareDurations(grid: RunGrid): DurationLine[] {
  const runs = grid.runs.toReversed();
  const whole = toLine(
    "",
    "The whole run",
    runs.map((run) =>
      run.durationMs === undefined || (run.status !== "succeeded" && run.status !== "failed")
        ? undefined
        : { runId: run.id, runNumber: run.number, taskRunId: undefined, ms: run.durationMs, failed: run.status === "failed" },
    ),
  );
  const lines = grid.tasks.map((task) =>
    toLine(
      task.key,
      task.title || task.key,
      runs.map((run) => {
        const cell = run.cells[task.key];
        if (cell?.durationMs === undefined || (cell.status !== "succeeded" && cell.status !== "failed")) return undefined;
        return { runId: run.id, runNumber: run.number, taskRunId: cell.taskRunId, ms: cell.durationMs, failed: cell.status === "failed" };
      }),
    ),
  );
  return [whole, ...lines].filter((line) => line.bars.some((bar) => bar !== undefined));
}

type Draft = Omit<DurationBar, "share" | "slow">;

function toLine(key: string, title: string, drafts: readonly (Draft | undefined)[]): DurationLine {
  // A failure ends early or late for reasons of its own: it is drawn, but says nothing of how long the task takes.
  const usual = drafts.filter((draft): draft is Draft => draft !== undefined && !draft.failed);
  const { median, limit } = findSlow(usual.map(({ ms }) => ms));
  const longestMs = Math.max(1, ...drafts.map((draft) => draft?.ms ?? 0));
  const bars = drafts.map(
    (draft) => draft && { ...draft, share: draft.ms / longestMs, slow: !draft.failed && limit !== undefined && draft.ms > limit },
  );
  const slow = bars.flatMap((bar) => (bar?.slow ? [{ bar, times: bar.ms / Math.max(1, median) }] : [])).toReversed();
  return {
    key,
    title,
    bars,
    medianMs: usual.length === 0 ? undefined : median,
    medianShare: usual.length === 0 ? undefined : median / longestMs,
    longestMs,
    slow,
    lastMs: bars.findLast((bar) => bar !== undefined)?.ms,
  };
}
