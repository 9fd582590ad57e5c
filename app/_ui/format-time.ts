/** "just now", "3 min ago", "2 h ago", "yesterday", "5 d ago", then the date; also ahead of now ("in 3 min"). */
export function formatRelative(time: Date, now: Date): string {
  const seconds = (now.getTime() - time.getTime()) / 1000;
  const ahead = seconds < 0;
  const size = Math.abs(seconds);
  const words = (text: string) => (ahead ? `in ${text}` : `${text} ago`);
  if (size < 10) return "just now";
  // Rounded first: 59 min 40 s is an hour, not 60 min.
  if (Math.round(size) < 60) return words(`${Math.round(size)} s`);
  if (Math.round(size / 60) < 60) return words(`${Math.round(size / 60)} min`);
  if (Math.round(size / 3600) < 24) return words(`${Math.round(size / 3600)} h`);
  if (size < 7 * 24 * 3600) return words(`${Math.round(size / (24 * 3600))} d`);
  return time.toLocaleDateString(undefined, {
    day: "numeric",
    month: "short",
    ...(time.getFullYear() === now.getFullYear() ? {} : { year: "numeric" }),
  });
}

/** The exact time in the viewer's zone, with the zone's name. */
export function formatExact(time: Date): string {
  return time.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
}

/** 14:03:21.042, for log lines. */
export function formatClock(time: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
