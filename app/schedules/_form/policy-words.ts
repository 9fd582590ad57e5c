import type { MissedPolicy } from "@/pipelines/schedule/due-fires";
import type { OverlapPolicy } from "@/pipelines/schedule/overlap";

export const overlapWords: Record<OverlapPolicy, { readonly word: string; readonly sentence: string; readonly short: string }> = {
  skip: { word: "Skip", sentence: "No run while one of this schedule is going on.", short: "skips while one runs" },
  allow: { word: "Allow", sentence: "Starts beside those that are going on.", short: "runs side by side" },
  queue: { word: "Queue", sentence: "Waits in line, and starts when the one before has ended.", short: "queues behind the one before" },
  replace: { word: "Replace", sentence: "Stops the one that is going on, and starts then.", short: "replaces the one before" },
};

export const missedWords: Record<MissedPolicy, { readonly word: string; readonly sentence: string; readonly short: string }> = {
  skip: { word: "Skip", sentence: "Times that passed while no server was there are left out.", short: "missed times are left out" },
  latest: { word: "Newest only", sentence: "One run for the newest of them.", short: "makes up for the newest missed time" },
  all: { word: "All", sentence: "A run for each of them.", short: "makes up for all missed times" },
};
