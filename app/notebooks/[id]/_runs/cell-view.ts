/** What is known of a cell's task, over all runs: the stored state with what the live run says on top. Pure. */
import type { CellState, RunDetail, RunRow, TaskRunRow } from "../../../_trpc/outputs";
import { isLive } from "../../../_ui/state-words";

export interface CellView {
  readonly taskKey: string;
  readonly runId: string;
  readonly runNumber: number;
  readonly status: TaskRunRow["status"];
  readonly taskRun: TaskRunRow;
  readonly elements: { readonly done: number; readonly failed: number; readonly total: number } | undefined;
  readonly fingerprint: string;
  readonly params: CellState["params"];
  /** It belongs to the run of this moment, made from what the notebook says now. */
  readonly fresh: boolean;
  /** The newest result with something to show; of an earlier run while the present one is not done. */
  readonly result: CellState | undefined;
}

export interface LiveRun {
  readonly run: RunRow | undefined;
  readonly runId: string;
  readonly taskRuns: ReadonlyMap<string, TaskRunRow>;
  /** Large fan-outs, counted. */
  readonly groups: RunDetail["groups"];
}

export function toCellViews(
  states: readonly CellState[],
  results: ReadonlyMap<string, CellState>,
  live: LiveRun | undefined,
): ReadonlyMap<string, CellView> {
  const views = new Map<string, CellView>();
  for (const state of states) {
    views.set(state.taskKey, {
      taskKey: state.taskKey,
      runId: state.runId,
      runNumber: state.runNumber,
      status: state.taskRun.status,
      taskRun: state.taskRun,
      elements: state.elements === undefined ? undefined : countElements(state.elements),
      fingerprint: state.fingerprint,
      params: state.params,
      fresh: false,
      result: isLive(state.taskRun.status) ? results.get(state.taskKey) : state,
    });
  }
  if (!live) return views;
  const elements = groupElements(live.taskRuns.values());
  for (const [key, group] of Object.entries(live.groups)) elements.set(key, countElements(group.counts));
  for (const row of live.taskRuns.values()) {
    if (row.mapIndex !== undefined || row.reason === "not-targeted") continue;
    const before = views.get(row.taskKey);
    const known = before?.runId === live.runId;
    views.set(row.taskKey, {
      taskKey: row.taskKey,
      runId: live.runId,
      runNumber: live.run?.number ?? before?.runNumber ?? 0,
      status: row.status,
      taskRun: row,
      elements: elements.get(row.taskKey) ?? (known ? before?.elements : undefined),
      fingerprint: known ? (before?.fingerprint ?? "") : "",
      params: known ? (before?.params ?? {}) : {},
      // Until the stored state of this very run is here, there is nothing to compare with.
      fresh: !known || isLive(row.status),
      result: before?.result ?? results.get(row.taskKey),
    });
  }
  return views;
}

function groupElements(rows: Iterable<TaskRunRow>): Map<string, { done: number; failed: number; total: number }> {
  const groups = new Map<string, { done: number; failed: number; total: number }>();
  for (const row of rows) {
    if (row.mapIndex === undefined) continue;
    const group = groups.get(row.taskKey) ?? { done: 0, failed: 0, total: 0 };
    group.total += 1;
    if (!isLive(row.status)) group.done += 1;
    if (row.status === "failed") group.failed += 1;
    groups.set(row.taskKey, group);
  }
  return groups;
}

function countElements(counts: NonNullable<CellState["elements"]>) {
  let done = 0;
  let total = 0;
  for (const [status, count] of Object.entries(counts) as [TaskRunRow["status"], number | undefined][]) {
    total += count ?? 0;
    if (!isLive(status)) done += count ?? 0;
  }
  return { done, total, failed: counts.failed ?? 0 };
}
