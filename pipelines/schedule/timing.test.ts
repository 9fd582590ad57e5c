import fc from "fast-check";
import { expect, test } from "vitest";
import { readTiming, type Timing } from "./timing";

function fires(timing: Timing, timeZone: string, after: string, count: number): string[] {
  const read = readTiming(timing, timeZone);
  if (!read.ok) throw new Error(read.message);
  const all: string[] = [];
  for (let at = read.times.next(Date.parse(after)); at !== undefined && all.length < count; at = read.times.next(at))
    all.push(new Date(at).toISOString().replace(":00.000Z", "Z"));
  return all;
}

const cron = (expression: string): Timing => ({ type: "cron", expression });

// Clocks go forward on 29 March 2026 in Berlin (01:00Z) and back on 25 October 2026 (01:00Z); New York: 8 March, 1 November.
test.each([
  [
    "a time in the gap fires when the gap is over",
    "30 2 * * *",
    "Europe/Berlin",
    "2026-03-28T12:00Z",
    ["2026-03-29T01:00Z", "2026-03-30T00:30Z"],
  ],
  ["a time that comes twice fires once", "30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]],
  [
    "every hour is every hour when clocks go back",
    "30 * * * *",
    "Europe/Berlin",
    "2026-10-24T23:45Z",
    ["2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-25T02:30Z"],
  ],
  [
    "every hour is every hour when clocks go forward",
    "30 * * * *",
    "Europe/Berlin",
    "2026-03-29T00:00Z",
    ["2026-03-29T00:30Z", "2026-03-29T01:30Z"],
  ],
  ["midnight that does not exist", "0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00Z", ["2018-11-04T03:00Z", "2018-11-05T02:00Z"]],
  ["New York, back", "30 1 * * *", "America/New_York", "2026-10-31T12:00Z", ["2026-11-01T05:30Z", "2026-11-02T06:30Z"]],
  ["New York, forward", "30 2 * * *", "America/New_York", "2026-03-07T12:00Z", ["2026-03-08T07:00Z", "2026-03-09T06:30Z"]],
  ["half an hour of saving", "0 2 * * *", "Australia/Lord_Howe", "2026-10-02T12:00Z", ["2026-10-02T15:30Z", "2026-10-03T15:30Z"]],
  ["UTC knows no saving", "30 2 * * *", "UTC", "2026-03-28T12:00Z", ["2026-03-29T02:30Z", "2026-03-30T02:30Z"]],
  ["the last day of each month", "0 8 L * *", "UTC", "2026-01-15T00:00Z", ["2026-01-31T08:00Z", "2026-02-28T08:00Z"]],
  ["a leap day", "0 0 29 2 *", "UTC", "2026-01-01T00:00Z", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]],
])("cron: %s", (_, expression, timeZone, after, expected) => {
  expect(fires(cron(expression), timeZone, after, expected.length)).toEqual(expected);
});

test("an interval counts elapsed time, across both changes of the clock", () => {
  const timing: Timing = { type: "interval", everySeconds: 6 * 3600, from: "2026-03-28T18:00:00Z" };
  expect(fires(timing, "Europe/Berlin", "2026-03-28T17:59Z", 3)).toEqual(["2026-03-28T18:00Z", "2026-03-29T00:00Z", "2026-03-29T06:00Z"]);
  expect(fires(timing, "Europe/Berlin", "2026-03-28T18:00Z", 1)).toEqual(["2026-03-29T00:00Z"]);
});

test("a rule of RFC 5545 keeps the hour on the clock, and ends with its count", () => {
  const timing: Timing = { type: "rule", rule: "FREQ=WEEKLY;BYDAY=SU;COUNT=3", from: "2026-03-22T07:00:00Z" };
  expect(fires(timing, "Europe/Berlin", "2026-03-01T00:00Z", 9)).toEqual(["2026-03-22T07:00Z", "2026-03-29T06:00Z", "2026-04-05T06:00Z"]);
});

test.each([
  [cron("* * * *"), "UTC", /4 parts.*five parts/],
  [cron("0 * * * * *"), "UTC", /allow seconds/],
  [cron("61 * * * *"), "UTC", /no cron expression.*61/],
  [cron("0 0 30 2 *"), "UTC", /never fires/],
  [cron("0 0 * * *"), "Mars/Olympus", /no time zone/],
  [{ type: "interval", everySeconds: 0, from: "2026-01-01T00:00:00Z" }, "UTC", /one at least/],
  [{ type: "interval", everySeconds: 60, from: "soon" }, "UTC", /no point in time/],
  [{ type: "rule", rule: "FREQ=SOMETIMES", from: "2026-01-01T00:00:00Z" }, "UTC", /no recurrence rule/],
  [{ type: "rule", rule: "", from: "2026-01-01T00:00:00Z" }, "UTC", /no recurrence rule/],
] as [Timing, string, RegExp][])("%j in %s says what is wrong", (timing, timeZone, message) => {
  const read = readTiming(timing, timeZone);
  expect(read).toMatchObject({ ok: false });
  if (!read.ok) expect(read.message).toMatch(message);
});

test("seconds are there when they are allowed", () => {
  expect(fires({ type: "cron", expression: "*/30 * * * * *", seconds: true }, "UTC", "2026-01-01T00:00:00Z", 2)).toEqual([
    "2026-01-01T00:00:30.000Z",
    "2026-01-01T00:01Z",
  ]);
});

test("whatever the expression and zone, fire times grow, are whole seconds, and do not depend on where one begins to ask", () => {
  const part = (max: number, min = 0) =>
    fc.oneof(
      fc.constant("*"),
      fc.integer({ min, max }).map(String),
      fc.integer({ min: 2, max: 9 }).map((step) => `*/${step}`),
    );
  const zone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo");
  const begin = fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2030, 0) });
  fc.assert(
    fc.property(part(59), part(23), part(28, 1), zone, begin, (minute, hour, day, timeZone, after) => {
      const read = readTiming(cron(`${minute} ${hour} ${day} * *`), timeZone);
      if (!read.ok) throw new Error(read.message);
      let last = after;
      for (let n = 0; n < 5; n++) {
        const at = read.times.next(last)!;
        expect(at).toBeGreaterThan(last);
        expect(at % 1000).toBe(0);
        // Asked from anywhere between two fire times, the answer is the later one.
        expect(read.times.next(Math.floor((last + at) / 2))).toBe(at);
        expect(read.times.next(at - 1)).toBe(at);
        last = at;
      }
    }),
    { numRuns: 150 },
  );
});
