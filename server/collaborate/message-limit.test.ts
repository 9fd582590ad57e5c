import { expect, test } from "vitest";
import { MessageLimit } from "./message-limit";

test("fast typing for an hour is allowed, a flood is not, and its end is forgiven", () => {
  const typing = new MessageLimit();
  for (let ms = 0; ms < 3_600_000; ms += 20) expect(typing.allows(200, ms)).toBe(true);
  const flood = new MessageLimit();
  const answers = Array.from({ length: 4_000 }, (_, n) => flood.allows(10, 20_000 + n));
  expect([answers[0], answers[2_999], answers.at(-1)]).toEqual([true, true, false]);
  expect(flood.allows(10, 40_000)).toBe(true);
  const heavy = new MessageLimit();
  expect(heavy.allows(40 * 1024 * 1024, 20_000)).toBe(true);
  expect(heavy.allows(40 * 1024 * 1024, 20_001)).toBe(false);
});
