/** Expressions that are often wanted, and the parts of an expression that the form has controls of its own for. */

export interface CronPreset {
  readonly word: string;
  /** Of five parts; minute and hour are filled in where it is at a time of day. */
  readonly rest: string;
  readonly atTime: boolean;
}

export const cronPresets: readonly CronPreset[] = [
  { word: "Every hour", rest: "0 * * * *", atTime: false },
  { word: "Every day", rest: "* * *", atTime: true },
  { word: "Weekdays", rest: "* * 1-5", atTime: true },
  { word: "Every week", rest: "* * 1", atTime: true },
  { word: "Every month", rest: "1 * *", atTime: true },
];

/** `06:30` of `30 6 * * *`; undefined: the expression is not at one time of day. */
export function timeOfDay(expression: string, seconds: boolean): string | undefined {
  const parts = expression
    .trim()
    .split(/\s+/)
    .slice(seconds ? 1 : 0);
  const [minute, hour] = parts;
  if (parts.length !== 5 || !/^\d{1,2}$/.test(minute!) || !/^\d{1,2}$/.test(hour!)) return undefined;
  return `${hour!.padStart(2, "0")}:${minute!.padStart(2, "0")}`;
}

export function withTimeOfDay(expression: string, seconds: boolean, time: string): string {
  const parts = expression.trim().split(/\s+/);
  const [hour, minute] = time.split(":").map(Number) as [number, number];
  parts.splice(seconds ? 1 : 0, 2, String(minute), String(hour));
  return parts.join(" ");
}

export function fromPreset(preset: CronPreset, seconds: boolean, time: string): string {
  const [hour, minute] = time.split(":").map(Number) as [number, number];
  return `${seconds ? "0 " : ""}${preset.atTime ? `${minute} ${hour} ` : ""}${preset.rest}`;
}

/** The same times with or without a part for seconds. */
export function withSeconds(expression: string, seconds: boolean): string {
  const parts = expression.trim().split(/\s+/);
  if (seconds && parts.length === 5) return ["0", ...parts].join(" ");
  if (!seconds && parts.length === 6) return parts.slice(1).join(" ");
  return expression;
}
