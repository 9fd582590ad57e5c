/** What started a run, in a word. */
import type { Trigger } from "@/pipelines/run/run";

export const triggerWords: Record<Trigger, string> = {
  manual: "By hand",
  cell: "From a cell",
  cli: "Command line",
  example: "First start",
  backfill: "Backfill",
  schedule: "Schedule",
  notebook: "Another notebook",
  retry: "Retry",
  import: "Imported, not run here",
};
