import { describe, expect, it } from "vitest";
import type { RunDetail, TaskRunRow } from "../../../_trpc/outputs";
import { applyPatches, type RunPatch } from "./apply-patches";
import { prepareHeadline } from "./prepare-headline";
import { countAll, findCulprit, prepareTasks, type Task } from "./prepare-tasks";

const row = (taskKey: string, status: TaskRunRow["status"], over: Partial<TaskRunRow> = {}): TaskRunRow => ({
  id: `r-${taskKey}${over.mapIndex ?? ""}`,
  taskKey,
  status,
  attempt: 1,
  ...over,
});
const task = (key: string, each = false) =>
  ({ key, title: key, each: each ? [{ name: "x", source: "xs" }] : undefined }) as unknown as Task;

describe("applyPatches", () => {
  const run = { id: "r", status: "running", lastSeq: 3, taskRuns: [row("a", "running"), row("b", "blocked")] } as unknown as RunDetail;
  const patch = (seq: number, status: string, ...taskRuns: TaskRunRow[]) =>
    ({ seq, run: { id: "r", status }, taskRuns }) as unknown as RunPatch;

  it("replaces rows, adds new ones and keeps the rest", () => {
    const next = applyPatches(run, [patch(4, "running", row("a", "succeeded")), patch(5, "succeeded", row("c", "succeeded"))]);
    expect(next.taskRuns.map((one) => [one.taskKey, one.status])).toEqual([
      ["a", "succeeded"],
      ["b", "blocked"],
      ["c", "succeeded"],
    ]);
    expect([next.status, next.lastSeq]).toEqual(["succeeded", 5]);
  });

  it("ignores what it already contains", () => {
    expect(applyPatches(run, [patch(2, "queued", row("a", "queued"))])).toBe(run);
  });

  it("takes the same patch twice without harm", () => {
    const once = applyPatches(run, [patch(4, "running", row("a", "succeeded"))]);
    expect(applyPatches(once, [patch(4, "running", row("a", "succeeded"))])).toEqual(once);
  });
});

describe("the headline against the run before", () => {
  it("says how much and whether that is good", () => {
    const items = prepareHeadline(
      [
        { name: "loss", value: 0.9 },
        { name: "accuracy", value: 0.8 },
        { name: "rows", value: 12 },
        { name: "new", value: 1 },
      ],
      [
        { name: "loss", value: 1 },
        { name: "accuracy", value: 0.9 },
        { name: "rows", value: 10 },
      ],
    );
    expect(items.map((item) => item.verdict)).toEqual(["better", "worse", "changed", undefined]);
    expect(items[0]!.ratio).toBeCloseTo(-0.1);
  });

  it("has no difference without a run before, and no ratio to zero", () => {
    expect(prepareHeadline([{ name: "loss", value: 1 }], undefined)[0]).toMatchObject({ difference: undefined, verdict: undefined });
    expect(prepareHeadline([{ name: "loss", value: 1 }], [{ name: "loss", value: 0 }])[0]).toMatchObject({
      ratio: undefined,
      verdict: "worse",
    });
    expect(prepareHeadline([{ name: "loss", value: 1 }], [{ name: "loss", value: 1 }])[0]!.verdict).toBe("same");
  });
});

describe("the lines of the task table", () => {
  const tasks = [task("load"), task("train", true), task("report")];
  const elements = (n: number, status: TaskRunRow["status"] = "succeeded") =>
    Array.from({ length: n }, (_, mapIndex) => row("train", status, { mapIndex }));
  const all = { status: undefined, flipped: new Set<string>() };

  it("stand in the order of the DAG with elements under their group", () => {
    const lines = prepareTasks(
      tasks,
      [row("report", "blocked"), ...elements(2).reverse(), row("train", "running"), row("load", "succeeded")],
      all,
    );
    expect(lines.map((line) => line.key)).toEqual(["load", "train", "train[0]", "train[1]", "report"]);
    expect(lines[1]!.counts).toEqual({ succeeded: 2 });
  });

  it("fold a large fan-out until it is opened", () => {
    const rows = [row("train", "running"), ...elements(1000)];
    expect(prepareTasks(tasks, rows, all)).toHaveLength(3);
    expect(prepareTasks(tasks, rows, { ...all, flipped: new Set(["train"]) })).toHaveLength(1003);
  });

  it("show just what the filter asks for, also inside a folded group", () => {
    const rows = [
      row("load", "succeeded"),
      row("train", "failed"),
      ...elements(20),
      row("train", "failed", { mapIndex: 20 }),
      row("report", "skipped"),
    ];
    expect(prepareTasks(tasks, rows, { ...all, status: "failed" }).map((line) => line.key)).toEqual(["train", "train[20]"]);
  });

  it("say what happened to a fan-out that ended before it had elements", () => {
    const lines = prepareTasks(tasks, [row("train", "failed", { reason: "exception" })], all);
    expect(lines[1]).toMatchObject({ key: "train", type: "task", counts: undefined });
    expect(prepareTasks(tasks, [row("train", "running")], all)[1]).toMatchObject({ type: "group" });
  });

  it("of a large fan-out are made from its counts, and loaded by their place", () => {
    const groups = { train: { total: 10_000, counts: { succeeded: 9_998, failed: 2 } } };
    const rows = [row("train", "failed")];
    expect(prepareTasks(tasks, rows, all, groups).map((line) => line.key)).toEqual(["load", "train", "report"]);
    expect(prepareTasks(tasks, rows, { ...all, flipped: new Set(["train"]) }, groups)).toHaveLength(10_003);
    const failed = prepareTasks(tasks, rows, { ...all, status: "failed" }, groups);
    expect(failed.map((line) => [line.key, line.place])).toEqual([
      ["train", undefined],
      ["train/0", 0],
      ["train/1", 1],
    ]);
    expect(countAll({ taskRuns: rows, groups })).toEqual({ failed: 3, succeeded: 9_998 });
  });

  it("exist before any task run does", () => {
    expect(prepareTasks(tasks, [], all).map((line) => line.key)).toEqual(["load", "train", "report"]);
  });
});

describe("the lines by start", () => {
  const at = (second: number) => `2026-01-01T00:00:0${second}Z`;
  const tasks = [task("late"), task("never"), task("each", true), task("early"), task("reused")];
  const view = { status: undefined, flipped: new Set<string>(), order: "start" as const };

  it("put what began first on top, a fan-out with its elements where its first one began, and last what did not run", () => {
    const rows = [
      row("late", "succeeded", { startedAt: at(8) }),
      row("never", "skipped"),
      row("each", "succeeded", { startedAt: at(3) }),
      row("each", "succeeded", { startedAt: at(6), mapIndex: 0 }),
      row("each", "succeeded", { startedAt: at(5), mapIndex: 1 }),
      row("early", "succeeded", { startedAt: at(4) }),
      row("reused", "cached", { finishedAt: at(2) }),
    ];
    expect(prepareTasks(tasks, rows, view).map((line) => line.key)).toEqual([
      "reused",
      "each",
      "each[1]",
      "each[0]",
      "early",
      "late",
      "never",
    ]);
  });

  it("take a large fan-out by the first start of its counted elements", () => {
    const rows = [row("late", "succeeded", { startedAt: at(8) }), row("each", "running"), row("early", "succeeded", { startedAt: at(4) })];
    const groups = { each: { total: 1000, counts: { running: 1000 }, startedAt: at(1) } } as unknown as RunDetail["groups"];
    expect(prepareTasks(tasks, rows, view, groups).map((line) => line.key)).toEqual(["each", "early", "late", "never", "reused"]);
  });
});

describe("findCulprit", () => {
  it("is the first that failed by itself, the element rather than its group", () => {
    const rows = [
      row("report", "failed", { reason: "upstream-failed", finishedAt: "2026-01-01T00:00:01Z" }),
      row("train", "failed", { reason: "exception", finishedAt: "2026-01-01T00:00:02Z" }),
      row("train", "failed", { reason: "exception", mapIndex: 4, finishedAt: "2026-01-01T00:00:02Z" }),
      row("other", "failed", { reason: "timeout", finishedAt: "2026-01-01T00:00:09Z" }),
    ];
    expect(findCulprit(rows)!.id).toBe("r-train4");
    expect(findCulprit([row("a", "succeeded")])).toBeUndefined();
    const culprit = row("train", "failed", { reason: "timeout", mapIndex: 7_000, finishedAt: "2026-01-01T00:00:01Z" });
    expect(
      findCulprit([row("train", "failed", { reason: "exception" })], { train: { total: 9_000, counts: { failed: 1 }, culprit } })!.id,
    ).toBe(culprit.id);
  });
});
