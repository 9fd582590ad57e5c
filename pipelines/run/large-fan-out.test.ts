/** 10,000 elements go through the fold in steps that grow with their number and no faster: steps are counted, not time. */
import { afterEach, expect, test, vi } from "vitest";
import { applyChanges } from "./apply-changes";
import { Draft } from "./draft";
import { newRun, type RunState } from "./run-state";
import type { RunEvent } from "./run-event";
import { ref, spec, task } from "./testing/random-run";
import { transition } from "./transition";

afterEach(() => vi.restoreAllMocks());

const mapped = (patch = {}) =>
  spec([task("items"), task("work", ["items"], patch, true), task("sum", ["work"]), task("tell", [], { on: "exit" })], { cache: "off" });

/** Runs all of it and gives the state at its end and how often a task run was read or written on the way. */
function steps(size: number, patch = {}, meddle: (run: RunState, fold: (event: RunEvent) => void) => void = () => undefined) {
  const reads = vi.spyOn(Draft.prototype, "taskRun");
  const run = newRun(mapped(patch));
  const open: { ordinal: number }[] = [];
  let at = 0;
  const fold = (event: RunEvent) => {
    const { changes, actions } = transition(run, event);
    applyChanges(run, changes);
    for (const action of actions) if (action.type === "enqueue") open.push(action);
  };
  const drain = () => {
    for (let next = open.shift(); next; next = open.shift()) {
      const { ordinal } = next;
      fold({ type: "claimed", ordinal, at: ++at });
      const { attempt, mapIndex, task: index } = run.taskRuns[ordinal]!;
      const { key } = run.plan.tasks[index]!;
      const about = { ordinal, attempt, at: ++at };
      if (key === "work" && mapIndex === undefined) {
        fold({ ...about, type: "expanded", elements: { item: Array.from({ length: size }, (_, n) => ref(`i${n}`)) } });
      } else fold({ ...about, type: "attempt-succeeded", outputs: { [key]: ref(`${key}${ordinal}`) } });
    }
  };
  fold({ type: "submitted", at });
  drain();
  meddle(run, fold);
  drain();
  const count = reads.mock.calls.length;
  reads.mockRestore();
  return { run, count };
}

test.each([
  ["all at once", {}],
  ["a few at a time", { concurrency: 8 }],
])("%s", (_, patch) => {
  const small = steps(1_000, patch);
  const large = steps(10_000, patch);
  expect(large.run.fields.status).toBe("succeeded");
  expect(large.run.taskRuns).toHaveLength(10_004);
  expect(large.count / small.count).toBeLessThan(10.5);
});

test("cleared, ten thousand run again, and readers see the new ones only", () => {
  const { run, count } = steps(10_000, {}, (state, fold) => {
    fold({ type: "clear-requested", ordinal: state.plan.indexOf.get("work")!, by: "Ada", at: 1e6 });
  });
  const small = steps(1_000, {}, (state, fold) => {
    fold({ type: "clear-requested", ordinal: state.plan.indexOf.get("work")!, by: "Ada", at: 1e6 });
  });
  expect(run.fields.status).toBe("succeeded");
  expect(run.taskRuns.filter(({ reason }) => reason === "cleared")).toHaveLength(10_000);
  const { outputs } = run.taskRuns[run.plan.indexOf.get("work")!]!;
  const list = (outputs!["work"] as { readonly list: readonly { readonly hash: string }[] }).list;
  expect(list).toHaveLength(10_000);
  expect(list[0]!.hash).toBe("work10004");
  expect(count / small.count).toBeLessThan(10.5);
});
