/**
 * Renews what this server holds: its runs and their attempts. What could not be renewed is somebody else's by now.
 *
 * Attempts end by themselves when their lease does, whatever becomes of this server (the harness sees to that), and
 * nobody tries them again before. So what a harness is granted never lasts longer than what the database says. A server
 * that is alone on its database grants more: nobody waits to take over, and a restart finds its attempts at work.
 */
import { isRunTerminal, taskRunId } from "@/pipelines/run/run-state";
import type { Executor } from "../executor/executor";
import type { DatabaseClock } from "../run/database-clock";
import type { LiveRun } from "../run/live-run";
import type { Launcher } from "../run/launcher";
import type { RunWriter } from "../run/run-writer";
import type { Dispatcher } from "./dispatcher";
import { loopEvery, type Loop } from "./loop";
import type { Timers } from "./timers";

export interface LeaseKeeperParts {
  readonly writer: RunWriter;
  readonly launcher: Launcher;
  readonly dispatcher: Dispatcher;
  readonly executor: Pick<Executor, "lease">;
  readonly timers: Timers;
  readonly clock: DatabaseClock;
  readonly leaseSeconds: number;
  now(): number;
  /** Another server has taken this run. */
  lost(run: LiveRun): Promise<void>;
  complain(what: string, error: unknown): void;
}

/** Beyond its lease, in seconds: in company an attempt has so long to hear of its server again, ... */
const companyGrace = 10;
/** ... and so long without. */
const loneGrace = 600;
/** A harness looks at its lease each second, and killing takes a moment. */
const marginSeconds = 2;

export interface LeaseKeeper extends Loop {
  /** Before anything is taken up: what time it is, and who else is there. */
  greet(): Promise<void>;
  /** Whether other servers work on this database. */
  readonly company: boolean;
}

export function createLeaseKeeper(parts: LeaseKeeperParts): LeaseKeeper {
  const { writer, launcher, dispatcher, executor, timers, clock, leaseSeconds, now, lost, complain } = parts;

  let company = true;

  async function beat(): Promise<void> {
    const askedAt = performance.now();
    const heard = await writer.beat();
    clock.set(heard.now, askedAt);
    company = heard.company;
    const seconds = leaseSeconds + (company ? Math.min(companyGrace, leaseSeconds) : loneGrace);
    // Shorter first here, longer first there.
    if (seconds < writer.attemptSeconds) executor.lease(toLease(seconds));
    writer.attemptSeconds = seconds;
  }

  const toLease = (seconds: number) => Math.max(0, seconds - Math.min(marginSeconds, leaseSeconds / 4)) * 1000;

  async function renew(): Promise<void> {
    const startedAt = performance.now();
    await beat();
    await renewRuns();
    executor.lease(toLease(writer.attemptSeconds) - (performance.now() - startedAt));
  }

  async function renewRuns(): Promise<void> {
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
      // Its harness says that it has ended: only then is it made again. A harness that says nothing has no lease either.
      timers.later(marginSeconds * 1000, () => dispatcher.tell(run.id, { type: "lease-expired", ordinal, attempt, at: now() }));
    }
  }

  // Three tries within a lease.
  const loop = loopEvery((leaseSeconds * 1000) / 3, renew, (error) => complain("Renewing leases", error));
  return {
    ...loop,
    get company() {
      return company;
    },
    async greet() {
      executor.lease(toLease(leaseSeconds));
      await beat();
    },
  };
}
