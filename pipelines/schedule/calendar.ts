/** Days on which a schedule does not fire: `2026-12-25`, or from one to another with both, `2026-12-24/2027-01-01`. */
export type Days = readonly string[];

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

/** What is wrong with an entry; undefined: nothing. */
export function faultOfDays(entry: string): string | undefined {
  const [first, last = first, ...more] = entry.split("/");
  const isDay = (day: string | undefined) =>
    day !== undefined && dayPattern.test(day) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  try {
    if (more.length > 0 || !isDay(first) || !isDay(last)) throw new RangeError();
  } catch {
    return `“${entry}” is no day: write 2026-12-25, or 2026-12-24/2027-01-01 for all days from one to the other.`;
  }
  return first! <= last! ? undefined : `“${entry}” ends before it begins.`;
}

/** The day of a moment on the clock of a time zone, as 2026-12-25. */
export function dayOf(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
}

export function isLeftOut(at: number, timeZone: string, days: Days): boolean {
  if (days.length === 0) return false;
  const day = dayOf(at, timeZone);
  return days.some((entry) => {
    const [first, last = first] = entry.split("/");
    return first! <= day && day <= last!;
  });
}
