/**
 * When a schedule fires: a cron expression, a fixed interval or an iCalendar rule, in a time zone. Fire times are whole
 * seconds, in milliseconds since 1970. Daylight saving: a cron time that does not exist fires at the first moment after the
 * gap; one that exists twice fires once, unless its hour is a pattern; intervals count elapsed time; a rule leaves out local
 * times that do not exist, as RFC 5545 wants it. Neighbours: due-fires.ts (what is due), calendar.ts (days left out).
 */
import { Cron } from "croner";
import { RRuleTemporal } from "rrule-temporal";

export type Timing =
  | { readonly type: "cron"; readonly expression: string; readonly seconds?: boolean | undefined }
  | { readonly type: "interval"; readonly everySeconds: number; readonly from: string }
  | { readonly type: "rule"; readonly rule: string; readonly from: string };

export interface FireTimes {
  /** The first fire time after this moment; undefined: there is none any more. */
  next(after: number): number | undefined;
}

export type TimingResult = { readonly ok: true; readonly times: FireTimes } | { readonly ok: false; readonly message: string };

const shortestSeconds = 1;

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Says in `message` what is wrong and what would be right. */
export function readTiming(timing: Timing, timeZone: string): TimingResult {
  if (!isTimeZone(timeZone))
    return { ok: false, message: `“${timeZone}” is no time zone: write one as Europe/Berlin, America/New_York or UTC.` };
  switch (timing.type) {
    case "cron":
      return readCron(timing.expression, timing.seconds === true, timeZone);
    case "interval":
      return readInterval(timing.everySeconds, timing.from);
    case "rule":
      return readRule(timing.rule, timing.from, timeZone);
  }
}

function readCron(expression: string, seconds: boolean, timeZone: string): TimingResult {
  const parts = expression.trim().split(/\s+/);
  const isNamed = expression.trim().startsWith("@");
  if (!isNamed && parts.length !== (seconds ? 6 : 5)) {
    const hint =
      parts.length === 6 && !seconds
        ? "Six parts begin with seconds: allow seconds to mean that."
        : `Write ${seconds ? "six parts: second minute hour day month weekday" : "five parts: minute hour day month weekday"}.`;
    return { ok: false, message: `“${expression.trim()}” has ${parts.length === 1 && parts[0] === "" ? 0 : parts.length} parts. ${hint}` };
  }
  let cron: Cron;
  try {
    cron = new Cron(expression.trim(), { timezone: timeZone, paused: true });
  } catch (error) {
    return {
      ok: false,
      message: `“${expression.trim()}” is no cron expression: ${(error as Error).message.replace(/^CronPattern: /, "")}.`,
    };
  }
  const times = { next: (after: number) => cron.nextRun(new Date(after))?.getTime() };
  if (times.next(Date.UTC(2024, 0, 1)) === undefined)
    return { ok: false, message: `“${expression.trim()}” never fires: no such day exists.` };
  return { ok: true, times };
}

function readInterval(everySeconds: number, from: string): TimingResult {
  const anchor = Date.parse(from);
  if (!Number.isFinite(anchor)) return { ok: false, message: `“${from}” is no point in time: write it as 2026-01-31T08:00:00Z.` };
  if (!Number.isInteger(everySeconds) || everySeconds < shortestSeconds)
    return { ok: false, message: "An interval is a whole number of seconds, one at least." };
  const every = everySeconds * 1000;
  return { ok: true, times: { next: (after) => (after < anchor ? anchor : anchor + (Math.floor((after - anchor) / every) + 1) * every) } };
}

function readRule(rule: string, from: string, timeZone: string): TimingResult {
  const text = rule.trim().replace(/^RRULE:/i, "");
  const start = Date.parse(from);
  if (!Number.isFinite(start)) return { ok: false, message: `“${from}” is no point in time: write it as 2026-01-31T08:00:00Z.` };
  if (/[\r\n]/.test(text))
    return { ok: false, message: "A rule is one line as FREQ=WEEKLY;BYDAY=MO: days to leave out belong in a calendar." };
  let parsed: RRuleTemporal;
  try {
    parsed = new RRuleTemporal({ rruleString: `DTSTART;TZID=${timeZone}:${toLocal(start, timeZone)}\nRRULE:${text}` });
  } catch (error) {
    return { ok: false, message: `“${text}” is no recurrence rule (RFC 5545, as FREQ=WEEKLY;BYDAY=MO): ${(error as Error).message}` };
  }
  return { ok: true, times: { next: (after) => parsed.next(new Date(after), false)?.epochMilliseconds } };
}

/** 20260131T080000 on the clock of the time zone. */
function toLocal(at: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)!.value;
  return `${of("year")}${of("month")}${of("day")}T${of("hour")}${of("minute")}${of("second")}`;
}
