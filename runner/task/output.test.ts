import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { TaskWord } from "./channel";
import { Output } from "./output";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function listen() {
  const frames: string[][] = [];
  const output = new Output([], (word: TaskWord) => word.type === "log" && frames.push(word.records.map(({ text }) => text)));
  return { output, frames };
}

test("lines of code that computes without pause go at once", () => {
  const { output, frames } = listen();
  output.log("info", "begun");
  output.log("info", "epoch 1");
  expect(frames).toEqual([["begun"], ["epoch 1"]]);
});

test("a flood is gathered, and nothing of it is lost", () => {
  const { output, frames } = listen();
  for (let n = 0; n < 5000; n++) output.log("info", String(n));
  vi.advanceTimersByTime(60);
  expect(frames.length).toBeLessThan(30);
  expect(frames.flat()).toEqual(Array.from({ length: 5000 }, (_, n) => String(n)));
  // Afterwards a single line goes at once again.
  output.log("info", "after");
  expect(frames.at(-1)).toEqual(["after"]);
});
