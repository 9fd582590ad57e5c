/** Renews what this server holds: its runs and their attempts. What could not be renewed is somebody else's by now. */
import { isRunTerminal, taskRunId } from "@/pipelines/run/run-state";
import type { LiveRun } from "../run/live-run";
import type { Launcher } from "../run/launcher";
import type { RunWriter } from "../run/run-writer";
import type { Dispatcher } from "./dispatcher";
import { loopEvery, type Loop } from "./loop";

export interface LeaseKeeperParts {
  readonly writer: RunWriter;
  readonly launcher: Launcher;
  readonly dispatcher: Dispatcher;
  readonly leaseSeconds: number;
  now(): number;
  /** Another server has taken this run. */
  lost(run: LiveRun): Promise<void>;
  complain(what: string, error: unknown): void;
}

export function createLeaseKeeper(parts: LeaseKeeperParts): Loop {
  const { writer, launcher, dispatcher, leaseSeconds, now, lost, complain } = parts;

  async function renew(): Promise<void> {
    const runs = [...dispatcher.runs.values()].filter((run) => !isRunTerminal(run.state.fields.status));
    if (runs.length === 0) return;
    const attempts = runs.flatMap((run) =>
      run.state.taskRuns.flatMap(({ ordinal, status, attempt, expanded }) =>
        // Attempts that another server started are not ours to keep: they end with their lease, and the rescuer waits for that.
        status === "running" && expanded === undefined && launcher.has(`${taskRunId(run.id, ordinal)}/${attempt}`)
          ? [{ run, ordinal, id: taskRunId(run.id, ordinal), attempt }]
          : [],
      ),
    );
    const kept = await writer.renew(
      runs.map(({ id }) => id),
      attempts,
    );
    for (const run of runs) {
      if (kept.runs.has(run.id) || run.dropped || isRunTerminal(run.state.fields.status)) continue;
      await lost(run);
    }
    for (const { run, ordinal, id, attempt } of attempts) {
      const taskRun = run.state.taskRuns[ordinal]!;
      if (kept.attempts.has(id) || run.dropped || taskRun.attempt !== attempt || taskRun.status !== "running") continue;
      launcher.stop(run, ordinal, attempt, "lease-lost");
      dispatcher.tell(run.id, { type: "lease-expired", ordinal, attempt, at: now() });
    }
  }

  // Three tries within a lease.
  return loopEvery((leaseSeconds * 1000) / 3, renew, (error) => complain("Renewing leases", error));
}
