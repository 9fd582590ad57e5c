import { expect, it } from "vitest";
import { mostUsageSamples, UsageSamples } from "./usage-samples";

const second = (n: number, memoryBytes = 100) => ({ at: n * 1000, cpuMs: n * 500, memoryBytes });

it("an hour of samples stays bounded, from the first minute to the newest second, in order", () => {
  const samples = new UsageSamples();
  for (let n = 1; n <= 3600; n++) samples.add(second(n));
  const { list } = samples;
  expect(list.length).toBeLessThanOrEqual(mostUsageSamples);
  expect(list.length).toBeGreaterThan(mostUsageSamples / 2 - 2);
  expect(list[0]!.at).toBeLessThan(60_000);
  expect(list.at(-1)).toEqual(second(3600));
  expect([...list].sort((a, b) => a.at - b.at)).toEqual(list);
  const gaps = list.slice(1).map((each, n) => each.at - list[n]!.at);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(16_000);
});

it("a spike of one second is still to be seen after any number of halvings", () => {
  const samples = new UsageSamples();
  for (let n = 1; n <= 5000; n++) samples.add(second(n, n === 777 ? 9_999 : 100));
  expect(Math.max(...samples.list.map(({ memoryBytes }) => memoryBytes))).toBe(9_999);
});

it("goes on from what an earlier process kept", () => {
  const samples = new UsageSamples([second(1), second(2)]);
  samples.add(second(3));
  expect(samples.list.map(({ at }) => at)).toEqual([1000, 2000, 3000]);
});
