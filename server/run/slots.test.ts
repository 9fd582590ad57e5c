import { expect, test } from "vitest";
import { compile } from "@/pipelines/compile/compile";
import { parse } from "@/pipelines/notebook/parse";
import { Slots } from "./slots";

const { options } = compile(parse("// %% A\nconst a = 1;\n")).dag.tasks[0]!;

test("what stands still leaves its place to others and goes on when there is room", () => {
  const slots = new Slots({ cpu: 1, memory: 8e9 });
  expect(slots.take("a", "r1", "w1", options, 1)).toBe("taken");
  expect(slots.take("b", "r2", "w1", options, 1)).toBe("full");
  slots.park("a");
  expect(slots.take("b", "r2", "w1", options, 1)).toBe("taken");
  expect(slots.unpark("a", options, 1)).toBe(false);
  slots.end("b");
  expect(slots.unpark("a", options, 1)).toBe(true);
  expect(slots.take("b", "r2", "w1", options, 1)).toBe("full");
});

test("what stood still before it was adopted, or while its run was read again, stands still afterwards", () => {
  const slots = new Slots({ cpu: 1, memory: 8e9 });
  slots.park("a");
  slots.adopt("a", "r1", "w1", options);
  expect(slots.take("b", "r2", "w1", options, 1)).toBe("taken");
  slots.end("b");
  slots.releaseRun("r1");
  slots.adopt("a", "r1", "w1", options);
  expect(slots.take("b", "r2", "w1", options, 1)).toBe("taken");
});
