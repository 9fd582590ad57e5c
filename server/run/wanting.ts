import type { LiveRun } from "./live-run";

/** A task run that waits for a stored result to be found, or for a slot. */
export interface Wanting {
  readonly run: LiveRun;
  readonly ordinal: number;
}
