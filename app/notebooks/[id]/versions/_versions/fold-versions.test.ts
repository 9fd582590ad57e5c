import { expect, test } from "vitest";
import type { VersionRow } from "../../../../_trpc/outputs";
import { foldVersions } from "./fold-versions";

function row(revision: number, minute: number, more: Partial<VersionRow> = {}): VersionRow {
  return {
    revision,
    createdAt: new Date(minute * 60_000).toISOString(),
    author: { id: "ada", name: "Ada" },
    bytes: 1,
    runs: [],
    runCount: 0,
    ...more,
  };
}

const shape = (versions: readonly VersionRow[]) =>
  foldVersions(versions).map(({ version, onTheWay }) => [version.revision, ...onTheWay.map(({ revision }) => revision)]);

test("saves of one person in one go are one line", () => {
  expect(shape([row(4, 12), row(3, 6), row(2, 1), row(1, 0)])).toEqual([[4, 3, 2, 1]]);
});

test("a pause, another person, a name or a run begin a line of their own", () => {
  expect(shape([row(3, 40), row(2, 20), row(1, 0)])).toEqual([[3], [2], [1]]);
  expect(shape([row(3, 2), row(2, 1, { author: { id: "ben", name: "Ben" } }), row(1, 0)])).toEqual([[3], [2], [1]]);
  expect(shape([row(3, 2), row(2, 1, { name: "kept" }), row(1, 0)])).toEqual([[3], [2, 1]]);
  expect(shape([row(3, 2), row(2, 1, { runCount: 1 }), row(1, 0)])).toEqual([[3], [2, 1]]);
});

test("no versions are no lines", () => {
  expect(foldVersions([])).toEqual([]);
});
