import type { SkipReason } from "@/pipelines/schedule/due-fires";

/** Why a fire time has no run. */
export function skipSentence(reason: SkipReason): string {
  switch (reason) {
    case "calendar":
      return "A calendar leaves this day out.";
    case "missed":
      return "No server looked at the time, and the schedule does not make up for it.";
    case "overlap":
      return "The run before was still going on.";
    case "replaced":
      return "A later one took its place before it began.";
    case "queue-full":
      return "A hundred were waiting in line already.";
    case "cancelled":
      return "The backfill was cancelled before its turn.";
    case "no-notebook":
      return "The notebook was deleted.";
  }
}
