import { expect, test } from "vitest";
import { formatRelative } from "./format-time";

test.each([
  [4, "just now"],
  [59.4, "59 s ago"],
  [59.6, "1 min ago"],
  [3_569, "59 min ago"],
  [3_580, "1 h ago"],
  [86_000, "1 d ago"],
  [-3_599, "in 1 h"],
  [-90, "in 2 min"],
])("%d seconds ago is %s", (seconds, words) => {
  const now = new Date("2026-06-01T12:00:00Z");
  expect(formatRelative(new Date(now.getTime() - seconds * 1000), now)).toBe(words);
});
