import type { GraphTask } from "./graph-task";

export interface Relatives {
  readonly upstream: ReadonlySet<string>;
  readonly downstream: ReadonlySet<string>;
}

/** Everything that flows into a task and everything that it flows into, however far. */
export function findRelatives(tasks: readonly GraphTask[], key: string): Relatives {
  const into = new Map(tasks.map((task) => [task.key, task.needs.map((need) => need.task)]));
  const outOf = new Map<string, string[]>();
  for (const task of tasks) {
    for (const need of task.needs) outOf.set(need.task, [...(outOf.get(need.task) ?? []), task.key]);
  }
  return { upstream: reach(into, key), downstream: reach(outOf, key) };
}

function reach(next: ReadonlyMap<string, readonly string[]>, from: string): Set<string> {
  const seen = new Set<string>();
  const open = [...(next.get(from) ?? [])];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (seen.has(key)) continue;
    seen.add(key);
    open.push(...(next.get(key) ?? []));
  }
  seen.delete(from);
  return seen;
}
