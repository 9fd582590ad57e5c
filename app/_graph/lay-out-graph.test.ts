import fc from "fast-check";
import { expect, it } from "vitest";
import { pointsAlong } from "./edge-path";
import type { GraphTask } from "./graph-task";
import { edgeId, layOutInRoom, nodeHeight, wantedWidth, type Direction } from "./lay-out-graph";

/** Tasks whose needs stand before them, titles of any length. */
const graphs: fc.Arbitrary<GraphTask[]> = fc
  .array(fc.record({ title: fc.nat(30), needs: fc.array(fc.nat(11), { maxLength: 4 }) }), { minLength: 1, maxLength: 12 })
  .map((drafts) =>
    drafts.map(({ title, needs }, index) => ({
      key: `t${index}`,
      title: "x".repeat(title),
      needs: [...new Set(needs.filter((need) => need < index))].map((need) => ({ task: `t${need}`, names: [] })),
    })),
  );

function lines(tasks: readonly GraphTask[], direction: Direction) {
  const { places, lanes } = layOutInRoom(tasks, direction, (task) => wantedWidth(task.title, false, direction), 1000);
  return tasks.flatMap((task) =>
    task.needs.map((need) => {
      const [from, to] = [places.get(need.task)!, places.get(task.key)!];
      const down = direction === "down";
      const source = { x: from.x + (down ? from.width / 2 : from.width), y: from.y + (down ? nodeHeight : nodeHeight / 2) };
      const target = { x: to.x + (down ? to.width / 2 : 0), y: to.y + (down ? 0 : nodeHeight / 2) };
      const points = pointsAlong(source, target, lanes.get(edgeId(need.task, task.key))!, direction);
      const crossed = [...places].filter(([, box]) =>
        points.some(({ x, y }) => x > box.x + 1 && x < box.x + box.width - 1 && y > box.y + 1 && y < box.y + nodeHeight - 1),
      );
      return { from: need.task, to: task.key, crossed: crossed.map(([key]) => key) };
    }),
  );
}

it.each(["down", "right"] as const)("arrows go around boxes that they do not belong to (%s)", (direction) => {
  fc.assert(
    fc.property(graphs, (tasks) => {
      for (const line of lines(tasks, direction)) expect(line).toEqual({ ...line, crossed: [] });
    }),
    { numRuns: 300 },
  );
});

it("an arrow around the outermost box of its part keeps clear of the part beside it", () => {
  const needs: readonly (readonly number[])[] = [[], [0], [], [1], [], [], [5, 4, 2], [], [4], [6], [3, 7, 0], []];
  const tasks = needs.map((each, index) => ({
    key: `t${index}`,
    title: index === 4 ? "x".repeat(27) : "",
    needs: each.map((need) => ({ task: `t${need}`, names: [] })),
  }));
  expect(lines(tasks, "right").filter(({ crossed }) => crossed.length > 0)).toEqual([]);
});

it("the same graph has the same places, whatever it is called with", () => {
  const tasks = fc.sample(graphs, { numRuns: 1, seed: 7 })[0]!;
  const lay = () => layOutInRoom(tasks, "down", (task) => wantedWidth(task.title, false, "down"), 1000);
  expect(lay()).toEqual(lay());
});

it("tasks that nothing ties together stand in rows, not in one line that leaves the panel", () => {
  const tasks = Array.from({ length: 12 }, (_, index) => ({ key: `t${index}`, title: `Task ${index}`, needs: [] }));
  const { places } = layOutInRoom(tasks, "down", (task) => wantedWidth(task.title, false, "down"), 400);
  expect(Math.max(...[...places.values()].map(({ x, width }) => x + width)) * 0.7).toBeLessThanOrEqual(400 - 32);
  expect(new Set([...places.values()].map(({ y }) => y)).size).toBeGreaterThan(1);
  const boxes = [...places.values()];
  for (const a of boxes)
    for (const b of boxes)
      if (a !== b) expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + nodeHeight <= b.y || b.y + nodeHeight <= a.y).toBe(true);
});
