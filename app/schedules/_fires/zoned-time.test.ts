import { expect, it } from "vitest";
import { fromWallTime, isSameClock, offsetWords, toWallTime } from "./zoned-time";

const berlin = "Europe/Berlin";

it("a date-time input is read on the clock of the zone, and shown as it was given", () => {
  for (const zone of [berlin, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
    for (const wall of ["2026-01-31T08:00:00", "2026-07-31T23:59:59"]) expect(toWallTime(fromWallTime(wall, zone)!, zone)).toBe(wall);
  expect(new Date(fromWallTime("2026-07-01T06:00", berlin)!).toISOString()).toBe("2026-07-01T04:00:00.000Z");
  expect(fromWallTime("", berlin)).toBeUndefined();
  expect(fromWallTime("2026-13-01T06:00", berlin)).toBeUndefined();
});

it("a time that the clocks jump over is the moment after the gap, one that they show twice the first", () => {
  expect(new Date(fromWallTime("2026-03-29T02:30", berlin)!).toISOString()).toBe("2026-03-29T01:30:00.000Z");
  expect(new Date(fromWallTime("2026-10-25T02:30", berlin)!).toISOString()).toBe("2026-10-25T00:30:00.000Z");
});

it("tells the offset in words", () => {
  expect(offsetWords(Date.UTC(2026, 0, 1), berlin)).toBe("UTC+01:00");
  expect(offsetWords(Date.UTC(2026, 6, 1), berlin)).toBe("UTC+02:00");
  expect(offsetWords(Date.UTC(2026, 0, 1), "America/St_Johns")).toBe("UTC−03:30");
  expect(isSameClock(Date.UTC(2026, 0, 1), "Europe/London", "UTC")).toBe(true);
  expect(isSameClock(Date.UTC(2026, 6, 1), "Europe/London", "UTC")).toBe(false);
});
