import { expect, it } from "vitest";
import { distinctFrames } from "./distinct-frames";

it("leaves out what leads to the same place as the frame before, and nothing else", () => {
  const at = (cellKey: string, line: number, name?: string) => ({ cellKey, line, function: name });
  const frames = [at("clean", 1), at("clean", 1), at("clean", 2), at("clean", 1), at("clean", 1, "helper"), at("load", 1)];
  expect(distinctFrames(frames)).toEqual([frames[0], frames[2], frames[3], frames[4], frames[5]]);
});
