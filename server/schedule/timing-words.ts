/** A timing in English. */
import cronstrue from "cronstrue";
import type { Timing } from "@/pipelines/schedule/timing";

const units = [
  [604_800, "week"],
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"],
] as const;

export function timingWords(timing: Timing): string {
  switch (timing.type) {
    case "cron":
      try {
        return cronstrue.toString(timing.expression.trim(), { use24HourTimeFormat: true, verbose: false });
      } catch {
        return `Cron ${timing.expression.trim()}`;
      }
    case "interval": {
      const [size, unit] = units.find(([size]) => timing.everySeconds % size === 0)!;
      const count = timing.everySeconds / size;
      return count === 1 ? `Every ${unit}` : `Every ${count} ${unit}s`;
    }
    case "rule":
      return `Rule ${timing.rule.trim().replace(/^RRULE:/i, "")}`;
  }
}
