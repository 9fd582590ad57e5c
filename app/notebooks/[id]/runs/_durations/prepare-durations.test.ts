import { expect, it } from "vitest";
import type { RunGrid } from "../../../../_trpc/outputs";
import { prepareDurations } from "./prepare-durations";

type Cell = RunGrid["runs"][number]["cells"][string];

function grid(times: readonly (number | undefined)[], more: Partial<Cell>[] = []): RunGrid {
  return {
    next: undefined,
    tasks: [{ key: "fit", title: "Fit", mapped: false }],
    runs: times
      .map((durationMs, n): RunGrid["runs"][number] => ({
        id: `r${n}`,
        number: n + 1,
        status: "succeeded",
        trigger: "manual",
        createdAt: "2026-01-01T00:00:00Z",
        startedAt: undefined,
        durationMs: undefined,
        cells: {
          fit: { taskRunId: `r${n}-0`, status: "succeeded", reason: undefined, attempt: 1, counts: undefined, durationMs, ...more[n] },
        },
      }))
      .toReversed(),
  };
}

it("says which run was slow, and how many times slower than usual", () => {
  const [line] = prepareDurations(grid([1000, 1040, 980, 1010, 4000, 1000]));
  expect(line!.medianMs).toBe(1005);
  expect(line!.slow).toHaveLength(1);
  expect(line!.slow[0]!.bar).toMatchObject({ runNumber: 5, taskRunId: "r4-0", share: 1 });
  expect(line!.slow[0]!.times).toBeCloseTo(3.98, 2);
});

it("neither what was reused nor what failed counts as usual; a failure is drawn all the same", () => {
  const [line] = prepareDurations(grid([1000, 5, 1010, 60_000], [{}, { status: "cached" }, {}, { status: "failed" }]));
  expect(line!.bars.map((bar) => bar?.failed)).toEqual([false, undefined, false, true]);
  expect(line!.medianMs).toBe(1005);
  expect(line!.slow).toEqual([]);
});

it("a task that never took any time has no line", () => {
  expect(prepareDurations(grid([undefined, undefined]))).toEqual([]);
});
