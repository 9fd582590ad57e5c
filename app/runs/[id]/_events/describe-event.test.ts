import { expect, it } from "vitest";
import type { RunHistoryEvent } from "../../../_trpc/outputs";
import { describeEvent } from "./describe-event";

const event = (more: Partial<RunHistoryEvent>): RunHistoryEvent => ({
  seq: 1,
  at: "2026-01-01T00:00:00Z",
  acts: [],
  changes: [],
  ...more,
});
const change = (more: Partial<RunHistoryEvent["changes"][number]>): RunHistoryEvent["changes"][number] => ({
  taskKey: "fit",
  status: "succeeded",
  attempt: 1,
  count: 1,
  taskRunId: "r-1",
  elements: false,
  ...more,
});
const texts = (one: RunHistoryEvent) =>
  describeEvent(
    one,
    (key) => (key === "fit" ? "Fit" : key),
    () => "Fit",
  ).map(({ text }) => text);

it("says what became of the run and of its tasks", () => {
  expect(texts(event({ status: "running", changes: [change({ status: "running" }), change({ mapIndex: 3, elements: true })] }))).toEqual([
    "The run started",
    "Fit started",
    "Fit [3] succeeded",
  ]);
});

it("says which try it is, and many elements in one sentence", () => {
  expect(
    texts(event({ changes: [change({ status: "running", attempt: 2 }), change({ status: "skipped", count: 250, elements: true })] })),
  ).toEqual(["Fit started (try 2)", "250 elements of Fit were skipped"]);
});

it("names who did something, to what, and what they wrote", () => {
  expect(texts(event({ acts: [{ type: "marked-failed", by: "Ada", note: "wrong data", taskRunId: "r-1" }] }))).toEqual([
    "Ada marked as failed Fit: “wrong data”",
  ]);
});
