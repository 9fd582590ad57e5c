/** When a [wait] cell goes on: `for=20s` after it began, or `until=` a moment. */
import { readDuration } from "./parse-options";

/** A header that says neither, or what cannot be read, is refused by the compiler. */
export function waitEnd(settings: Readonly<Record<string, string>>, at: number): number {
  if (settings["for"] !== undefined) {
    const read = readDuration(settings["for"]);
    return at + ("value" in read ? read.value : 0);
  }
  return readMoment(settings["until"] ?? "", at) ?? at;
}

export const momentWanted = "a moment such as 2026-12-01T08:00:00Z, or a time of day in UTC such as 08:00";

/** RFC 3339, or the next time that a clock in UTC shows `HH:MM`. */
export function readMoment(text: string, at: number): number | undefined {
  const clock = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (clock) {
    const day = 86_400_000;
    const today = Math.floor(at / day) * day + Number(clock[1]) * 3_600_000 + Number(clock[2]) * 60_000;
    return today > at ? today : today + day;
  }
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
