import { expect, test } from "vitest";
import { waitingSentence, type Holder } from "./waiting-for";

const holder = (runNumber: number, title?: string, mapIndex?: number): Holder => ({
  runId: `r${runNumber}`,
  runNumber,
  notebook: "N",
  task: title === undefined ? undefined : { id: "t", title, mapIndex },
  since: "2026-01-01T00:00:00.000Z",
});

test("a full place names who has it, and how many more", () => {
  const holders = [1, 2, 3, 4, 5].map((number) => holder(number, "Train", number));
  expect(waitingSentence({ type: "pool", name: "gpu", size: 5, holders })).toBe(
    "The pool “gpu” is full: all 5 places are taken by “Train [1]” of run #1, “Train [2]” of run #2, “Train [3]” of run #3 and 2 more.",
  );
  expect(waitingSentence({ type: "lock", name: "db", size: 1, holders: [holder(7, "Load")] })).toBe(
    "The lock “db” is taken by “Load” of run #7.",
  );
  expect(waitingSentence({ type: "workspace-runs", size: 2, holders: [holder(1), holder(2)] })).toBe(
    "The workspace may have 2 runs going at once, and run #1 and run #2 are.",
  );
});

test("a pool that is not there comes with what to do", () => {
  expect(waitingSentence({ type: "unknown-pool", name: "gpu", known: ["default", "small"] })).toBe(
    "There is no pool “gpu” in this workspace. Make it under Pools and the task goes on by itself, or name one of the pools “default” or “small” in the cell.",
  );
});

test("one and many are told apart", () => {
  const tasks = ["Load", "Clean"].map((title) => ({ id: title, title, status: "running" as const }));
  expect(waitingSentence({ type: "upstream", tasks })).toBe("It waits for “Load” and “Clean”, which have not ended.");
  expect(waitingSentence({ type: "upstream", tasks: tasks.slice(0, 1) })).toBe("It waits for “Load”, which has not ended.");
  expect(waitingSentence({ type: "worker", running: 1 })).toBe("No worker is free: 1 task runs there now, and workspaces take turns.");
});
