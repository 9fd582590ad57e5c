/** The task runs of a run as the lines of a table: in the order of the DAG or of their starts, elements of a fan-out under their group. */
import type { TaskRunStatus } from "@/pipelines/run/run";
import type { RunDetail, TaskRunRow } from "../../../_trpc/outputs";
import { isLive } from "../../../_ui/state-words";
import { compareRows, orderByStart } from "./order-tasks";

export type Task = RunDetail["tasks"][number];

export interface TaskLine {
  readonly key: string;
  readonly type: "task" | "group" | "element";
  readonly task: Task;
  readonly row: TaskRunRow | undefined;
  /** Of an element of a large fan-out: its place among those that are shown, to load it by. */
  readonly place: number | undefined;
  /** Of a group: its elements by state. */
  readonly counts: Readonly<Partial<Record<TaskRunStatus, number>>> | undefined;
  readonly open: boolean;
}

export interface TaskView {
  readonly status: TaskRunStatus | undefined;
  /** Groups whose usual state (open when small) is turned round. */
  readonly flipped: ReadonlySet<string>;
  /** By default the order of the graph. */
  readonly order?: TaskOrder;
}

export const taskOrders = ["start", "graph"] as const;
export type TaskOrder = (typeof taskOrders)[number];

/** A fan-out of more elements than this is folded until somebody opens it. */
const small = 6;

export function prepareTasks(
  tasks: readonly Task[],
  taskRuns: readonly TaskRunRow[],
  view: TaskView,
  groups: RunDetail["groups"] = {},
): TaskLine[] {
  const byTask = groupRows(taskRuns);
  const byStart = view.order === "start";
  const ordered = byStart ? orderByStart(tasks, taskRuns, groups) : tasks;
  return ordered.flatMap((task): TaskLine[] => {
    const { whole, elements } = byTask.get(task.key) ?? { whole: undefined, elements: [] };
    const large = groups[task.key];
    if (large) return largeGroup(task, whole, large, view);
    const matches = (row: TaskRunRow | undefined) => view.status === undefined || row?.status === view.status;
    // A fan-out that ended before it had elements says what happened to it as any task does.
    const never = elements.length === 0 && whole !== undefined && !isLive(whole.status);
    if (!task.each || never)
      return matches(whole) ? [{ key: task.key, type: "task", task, row: whole, place: undefined, counts: undefined, open: false }] : [];
    const matching = elements.filter(matches);
    const shown = byStart ? matching.toSorted(compareRows) : matching;
    if (shown.length === 0 && !matches(whole)) return [];
    // Who filters wants to see what the filter found.
    const open = view.status !== undefined || elements.length <= small !== view.flipped.has(task.key);
    const group: TaskLine = { key: task.key, type: "group", task, row: whole, place: undefined, counts: countStates(elements), open };
    if (!open) return [group];
    return [
      group,
      ...shown.map((row): TaskLine => ({
        key: `${task.key}[${row.mapIndex}]`,
        type: "element",
        task,
        row,
        place: undefined,
        counts: undefined,
        open: false,
      })),
    ];
  });
}

/** Lines for its elements without the elements: each is loaded when it comes into the window. */
function largeGroup(task: Task, row: TaskRunRow | undefined, group: RunDetail["groups"][string], view: TaskView): TaskLine[] {
  const shown = view.status === undefined ? group.total : (group.counts[view.status] ?? 0);
  if (shown === 0 && row?.status !== view.status) return [];
  const open = view.status !== undefined || view.flipped.has(task.key);
  const line: TaskLine = { key: task.key, type: "group", task, row, place: undefined, counts: group.counts, open };
  if (!open) return [line];
  const elements = Array.from({ length: shown }, (_, place): TaskLine => {
    return { key: `${task.key}/${place}`, type: "element", task, row: undefined, place, counts: undefined, open: false };
  });
  return [line, ...elements];
}

export function groupRows(taskRuns: readonly TaskRunRow[]) {
  const byTask = new Map<string, { whole: TaskRunRow | undefined; elements: TaskRunRow[] }>();
  for (const row of taskRuns) {
    let entry = byTask.get(row.taskKey);
    if (!entry) byTask.set(row.taskKey, (entry = { whole: undefined, elements: [] }));
    if (row.mapIndex === undefined) entry.whole = row;
    else entry.elements.push(row);
  }
  for (const { elements } of byTask.values()) elements.sort((a, b) => a.mapIndex! - b.mapIndex!);
  return byTask;
}

export function countStates(rows: readonly { readonly status: TaskRunStatus }[]): Partial<Record<TaskRunStatus, number>> {
  const counts: Partial<Record<TaskRunStatus, number>> = {};
  for (const { status } of rows) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export function countEnded(counts: Readonly<Partial<Record<TaskRunStatus, number>>>): number {
  return (Object.entries(counts) as [TaskRunStatus, number][]).reduce((sum, [status, count]) => (isLive(status) ? sum : sum + count), 0);
}

/** Of all task runs: those that are told one by one and those that are told counted. */
export function countAll(run: Pick<RunDetail, "taskRuns" | "groups">): Partial<Record<TaskRunStatus, number>> {
  const counts = countStates(run.taskRuns);
  for (const group of Object.values(run.groups)) {
    for (const [status, count] of Object.entries(group.counts) as [TaskRunStatus, number][]) counts[status] = (counts[status] ?? 0) + count;
  }
  return counts;
}

/** The task run to open first: what failed by itself, not what failed for another's sake. */
export function findCulprit(told: readonly TaskRunRow[], groups: RunDetail["groups"] = {}): TaskRunRow | undefined {
  const taskRuns = [...told, ...Object.values(groups).flatMap(({ culprit }) => culprit ?? [])];
  const failed = taskRuns.filter((row) => row.status === "failed" && row.reason !== "upstream-failed");
  const own = failed.filter(
    (row) => row.mapIndex !== undefined || !failed.some((other) => other.taskKey === row.taskKey && other.mapIndex !== undefined),
  );
  return own.toSorted((a, b) => (a.finishedAt ?? "").localeCompare(b.finishedAt ?? ""))[0];
}

export function taskRunTitle(task: Pick<Task, "title" | "key"> | undefined, row: Pick<TaskRunRow, "taskKey" | "mapIndex">): string {
  return `${task?.title || row.taskKey}${row.mapIndex === undefined ? "" : ` [${row.mapIndex}]`}`;
}
