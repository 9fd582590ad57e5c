/**
 * The fold loop over all live runs. A pass takes all that came in, folds it, claims ready task runs against free slots,
 * saves everything of all touched runs in one statement, and only then performs what was decided.
 * Neighbours: passes.ts (when), ../run/live-run.ts (one run), ../run/run-writer.ts (its own connection), ../run/lookups.ts,
 * ../run/launcher.ts (what is performed), rescuer.ts (a save was refused), pipelines/run/transition (decides).
 */
import type { RunEvent } from "@/pipelines/run/run-event";
import { isRunTerminal, type RunAction } from "@/pipelines/run/run-state";
import type { Admission } from "../run/admission";
import { Inbox } from "../run/inbox";
import type { Launcher } from "../run/launcher";
import type { Arrival, Effect, LiveRun, TakenSave } from "../run/live-run";
import type { LogStore } from "../run/log-store";
import type { Lookups } from "../run/lookups";
import { runHub } from "../run/run-hub";
import type { RunWriter } from "../run/run-writer";
import { LateNews } from "./late-news";
import type { Loop } from "./loop";
import { Passes } from "./passes";
import type { Timers } from "./timers";

export interface DispatcherParts {
  readonly writer: RunWriter;
  readonly admission: Admission;
  readonly lookups: Lookups;
  readonly launcher: Launcher;
  readonly logs: LogStore;
  readonly timers: Timers;
  now(): number;
  /** Somebody else has saved this run. */
  refused(run: LiveRun, arrivals: readonly Arrival[]): Promise<void>;
  /** Folding or saving threw. */
  poisoned(run: LiveRun, arrivals: readonly Arrival[], error: unknown): Promise<void>;
  complain(what: string, error: unknown): void;
}

const gatherShare = 6;

export class Dispatcher implements Loop {
  readonly runs = new Map<string, LiveRun>();
  private readonly inbox = new Inbox();
  private readonly late = new LateNews();
  private readonly touched = new Set<LiveRun>();
  private readonly passes: Passes;
  /** News that could wait has waited long enough, folded or not. */
  private lateIsDue = false;

  constructor(private readonly parts: DispatcherParts) {
    this.passes = new Passes({
      pass: () => this.pass(),
      // While many attempts are under way, none waits for this very save, and a fuller one costs hardly more.
      isWorthWaiting: () => this.inbox.size < parts.admission.size / gatherShare - 1,
      lateDue: () => (this.lateIsDue = true),
      complain: parts.complain,
    });
    parts.admission.connect(() => this.passes.wake());
  }

  start(): void {
    this.passes.start();
  }

  stop(): Promise<void> {
    return this.passes.stop();
  }

  /** Resolves after the commit of what the event changed. */
  arrive(runId: string, event: RunEvent): Promise<void> {
    return new Promise((done) => {
      this.inbox.put({ runId, event, done });
      this.passes.wake();
    });
  }

  tell(runId: string, event: RunEvent): void {
    this.inbox.put({ runId, event, done: undefined });
    this.passes.wake();
  }

  /** For news of an attempt that needs no save of its own. */
  tellLate(runId: string, event: RunEvent): void {
    this.late.put({ runId, event, done: undefined });
    this.passes.wakeLate();
  }

  add(run: LiveRun, actions: readonly RunAction[]): void {
    this.runs.set(run.id, run);
    for (const action of actions) this.act(run, action);
    for (const effect of run.effects.splice(0)) this.perform(run, effect);
    this.touched.add(run);
    this.passes.wake();
  }

  /** What points at the run here is void from now on. */
  private drop(run: LiveRun): void {
    if (this.runs.get(run.id) === run) this.runs.delete(run.id);
    run.dropped = true;
    this.parts.admission.releaseRun(run.id);
  }

  /** It has ended, or is somebody else's. */
  forget(run: LiveRun): void {
    this.drop(run);
    this.parts.launcher.release(run);
  }

  run(runId: string): LiveRun | undefined {
    return this.runs.get(runId);
  }

  /** There may be room now for what waits. */
  wake(): void {
    this.passes.wake();
  }

  /** In memory, or on its way there. */
  has(runId: string): boolean {
    return this.runs.has(runId) || this.inbox.isReading(runId);
  }

  /** Folds again what was not saved. */
  repeat(arrivals: readonly Arrival[]): void {
    for (const arrival of arrivals) this.inbox.put(arrival);
    this.passes.wake();
  }

  /** Lets go of a run and keeps what comes for it until `read` has brought it back, or said that it does not go on here. */
  async reread(run: LiveRun, arrivals: readonly Arrival[], read: () => Promise<boolean>): Promise<void> {
    const waiting = [...arrivals, ...run.arrivals.splice(0)];
    this.drop(run);
    await this.inbox.whileReading(run.id, waiting, read);
    this.passes.wake();
  }

  private async pass(): Promise<void> {
    if (this.lateIsDue) this.inbox.putFirst(this.late.all());
    this.lateIsDue = false;
    for (const arrival of this.inbox.take()) {
      for (const earlier of this.late.before(arrival)) this.receive(earlier);
      this.receive(arrival);
    }
    this.parts.lookups.start(this);
    this.claim();
    const saves: TakenSave[] = [];
    for (const run of this.touched) {
      this.touched.delete(run);
      if (run.dropped) continue;
      if (run.hasChanges) saves.push(run.take((place) => this.parts.logs.counts(place)));
      else for (const { done } of run.arrivals.splice(0)) done?.();
    }
    if (this.late.isEmpty) this.passes.calm();
    if (saves.length > 0) await this.save(saves);
    this.parts.admission.settled();
  }

  private receive(arrival: Arrival): void {
    const { runId, event, done } = arrival;
    const run = this.runs.get(runId);
    if (!run) return done?.();
    run.arrivals.push(arrival);
    this.fold(run, event);
  }

  private fold(run: LiveRun, event: RunEvent): void {
    this.touched.add(run);
    try {
      const { changes, actions } = run.fold(event);
      for (const [key, attempt] of changes.attempts) {
        if (attempt.status === "launching" || attempt.status === "running") continue;
        const id = `${run.id}-${key}`;
        this.parts.admission.ended(id);
        this.parts.launcher.ended(id);
      }
      for (const action of actions) this.act(run, action);
    } catch (error) {
      void this.parts.poisoned(run, run.arrivals.splice(0), error);
    }
  }

  private act(run: LiveRun, action: RunAction): void {
    switch (action.type) {
      case "lookup-cache":
        this.parts.lookups.want({ run, ordinal: action.ordinal });
        return;
      case "enqueue":
        this.parts.admission.want(run, action.ordinal);
        return;
      case "wake": {
        const { now, timers } = this.parts;
        timers.later(action.at - now(), () => this.tell(run.id, { type: "due", ordinal: action.ordinal, at: Math.max(action.at, now()) }));
        return;
      }
      case "wake-run": {
        const { now, timers } = this.parts;
        timers.later(action.at - now(), () => this.tell(run.id, { type: "run-due", at: Math.max(action.at, now()) }));
        return;
      }
      case "remember":
        run.remembered.push(action);
        return;
      case "notify":
        return;
      case "launch":
      case "stop":
      case "run-ended":
        run.effects.push(action);
        return;
    }
  }

  private claim(): void {
    const { admission, now } = this.parts;
    if (!admission.goOn()) return;
    for (let next = admission.next(); next; next = admission.next()) {
      this.fold(next.run, { type: "claimed", ordinal: next.ordinal, at: now() });
      if (next.run.state.taskRuns[next.ordinal]!.status !== "running") admission.notBegun(next);
    }
  }

  private async save(saves: readonly TakenSave[]): Promise<void> {
    let committed: ReadonlySet<string>;
    try {
      committed = await this.parts.writer.save(saves.map(({ save }) => save));
    } catch (error) {
      // One of them cannot be saved: the others must not wait for it.
      if (saves.length > 1) for (const one of saves) await this.save([one]);
      else if (!this.passes.isStopped) await this.parts.poisoned(saves[0]!.run, saves[0]!.arrivals, error);
      return;
    }
    for (const { run, arrivals, effects, taskRunIds } of saves) {
      if (!committed.has(run.id)) {
        await this.parts.refused(run, arrivals);
        continue;
      }
      run.revision++;
      for (const { done } of arrivals) done?.();
      for (const effect of effects) this.perform(run, effect);
      runHub.publish(run.news(taskRunIds));
    }
  }

  private perform(run: LiveRun, effect: Effect): void {
    switch (effect.type) {
      case "launch":
        return this.parts.launcher.launch(run, effect.ordinal, effect.attempt);
      case "stop":
        return this.parts.launcher.stop(run, effect.ordinal, effect.attempt, effect.reason);
      case "run-ended":
        // A retry may have come in since.
        if (isRunTerminal(run.state.fields.status)) this.forget(run);
        return;
    }
  }
}
