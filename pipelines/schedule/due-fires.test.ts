import fc from "fast-check";
import { expect, test } from "vitest";
import { faultOfDays, isLeftOut } from "./calendar";
import { dueFires, mostFires, previewFires, startOf, type DueOrder, type MissedPolicy } from "./due-fires";
import { decideStart } from "./overlap";
import { readTiming } from "./timing";

const minute = 60_000;

const everyMinute = { next: (after: number) => (Math.floor(after / minute) + 1) * minute };

function order(over: Partial<DueOrder>): DueOrder {
  const read = readTiming({ type: "cron", expression: "* * * * *" }, "UTC");
  if (!read.ok) throw new Error(read.message);
  const plain = { times: read.times, timeZone: "UTC", daysLeftOut: [], missed: "latest" as MissedPolicy };
  return { ...plain, toleranceMs: 30_000, nextFireAt: 10 * minute, endsAt: undefined, ...over };
}

const told = (over: Partial<DueOrder>, now: number) =>
  dueFires(order(over), now).fires.map(({ fireAt, skip }) => `${fireAt / minute} ${skip ?? "start"}`);

test("nothing is due before its time; at its time it is, and the next is known", () => {
  expect(dueFires(order({}), 10 * minute - 1)).toEqual({ fires: [], nextFireAt: 10 * minute });
  expect(dueFires(order({}), 10 * minute)).toEqual({ fires: [{ fireAt: 10 * minute, skip: undefined }], nextFireAt: 11 * minute });
});

test("what was missed is left out, made up for once, or made up for whole; each time is recorded", () => {
  const now = 13 * minute + 45_000;
  expect(told({ missed: "skip" }, now)).toEqual(["10 missed", "11 missed", "12 missed", "13 missed"]);
  expect(told({ missed: "latest" }, now)).toEqual(["10 missed", "11 missed", "12 missed", "13 start"]);
  expect(told({ missed: "all" }, now)).toEqual(["10 start", "11 start", "12 start", "13 start"]);
  expect(told({ missed: "skip" }, 13 * minute + 20_000)).toEqual(["10 missed", "11 missed", "12 missed", "13 start"]);
});

test("days of a calendar are left out, and are never what is made up for", () => {
  const day = 24 * 60 * minute;
  const read = readTiming({ type: "cron", expression: "0 12 * * *" }, "UTC");
  if (!read.ok) throw new Error(read.message);
  const nextFireAt = Date.UTC(2026, 11, 23, 12);
  const { fires } = dueFires(order({ times: read.times, nextFireAt, daysLeftOut: ["2026-12-25/2026-12-26"] }), nextFireAt + 3 * day);
  expect(fires.map(({ skip }) => skip)).toEqual(["missed", undefined, "calendar", "calendar"]);
  const preview = previewFires(read.times, "UTC", ["2026-12-25/2026-12-26"], nextFireAt, 2);
  expect(preview.map(({ leftOut }) => leftOut)).toEqual([false, true, true, false]);
});

test("it ends with its end", () => {
  expect(dueFires(order({ endsAt: 11 * minute }), 20 * minute)).toMatchObject({ nextFireAt: undefined, fires: { length: 2 } });
});

test("however far the clock jumps, a look takes so many, and together the looks take each time exactly once", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -2_000, max: 2_000 }), { minLength: 1, maxLength: 12 }),
      fc.constantFrom<MissedPolicy>("skip", "latest", "all"),
      (jumps, missed) => {
        let clock = 10 * minute;
        let nextFireAt: number | undefined = clock;
        const seen: number[] = [];
        for (const jump of jumps) {
          clock += jump * minute;
          for (let looks = 0; nextFireAt !== undefined && nextFireAt <= clock; looks++) {
            expect(looks).toBeLessThan(100);
            const due = dueFires(order({ times: everyMinute, nextFireAt, missed }), clock);
            expect(due.fires.length).toBeLessThanOrEqual(mostFires);
            seen.push(...due.fires.map(({ fireAt }) => fireAt));
            nextFireAt = due.nextFireAt;
          }
        }
        expect(seen).toEqual(Array.from(seen, (_, n) => (10 + n) * minute));
      },
    ),
    { numRuns: 200 },
  );
});

test("overlap: allowed, left out, in line, or in place of what is at work", () => {
  const at = { active: 1, hasNewer: false };
  expect(decideStart({ ...at, overlap: "allow" })).toEqual({ type: "start" });
  expect(decideStart({ ...at, overlap: "skip" })).toEqual({ type: "skip", reason: "overlap" });
  expect(decideStart({ ...at, overlap: "queue" })).toEqual({ type: "wait" });
  expect(decideStart({ ...at, overlap: "queue", active: 0 })).toEqual({ type: "start" });
  expect(decideStart({ ...at, overlap: "replace" })).toEqual({ type: "stop-others" });
  expect(decideStart({ ...at, overlap: "replace", hasNewer: true })).toEqual({ type: "skip", reason: "replaced" });
  expect(decideStart({ ...at, overlap: "replace", active: 0 })).toEqual({ type: "start" });
});

test("jitter is the same on every server, and stays within its bounds", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(100_000), (id, fireAt, jitter) => {
      const at = startOf(id, fireAt, jitter);
      expect(at).toBe(startOf(id, fireAt, jitter));
      expect(at >= fireAt && at <= fireAt + jitter).toBe(true);
    }),
  );
});

test("days are read as they stand on the clock of the zone", () => {
  const newYear = Date.UTC(2026, 11, 31, 23, 30);
  expect(isLeftOut(newYear, "Europe/Berlin", ["2027-01-01"])).toBe(true);
  expect(isLeftOut(newYear, "UTC", ["2027-01-01"])).toBe(false);
  expect(faultOfDays("2027-01-01")).toBeUndefined();
  expect(faultOfDays("2027-02-30")).toContain("no day");
  expect(faultOfDays("2027-01-02/2027-01-01")).toContain("ends before");
  expect(faultOfDays("a/b/c")).toContain("no day");
});
