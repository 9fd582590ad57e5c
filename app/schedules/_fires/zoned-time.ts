/** Points in time on the clock of a time zone: for reading ("Mon, 23 Nov 2026, 06:00, UTC+01:00") and for date-time inputs. */

type Numbers = Readonly<Record<"year" | "month" | "day" | "hour" | "minute" | "second", number>>;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(timeZone: string, key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = `${key} ${timeZone}`;
  let format = formats.get(name);
  if (!format) formats.set(name, (format = new Intl.DateTimeFormat(key === "read" ? undefined : "en-US", { ...options, timeZone })));
  return format;
}

function numbersIn(at: number, timeZone: string): Numbers {
  const parts = formatIn(timeZone, "numbers", {
    hourCycle: "h23",
    ...{ year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" },
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return { year: of("year"), month: of("month"), day: of("day"), hour: of("hour"), minute: of("minute"), second: of("second") };
}

/** How far the zone's clock is ahead of UTC at a moment, in milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = numbersIn(at, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000;
}

/** `2026-11-23T06:00:00`, as a date-time input wants it. */
export function toWallTime(at: number, timeZone: string): string {
  return new Date(Math.floor(at / 1000) * 1000 + offsetAt(at, timeZone)).toISOString().slice(0, 19);
}

/** What a date-time input gives, read on the clock of the zone; a time that does not exist there is the moment after the gap. */
export function fromWallTime(text: string, timeZone: string): number | undefined {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?$/.test(text) ? Date.parse(`${text}Z`) : NaN;
  if (!Number.isFinite(wall)) return undefined;
  // The offset a day before and a day after: of two readings the earlier counts, as clocks show it first.
  const readings = [wall - 86_400_000, wall + 86_400_000].map((near) => wall - offsetAt(near, timeZone));
  const exact = readings.filter((at) => at + offsetAt(at, timeZone) === wall);
  return exact.length > 0 ? Math.min(...exact) : Math.max(...readings);
}

/** "UTC+01:00". */
export function offsetWords(at: number, timeZone: string): string {
  const minutes = Math.round(offsetAt(at, timeZone) / 60_000);
  const size = Math.abs(minutes);
  const two = (n: number) => String(n).padStart(2, "0");
  return `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** "Mon, 23 Nov 2026, 06:00" in the reader's language; seconds only where they are not nought. */
export function zonedWords(at: number, timeZone: string): string {
  const day: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const seconds = numbersIn(at, timeZone).second > 0;
  const date = formatIn(timeZone, "read", day).format(at);
  const options = seconds ? ({ ...time, second: "2-digit" } as const) : time;
  return `${date}, ${formatIn(timeZone, seconds ? "clock with seconds" : "clock", options).format(at)}`;
}

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** Whether the clocks of both zones show the same at a moment. */
export function isSameClock(at: number, one: string, other: string): boolean {
  return one === other || offsetAt(at, one) === offsetAt(at, other);
}
