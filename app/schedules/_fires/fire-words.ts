/** How a fire is shown: as the state of its run, or as what became of it instead. */
import type { FireRow } from "../../_trpc/outputs";
import { formatDuration } from "../../_ui/format-duration";
import { stateWords, type State } from "../../_ui/state-words";

export function fireState(fire: Pick<FireRow, "status" | "run">): State {
  if (fire.run) return fire.run.status;
  switch (fire.status) {
    case "waiting":
      return "queued";
    case "starting":
    case "started":
      return "launching";
    case "skipped":
      return "skipped";
    case "failed":
      return "failed";
  }
}

/** In a word; what failed without a run did not start. */
export function fireWord(fire: Pick<FireRow, "status" | "run">): string {
  if (!fire.run && fire.status === "failed") return "Not started";
  if (!fire.run && fire.status === "waiting") return "In line";
  return stateWords[fireState(fire)];
}

/** "Run #12 succeeded in 1.2 s", or why there is none. */
export function fireSentence(fire: Pick<FireRow, "status" | "run" | "sentence">): string {
  if (fire.run) {
    const took = fire.run.durationMs === undefined ? "" : ` in ${formatDuration(fire.run.durationMs)}`;
    return `Run #${fire.run.number}: ${stateWords[fire.run.status].toLowerCase()}${took}`;
  }
  return fire.sentence === undefined ? fireWord(fire) : `${fireWord(fire)}: ${fire.sentence}`;
}

export function isOpen(fire: Pick<FireRow, "status" | "run">): boolean {
  if (fire.run) return fire.run.status === "queued" || fire.run.status === "running";
  return fire.status === "waiting" || fire.status === "starting" || fire.status === "started";
}
