import { readDuration } from "./parse-options";

/** "30m", "1h30m" → milliseconds; undefined for what is no time. */
export function parseDuration(text: string): number | undefined {
  const read = readDuration(text);
  return "value" in read && read.value > 0 ? read.value : undefined;
}
