/**
 * Brings runs back into memory: after a restart, from servers that are gone, and after a save that was refused or threw.
 * What the database says is what is. Also the net under wishes: what was asked at another server is found here.
 * Neighbours: dispatcher.ts (goes on with them), lease-keeper.ts (keeps ours ours), ../run/load-run.ts.
 */
import { pendingActions } from "@/pipelines/run/pending-actions";
import type { RunCommand } from "@/pipelines/run/run-event";
import { isRunTerminal, taskRunId } from "@/pipelines/run/run-state";
import { patiently } from "../db/patiently";
import { isConnectionError, type Pool } from "../db/pool";
import { clearWishesSql, poisonRunSql, reopenRunSql, setAsideSql, takeRunsSql, wishesSql } from "../db/run.sql";
import type { Admission } from "../run/admission";
import type { Launcher } from "../run/launcher";
import type { Arrival, LiveRun } from "../run/live-run";
import { loadRun, type LoadedRun } from "../run/load-run";
import { runHub } from "../run/run-hub";
import type { Dispatcher } from "./dispatcher";
import { loopEvery, type Loop } from "./loop";
import type { Timers } from "./timers";

export interface RescuerParts {
  readonly pool: Pool;
  readonly instance: string;
  readonly leaseSeconds: number;
  /** Where attempts that run already are counted. */
  readonly admission: Pick<Admission, "adopt">;
  readonly launcher: Launcher;
  readonly timers: Timers;
  now(): number;
  complain(what: string, error: unknown): void;
  log(message: string): void;
}

/** Beyond a worker's lease it is given as long again, at most this, to have stopped its attempts. */
const mostGraceMs = 10_000;
const mostPollMs = 2_000;
/** An attempt on another machine ends before its lease does (lease-keeper.ts); so long is waited beyond that. */
const mostMarginMs = 3_000;
/** A run that was thrown at so often is left alone. */
const mostPoison = 3;
const setAsideMessage = "Heddle could not work on this run and set it aside: the server's log says why.";

export class Rescuer implements Loop {
  private readonly polling: Loop;
  private stopped = false;
  private unsure = false;

  constructor(
    private readonly parts: RescuerParts,
    private readonly dispatcher: Dispatcher,
  ) {
    const { leaseSeconds, complain } = parts;
    this.polling = loopEvery(
      Math.min(mostPollMs, leaseSeconds * 300),
      () => this.poll(),
      (error) => complain("Polling", error),
    );
  }

  /** Runs that were ours when this server was killed, with the attempts that went on meanwhile. */
  async recover(): Promise<void> {
    const found = new Map<string, LoadedRun>();
    // All of them before any is adopted: an attempt whose run is not known is taken for a leftover.
    for (let last = "", ids = await this.patiently(() => this.take(true)); ids.length > 0;) {
      for (const id of ids) {
        const run = await this.read(id);
        if (run) found.set(id, run);
        if (id > last) last = id;
      }
      ids = await this.patiently(() => this.take(true, last));
    }
    await this.parts.launcher.adopt(found);
    for (const run of found.values()) this.resume(run);
  }

  start(): void {
    this.polling.start();
  }

  stop(): Promise<void> {
    this.stopped = true;
    return this.polling.stop();
  }

  /** A run that has ended and is wanted again; undefined: it is at work elsewhere, or there is none. */
  async reopen(runId: string): Promise<LiveRun | undefined> {
    const { pool, instance, leaseSeconds } = this.parts;
    const { rowCount } = await pool.query(reopenRunSql, [runId, instance, leaseSeconds]);
    if (rowCount === 0) return undefined;
    const run = await this.read(runId, true);
    // Two calls at once: the second one finds what the first has loaded.
    const known = this.dispatcher.runs.get(runId);
    if (known || !run) return known;
    this.dispatcher.add(run, []);
    return run;
  }

  /** Somebody else has saved the run, or taken it. */
  async refused(run: LiveRun, arrivals: readonly Arrival[]): Promise<void> {
    // It is being read already: what was folded for nothing goes to what is read.
    if (run.dropped) return this.dispatcher.repeat(arrivals);
    this.parts.log(`Run ${run.id} was changed elsewhere; reading it again.`);
    await this.reload(run, arrivals);
  }

  /** Folding or saving threw: tried again from what is saved, and after the third time left alone, so that others go on. */
  async poisoned(run: LiveRun, arrivals: readonly Arrival[], error: unknown): Promise<void> {
    const { pool, launcher, complain } = this.parts;
    complain(`Run ${run.id}`, error);
    try {
      const { rows } = await this.patiently(() => pool.query<{ poison: number }>(poisonRunSql, [run.id]));
      if (run.dropped) return this.dispatcher.repeat(arrivals);
      if ((rows[0]?.poison ?? mostPoison) < mostPoison) return await this.reload(run, arrivals);
      await this.setAside(run.id);
      launcher.stopAll(run);
      this.dispatcher.forget(run);
      for (const { done } of arrivals) done?.();
      runHub.publish({ ...run.news([]), ended: true });
    } catch (again) {
      complain(`Run ${run.id}`, again);
    }
  }

  /** `arrivals` are folded again. */
  private reload(run: LiveRun, arrivals: readonly Arrival[]): Promise<void> {
    const { pool, instance, launcher, complain } = this.parts;
    return this.dispatcher.reread(run, arrivals, async () => {
      const found = await this.patiently(() => loadRun(pool, run.id)).catch((error: unknown) => complain(`Reading run ${run.id}`, error));
      if (found && !isRunTerminal(found.state.fields.status) && found.owner === instance) {
        this.resume(found);
        return true;
      }
      launcher.stopAll(run);
      return false;
    });
  }

  private async poll(): Promise<void> {
    for (const id of await this.takeAgain()) {
      if (this.dispatcher.has(id)) continue;
      const run = await this.read(id);
      if (run && !this.dispatcher.has(id)) this.resume(run);
    }
    await this.fulfilWishes();
  }

  /** What was asked for at other servers. */
  async fulfilWishes(): Promise<void> {
    const { pool, instance, now } = this.parts;
    const { rows } = await pool.query<{ id: string; run_id: string; command: RunCommand }>(wishesSql, [instance]);
    // What is not in memory yet is being read: the next look finds the wish again.
    const here = rows.filter(({ run_id }) => this.dispatcher.runs.has(run_id));
    if (here.length === 0) return;
    for (const { run_id, command } of here) await this.dispatcher.arrive(run_id, { ...command, at: now() });
    // Saved by now: a wish that stayed would be fulfilled twice.
    await pool.query(clearWishesSql, [here.map(({ id }) => id)]);
  }

  /** A look that was cut off may have taken runs that nobody knows of: the next one asks for those that are ours, too. */
  private async takeAgain(): Promise<string[]> {
    const unsure = this.unsure;
    this.unsure = true;
    const taken = await this.take(unsure);
    this.unsure = false;
    return taken;
  }

  /** `after`: ids beyond this one only. */
  private async take(mine: boolean, after = ""): Promise<string[]> {
    const { pool, instance, leaseSeconds } = this.parts;
    const { rows } = await pool.query<{ id: string; poison: number }>(takeRunsSql, [instance, leaseSeconds, mine, after]);
    const ids: string[] = [];
    for (const { id, poison } of rows) {
      if (poison < mostPoison) ids.push(id);
      // Whoever was to set it aside was killed before.
      else if (!this.dispatcher.has(id)) await this.setAside(id);
    }
    return ids;
  }

  private async read(runId: string, ended = false): Promise<LoadedRun | undefined> {
    try {
      const run = await this.patiently(() => loadRun(this.parts.pool, runId));
      return !run || (isRunTerminal(run.state.fields.status) && !ended) ? undefined : run;
    } catch (error) {
      this.parts.complain(`Reading run ${runId}`, error);
      // Closing while the database is away is nothing that a run is to blame for.
      if (!isConnectionError(error)) await this.setAside(runId);
      return undefined;
    }
  }

  /** Goes on with a run that was read back. */
  private resume(run: LoadedRun): void {
    const { admission, launcher, timers, now } = this.parts;
    const { spec, plan, taskRuns } = run.state;
    for (const taskRun of taskRuns) {
      const { ordinal, task, status, attempt, expanded, current } = taskRun;
      if (status !== "running" || expanded !== undefined) continue;
      const id = `${taskRunId(run.id, ordinal)}/${attempt}`;
      const claimed = launcher.has(id) || launcher.claim(run, taskRun);
      const elsewhere = admission.adopt(id, run.id, spec.workspaceId, plan.tasks[task]!.options, current?.handle);
      if (claimed) continue;
      // Its worker comes back while its lease lasts, or has stopped it by then.
      const patience = this.patience(run, ordinal);
      timers.later(elsewhere ? Math.max(this.lateness, patience) : patience, () => {
        if (launcher.has(id)) return;
        this.dispatcher.tell(run.id, { type: "attempt-lost", ordinal, attempt, reason: "node-lost", error: undefined, at: now() });
      });
    }
    this.dispatcher.add(run, pendingActions(run.state));
  }

  /**
   * What we launched and have no longer is lost. Only its server could say so of another's attempt: that is given up when
   * it has stopped itself, at the end of its lease.
   */
  private patience({ leases }: LoadedRun, ordinal: number): number {
    const lease = leases.get(ordinal);
    if (!lease || lease.server === this.parts.instance) return 0;
    return Math.max(0, lease.left) + Math.min(mostMarginMs, this.parts.leaseSeconds * 1000);
  }

  /** How long an attempt on another machine may still be at work: its worker has not heard a server since before this. */
  private get lateness(): number {
    const ms = this.parts.leaseSeconds * 1000;
    return ms + Math.min(mostGraceMs, ms);
  }

  private async setAside(runId: string): Promise<void> {
    await this.patiently(() => this.parts.pool.query(setAsideSql, [runId, setAsideMessage])).catch((error: unknown) =>
      this.parts.complain(`Setting run ${runId} aside`, error),
    );
  }

  private patiently<T>(work: () => Promise<T>): Promise<T> {
    return patiently(work, () => this.stopped);
  }
}
