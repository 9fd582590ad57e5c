/** Decided by hand: single elements of a fan-out, and what that means for the fan-out, its readers and the run. */
import { beforeEach, expect, test } from "vitest";
import { applyChanges } from "./apply-changes";
import type { RunEvent } from "./run-event";
import { newRun, type RunState } from "./run-state";
import { ref, spec, task } from "./testing/random-run";
import { transition } from "./transition";

let run: RunState;
let at = 0;

function tell(event: RunEvent): readonly string[] {
  const { changes } = transition(run, event);
  applyChanges(run, changes);
  return changes.acts.map(({ type }) => type);
}

const claim = (ordinal: number) => tell({ type: "claimed", ordinal, at: ++at });
const attemptOf = (ordinal: number) => run.taskRuns[ordinal]!.attempt;
const succeed = (ordinal: number) =>
  tell({ type: "attempt-succeeded", ordinal, attempt: attemptOf(ordinal), outputs: { fan: ref(`v${ordinal}`) }, at: ++at });
const fail = (ordinal: number) => {
  const error = { name: "Error", message: "no", frames: [] };
  tell({ type: "attempt-failed", ordinal, attempt: attemptOf(ordinal), reason: "exception", error, random: 0, at: ++at });
};
const mark = (ordinal: number, as: "succeeded" | "failed", note?: string) =>
  tell({ type: "mark-requested", ordinal, as, note, by: "Ada", at: ++at });
const statuses = () =>
  run.taskRuns.map(({ status, reason }) => (reason === undefined ? status : `${status} ${reason}`)).map((one) => one.replace(" ", ": "));
const fanned = () => (run.taskRuns[0]!.outputs?.["fan"] as { list: { hash: string }[] } | undefined)?.list.map(({ hash }) => hash);

/** `fan` over three, of which the second fails; `reads` wants what they gave, `told` is a handler. */
beforeEach(() => {
  at = 0;
  run = newRun(
    spec([
      task("fan", [], { cache: "off" }, true),
      task("reads", ["fan"], { cache: "off" }),
      task("told", [], { on: "exit", cache: "off" }),
    ]),
  );
  tell({ type: "submitted", at: ++at });
  claim(0);
  tell({ type: "expanded", ordinal: 0, attempt: 1, elements: { item: [ref("a"), ref("b"), ref("c")] }, at: ++at });
  for (const ordinal of [3, 4, 5]) claim(ordinal);
  succeed(3);
});

test("an element marked succeeded counts as one: readers run with what the others gave, and handlers tell it anew", () => {
  fail(4);
  succeed(5);
  claim(2);
  succeed(2);
  expect(run.fields).toMatchObject({ status: "failed", message: expect.stringContaining("“fan” failed at element 1") as unknown });
  expect(mark(4, "succeeded", "by eye")).toEqual(["marked-succeeded"]);
  expect(run.taskRuns[4]).toMatchObject({ status: "succeeded", decision: { by: "Ada", note: "by eye" }, attempt: 1 });
  expect(statuses()).toEqual(["succeeded", "queued", "blocked", "succeeded", "succeeded", "succeeded"]);
  expect(fanned()).toEqual(["v3", "v5"]);
  expect(run.fields.status).toBe("running");
  claim(1);
  succeed(1);
  claim(2);
  succeed(2);
  expect(run.fields.status).toBe("succeeded");
});

test("an element marked failed fails its fan-out and the run, which names it, who and why", () => {
  succeed(4);
  succeed(5);
  claim(1);
  // Its reader is at work on what it gave.
  expect(mark(5, "failed")).toEqual([]);
  succeed(1);
  claim(2);
  succeed(2);
  expect(run.fields.status).toBe("succeeded");
  expect(mark(5, "failed", "wrong units")).toEqual(["marked-failed"]);
  expect(statuses().slice(0, 2)).toEqual(["failed: marked-failed", "succeeded"]);
  claim(2);
  succeed(2);
  expect(run.fields).toMatchObject({ status: "failed", message: "“fan [2]” was marked as failed by Ada: wrong units" });
  // Taken back: its value is still there.
  expect(mark(5, "succeeded")).toEqual(["marked-succeeded"]);
  expect(fanned()).toEqual(["v3", "v4", "v5"]);
});

test("while others of the fan-out are at work one that has ended can be marked, and one at work cannot", () => {
  fail(4);
  expect(mark(5, "succeeded")).toEqual([]);
  expect(mark(4, "succeeded")).toEqual(["marked-succeeded"]);
  expect(mark(4, "succeeded")).toEqual([]);
  expect(statuses()).toEqual(["running", "blocked", "blocked", "succeeded", "succeeded", "running"]);
  succeed(5);
  expect(statuses().slice(0, 2)).toEqual(["succeeded", "queued"]);
});

test("elements that wait for their turn can be marked, and no more than concurrency= are let through", () => {
  run = newRun(spec([task("fan", [], { cache: "off", concurrency: 1 }, true)]));
  tell({ type: "submitted", at: ++at });
  claim(0);
  tell({ type: "expanded", ordinal: 0, attempt: 1, elements: { item: [ref("a"), ref("b"), ref("c"), ref("d")] }, at: ++at });
  claim(1);
  expect(mark(2, "succeeded")).toEqual(["marked-succeeded"]);
  expect(statuses()).toEqual(["running", "running", "succeeded", "blocked", "blocked"]);
  succeed(1);
  expect(statuses()).toEqual(["running", "succeeded", "succeeded", "queued", "blocked"]);
});

test("elements of a fan-out that was marked as a whole, or made anew, stay as they are", () => {
  fail(4);
  succeed(5);
  claim(2);
  succeed(2);
  expect(mark(0, "succeeded")).toEqual(["marked-succeeded"]);
  claim(1);
  succeed(1);
  claim(2);
  succeed(2);
  expect(mark(4, "succeeded")).toEqual([]);
  tell({ type: "clear-requested", ordinal: 0, by: "Ada", at: ++at });
  expect(run.taskRuns[4]!.reason).toBe("cleared");
  expect(mark(4, "failed")).toEqual([]);
});
