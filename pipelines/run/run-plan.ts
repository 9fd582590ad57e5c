/** What a Dag and its targets fix for the whole run: who reads whom, who runs late, where each counter stands. */
import type { Task } from "../compile/dag";
import type { RunSpec } from "./run";

export interface RunPlan {
  readonly tasks: readonly Task[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly upstream: readonly (readonly number[])[];
  readonly downstream: readonly (readonly number[])[];
  /** Handlers and whatever depends on one: they wait until everything else has ended. */
  readonly late: readonly boolean[];
  readonly handlers: readonly number[];
  readonly targeted: readonly boolean[];
  readonly counters: Counters;
  initialCounts(): Int32Array;
}

/** Places in RunState.counts. */
export interface Counters {
  /** Upstream tasks that have not ended. */
  pending(task: number): number;
  /** Elements that have not ended; elements let through by `concurrency`; first one still held back; its ordinal 0. */
  live(task: number): number;
  admitted(task: number): number;
  cursor(task: number): number;
  first(task: number): number;
  /** Tasks that have not ended, apart from late ones; late ones. */
  readonly open: number;
  readonly openLate: number;
  /** Tasks that failed, apart from late ones: what a handler's `on` asks. */
  readonly failed: number;
}

export function planRun(spec: RunSpec): RunPlan {
  const tasks = spec.dag.tasks;
  const n = tasks.length;
  const indexOf = new Map(tasks.map((task, index) => [task.key, index]));
  const upstream = tasks.map((task) => [...new Set(task.needs.flatMap((need) => indexOf.get(need.task) ?? []))]);
  const downstream: number[][] = tasks.map(() => []);
  upstream.forEach((needs, index) => needs.forEach((need) => downstream[need]!.push(index)));

  const late = tasks.map((task) => task.options.on !== undefined);
  spread(late, downstream);
  const handlers = tasks.flatMap((task, index) => (task.options.on === undefined ? [] : [index]));
  const targeted = tasks.map((task) => spec.targets === undefined || spec.targets.includes(task.key));
  spread(targeted, upstream);

  const counters: Counters = {
    pending: (task) => task,
    live: (task) => n + task,
    admitted: (task) => 2 * n + task,
    cursor: (task) => 3 * n + task,
    first: (task) => 4 * n + task,
    open: 5 * n,
    openLate: 5 * n + 1,
    failed: 5 * n + 2,
  };
  return {
    tasks,
    indexOf,
    upstream,
    downstream,
    late,
    handlers,
    targeted,
    counters,
    initialCounts() {
      const counts = new Int32Array(5 * n + 3);
      upstream.forEach((needs, index) => (counts[counters.pending(index)] = needs.length));
      counts[counters.openLate] = late.filter(Boolean).length;
      counts[counters.open] = n - counts[counters.openLate]!;
      return counts;
    },
  };
}

/** Marks everything that marked tasks lead to. */
function spread(marks: boolean[], edges: readonly (readonly number[])[]): void {
  const stack = marks.flatMap((mark, index) => (mark ? [index] : []));
  for (let index = stack.pop(); index !== undefined; index = stack.pop()) {
    for (const next of edges[index]!) {
      if (marks[next]) continue;
      marks[next] = true;
      stack.push(next);
    }
  }
}
