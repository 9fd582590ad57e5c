import { describe, expect, it } from "vitest";
import type { ScheduleRow } from "../../_trpc/outputs";
import { cronPresets, fromPreset, timeOfDay, withSeconds, withTimeOfDay } from "./cron-presets";
import { durationText, findFaults, newDraft, toDraft, toOrder, toTiming } from "./schedule-draft";

const now = Date.UTC(2026, 10, 23, 12);
const draft = newDraft("n1", "Europe/Berlin", now);

describe("what the form sends", () => {
  it("is a schedule of every day at six, named by its words, unless something else is said", () => {
    expect(toOrder(draft, "At 06:00")).toEqual({
      ...{ notebookId: "n1", name: "At 06:00", timing: { type: "cron", expression: "0 6 * * *" }, timeZone: "Europe/Berlin" },
      ...{ calendarIds: [], params: {}, overlap: "skip", missed: "latest", toleranceSeconds: 300, jitterSeconds: 0 },
    });
  });

  it("has intervals in seconds, from a time on the clock of the zone", () => {
    const interval = { ...draft, kind: "interval", count: "2", unit: 3_600, from: "2026-07-01T06:00" } as const;
    expect(toTiming(interval)).toEqual({ type: "interval", everySeconds: 7_200, from: "2026-07-01T04:00:00.000Z" });
  });

  it("leaves the value out of the parameter that is given the date", () => {
    expect(toOrder({ ...draft, params: { day: "x", rate: 1 }, dateParam: "day" }, "w")).toMatchObject({
      params: { rate: 1 },
      dateParam: "day",
    });
  });

  it("is nothing while a field is wrong, and says which", () => {
    const wrong = {
      ...draft,
      notebookId: "",
      kind: "interval",
      count: "1.5",
      from: "",
      tolerance: "soon",
      jitter: "2d",
      revision: "x",
    } as const;
    expect(Object.keys(findFaults(wrong)).sort()).toEqual(["count", "from", "jitter", "notebook", "revision", "tolerance"]);
    expect(toOrder(wrong, "w")).toBeUndefined();
  });
});

it("a schedule comes back as it was saved", () => {
  const row = {
    ...{ id: "s1", name: "Weekly", notebookId: "n1", notebook: "N", words: "", timeZone: "America/New_York", calendarIds: ["c"] },
    ...{ timing: { type: "interval", everySeconds: 604_800, from: "2026-07-01T10:00:00.000Z" }, params: { rate: 2 }, revision: 4 },
    ...{ overlap: "queue", missed: "all", toleranceSeconds: 90, jitterSeconds: 60, endsAt: "2027-01-01T05:00:00.000Z" },
    ...{ paused: false, recent: [], ended: 0, succeeded: 0, dateParam: "day" },
  } as unknown as ScheduleRow;
  const again = toDraft(row, now);
  expect(again).toMatchObject({
    count: "1",
    unit: 604_800,
    from: "2026-07-01T06:00:00",
    tolerance: "90s",
    jitter: "1m",
    endsAt: "2027-01-01T00:00:00",
  });
  const { id, name, timing, revision, endsAt, dateParam } = row;
  expect(toOrder(again, "")).toMatchObject({ id, name, timing, revision, endsAt, dateParam, overlap: "queue", missed: "all" });
});

it("presets keep the time of day, with and without seconds", () => {
  const of = (word: string) => cronPresets.find((preset) => preset.word === word)!;
  expect(fromPreset(of("Every week"), false, "06:30")).toBe("30 6 * * 1");
  expect(fromPreset(of("Every hour"), true, "06:30")).toBe("0 0 * * * *");
  expect(timeOfDay("30 6 * * 1", false)).toBe("06:30");
  expect(timeOfDay("*/5 6 * * 1", false)).toBeUndefined();
  expect(withTimeOfDay("10 30 6 * * 1", true, "17:05")).toBe("10 5 17 * * 1");
  expect(withSeconds("0 6 * * *", true)).toBe("0 0 6 * * *");
  expect(withSeconds("0 0 6 * * *", false)).toBe("0 6 * * *");
  expect([300, 3600, 90, 0].map(durationText)).toEqual(["5m", "1h", "90s", "0s"]);
});
