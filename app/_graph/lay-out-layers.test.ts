import { describe, expect, it } from "vitest";
import type { GraphTask } from "./graph-task";
import { layOutInRoom, nodeHeight } from "./lay-out-graph";

const task = (key: string, ...needs: string[]): GraphTask => ({
  key,
  title: key,
  needs: needs.map((need) => ({ task: need, names: [need] })),
});

/** A chain in which each task reads one far above it too: arrows that pass hundreds of layers. */
function tangled(count: number): GraphTask[] {
  return Array.from({ length: count }, (_, n) => (n === 0 ? task("t0") : task(`t${n}`, `t${n - 1}`, `t${Math.floor(n / 2)}`)));
}

describe.each(["down", "right"] as const)("places of a large graph, %s", (direction) => {
  const wide = Array.from({ length: 400 }, (_, n) => task(`e${n}`, "root"));
  const graphs = {
    tangled: tangled(300),
    wide: [task("root"), ...wide, task("sum", ...wide.map(({ key }) => key))],
    "ten thousand": Array.from({ length: 10_000 }, (_, n) =>
      n < 100 ? task(`t${n}`) : task(`t${n}`, `t${n - 100}`, `t${n - 1 - (n % 7)}`),
    ),
  };

  it.each(Object.entries(graphs))("%s: what is needed stands before, and no box stands on another", (_, tasks) => {
    const { places } = layOutInRoom(tasks, direction, () => 120, 400);
    expect(places.size).toBe(tasks.length);
    const across = (key: string) => (direction === "down" ? places.get(key)!.y : places.get(key)!.x);
    for (const { key, needs } of tasks) for (const need of needs) expect(across(need.task)).toBeLessThan(across(key));
    const byLayer = groupBy(tasks, ({ key }) => across(key));
    for (const layer of byLayer.values()) {
      const along = layer
        .map(({ key }) => places.get(key)!)
        .map(({ x, y, width }) => (direction === "down" ? [x, x + width] : [y, y + nodeHeight]) as [number, number])
        .sort((a, b) => a[0] - b[0]);
      along.slice(1).forEach(([from], n) => expect(from).toBeGreaterThanOrEqual(along[n]![1]));
    }
  });

  it("puts one box under the middle of the many that it reads", () => {
    const { places } = layOutInRoom(graphs.wide, direction, () => 120, 400);
    const middle = (key: string) => (direction === "down" ? places.get(key)!.x + places.get(key)!.width / 2 : places.get(key)!.y);
    expect(middle("sum")).toBeCloseTo((middle("e0") + middle("e399")) / 2, 0);
    expect(middle("root")).toBeCloseTo(middle("sum"), 0);
  });
});

function groupBy<T>(items: readonly T[], of: (item: T) => number): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const item of items) groups.set(of(item), [...(groups.get(of(item)) ?? []), item]);
  return groups;
}
