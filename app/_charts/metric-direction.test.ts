import { describe, expect, it } from "vitest";
import { directionOf, isBetter } from "./metric-direction";

describe("directionOf", () => {
  it.each([
    ["loss", "lower"],
    ["val/loss", "lower"],
    ["meanAbsoluteError", "lower"],
    ["test_rmse", "lower"],
    ["accuracy", "higher"],
    ["validationAccuracy", "higher"],
    ["roc_auc", "higher"],
    ["f1", "higher"],
    ["error recall", "higher"],
    ["epoch", undefined],
    ["rows", undefined],
    ["rewarding", undefined],
  ])("%s: %s", (name, direction) => {
    expect(directionOf(name)).toBe(direction);
  });
});

describe("isBetter", () => {
  it("follows the direction", () => {
    expect(isBetter(1, 2, "lower")).toBe(true);
    expect(isBetter(1, 2, "higher")).toBe(false);
  });
});
