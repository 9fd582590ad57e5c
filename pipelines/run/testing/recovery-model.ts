/**
 * A small model of everything around the fold: servers that may be killed or frozen at any point, a database whose answers
 * may be lost, leases, harnesses that outlive their server. The fold itself is the real one. `scheduled` decides when
 * each step of each actor happens, `choose` what goes wrong; ../recovery.model.test.ts says what must never happen.
 */
import { applyChanges } from "../apply-changes";
import { pendingActions } from "../pending-actions";
import { restoreCounts } from "../restore-counts";
import type { RunEvent } from "../run-event";
import type { RunSpec } from "../run";
import { hasSucceeded, isRunTerminal, isTerminal, newRun, type RunAction, type RunState } from "../run-state";
import { transition } from "../transition";

/** The rules under test: leaving one out must be found out, or the model proves nothing. */
export interface Rules {
  /** A save is compared with the revision and the owner of the row. */
  readonly compareAndSet: boolean;
  /** Attempts end at a moment that the database's lease outlasts. */
  readonly fence: boolean;
  /** That moment counts from when the renewal was asked for, not from when it was answered. */
  readonly anchored: boolean;
  /** A harness whose lease is over starts nothing. */
  readonly refuseLate: boolean;
  /** Only the server that launched an attempt may call it lost before its lease ends. */
  readonly ownLosses: boolean;
  /** What became of a save that was cut off is read, not guessed. */
  readonly reread: boolean;
}

export const allRules: Rules = { compareAndSet: true, fence: true, anchored: true, refuseLate: true, ownLosses: true, reread: true };

const lease = 30;
const attemptLease = 40;
const margin = 2;
const patience = 3;
const beat = 10;

interface Interval {
  readonly ordinal: number;
  readonly attempt: number;
  readonly start: number;
  stop: number | undefined;
}

interface HarnessAttempt {
  readonly interval: Interval | undefined;
  ended: RunEvent | undefined;
}

class CutOff extends Error {}
class Killed extends Error {}

class Harness {
  until = attemptLease - margin;
  readonly attempts = new Map<string, HarnessAttempt>();

  constructor(private readonly world: World) {}

  launch(ordinal: number, attempt: number): void {
    const key = `${ordinal}/${attempt}`;
    if (this.attempts.has(key)) return;
    const { t, rules, witness } = this.world;
    if (rules.refuseLate && t >= this.until) {
      this.attempts.set(key, { interval: undefined, ended: lostEvent(ordinal, attempt, t) });
      return;
    }
    const interval: Interval = { ordinal, attempt, start: t, stop: undefined };
    witness.push(interval);
    this.attempts.set(key, { interval, ended: undefined });
  }

  /** The watchdog looks each second. */
  watch(): void {
    if (!this.world.rules.fence) return;
    for (const each of this.attempts.values()) {
      if (each.interval?.stop !== undefined || !each.interval || this.world.t < this.until + 1) continue;
      this.stop(each.interval.ordinal, each.interval.attempt, Math.max(each.interval.start + 1, this.until + 1));
    }
  }

  stop(ordinal: number, attempt: number, at = this.world.t): void {
    const found = this.attempts.get(`${ordinal}/${attempt}`);
    if (!found?.interval || found.interval.stop !== undefined) return;
    found.interval.stop = at;
    found.ended = lostEvent(ordinal, attempt, at);
  }

  work(run: RunState, chance: number): void {
    for (const { interval } of this.attempts.values()) {
      if (!interval || interval.stop !== undefined) continue;
      if ((chance % 9 !== 0 || this.world.longTasks) && !this.world.calm) continue;
      interval.stop = this.world.t;
      this.attempts.get(`${interval.ordinal}/${interval.attempt}`)!.ended = this.result(run, interval, chance);
    }
  }

  private result(run: RunState, { ordinal, attempt }: Interval, chance: number): RunEvent {
    const about = { ordinal, attempt, at: this.world.t };
    const taskRun = run.taskRuns[ordinal];
    const task = run.plan.tasks[taskRun?.task ?? 0]!;
    if (task.each && taskRun?.mapIndex === undefined) return { ...about, type: "expanded", elements: { item: values(1 + (chance % 2)) } };
    if (chance % 5 === 0 && !this.world.calm)
      return { ...about, type: "attempt-failed", reason: "exception", error: undefined, random: 0.5 };
    return { ...about, type: "attempt-succeeded", outputs: { [task.key]: values(1)[0]! } };
  }
}

function values(count: number) {
  return Array.from({ length: count }, () => ({ hash: "h", bytes: 1, codec: "c", summary: "s" }));
}

function lostEvent(ordinal: number, attempt: number, at: number): RunEvent {
  return { type: "attempt-lost", ordinal, attempt, reason: "lease-lost", error: undefined, at };
}

interface Row {
  revision: number;
  owner: string | undefined;
  ownerUntil: number;
  state: RunState;
  /** Of running attempts, by ordinal. */
  readonly leases: Map<number, { until: number; server: string }>;
}

export type Scheduled = (label: string) => Promise<void>;

export class World {
  t = 0;
  calm = false;
  /** No attempt ends by itself while things go wrong. */
  longTasks = false;
  readonly witness: Interval[] = [];
  readonly faults: string[] = [];
  /** The newest attempt of each ordinal that was given a lease. */
  readonly launched = new Map<number, number>();
  readonly row: Row;
  readonly servers: Server[];
  private readonly homes: Harness[];

  constructor(
    spec: RunSpec,
    names: readonly string[],
    readonly rules: Rules,
    readonly scheduled: Scheduled,
    readonly choose: (below: number) => number,
  ) {
    const state = newRun(spec);
    applyChanges(state, transition(state, { type: "submitted", at: 0 }).changes);
    this.row = { revision: 1, owner: names[0], ownerUntil: lease, state, leases: new Map() };
    this.homes = names.map(() => new Harness(this));
    this.servers = names.map((name, index) => new Server(this, name, this.homes[index]!));
  }

  /** kill -9, and a new process on the same home. */
  restart(index: number): void {
    const old = this.servers[index]!;
    old.dead = true;
    this.servers[index] = new Server(this, old.name, this.homes[index]!);
  }

  tick(by: number): void {
    this.t += by;
    for (const harness of this.homes) {
      harness.watch();
      harness.work(this.row.state, this.choose(1000));
    }
  }

  get liveAttempts(): number {
    return this.witness.filter(({ stop }) => stop === undefined).length;
  }

  get isOver(): boolean {
    return isRunTerminal(this.row.state.fields.status);
  }

  /** A statement on its way: it may be lost, or executed while its answer is lost. Nothing else is known of a dead line. */
  async statement<T>(server: Server, label: string, execute: () => T): Promise<T> {
    await this.scheduled(`${server.name} sends ${label}`);
    const fate = this.calm ? 9 : this.choose(10);
    if (server.dead && fate < 5) throw new Killed();
    if (fate === 0) throw new CutOff();
    const result = execute();
    await this.scheduled(`${server.name} hears of ${label}`);
    if (server.dead) throw new Killed();
    if (fate === 1) throw new CutOff();
    return result;
  }

  check(state: RunState): void {
    for (const [ordinal, after] of state.taskRuns.entries()) {
      const before = this.row.state.taskRuns[ordinal];
      if (!before) continue;
      if (isTerminal(before.status) && before !== after) this.faults.push(`I2: task run ${ordinal} had ended and changed`);
      if (after.attempt < before.attempt || after.attempt > before.attempt + 1) this.faults.push(`I2: attempt of ${ordinal} jumped`);
    }
  }

  /** What must hold when all is over. */
  verdict(): string[] {
    const faults = [...this.faults];
    if (!this.isOver) faults.push("I1: the run never ended");
    const byOrdinal = new Map<number, Interval[]>();
    for (const each of this.witness) byOrdinal.set(each.ordinal, [...(byOrdinal.get(each.ordinal) ?? []), each]);
    for (const [ordinal, intervals] of byOrdinal) {
      intervals.sort((a, b) => a.start - b.start);
      for (let index = 1; index < intervals.length; index++) {
        const [a, b] = [intervals[index - 1]!, intervals[index]!];
        if ((a.stop ?? Infinity) > b.start)
          faults.push(`I3: attempts ${a.attempt} (${a.start} to ${a.stop}) and ${b.attempt} (from ${b.start}) of ${ordinal} ran at once`);
      }
    }
    if (this.isOver && this.liveAttempts > 0) faults.push(`I10: ${this.liveAttempts} attempts live on after the end`);
    return faults;
  }
}

export class Server {
  dead = false;
  private run: { state: RunState; revision: number } | undefined;
  private actions: RunAction[] = [];
  /** Attempts of others: lost at this moment. */
  private readonly losses: { at: number; ordinal: number; attempt: number }[] = [];
  private renewedAt = -Infinity;
  private recovered = false;

  constructor(
    private readonly world: World,
    readonly name: string,
    private readonly harness: Harness,
  ) {
    if (world.t === 0 && world.row?.owner === name) this.load();
  }

  /** One turn of its loops. */
  async turn(): Promise<void> {
    if (this.dead) return;
    try {
      if (!this.run) await this.take();
      if (this.run) await this.renew();
      if (this.run) await this.pass();
    } catch (error) {
      if (error instanceof Killed) return;
      if (!(error instanceof CutOff)) throw error;
    }
  }

  private async take(): Promise<void> {
    const { world, name } = this;
    const { row } = world;
    const mine = !this.recovered;
    const taken = await world.statement(this, "take", () => {
      if (world.isOver || !((mine && row.owner === name) || row.ownerUntil < world.t)) return false;
      row.owner = name;
      row.ownerUntil = world.t + lease;
      return true;
    });
    this.recovered = true;
    if (taken) await this.reread();
  }

  private async reread(): Promise<void> {
    const { world, name } = this;
    for (;;) {
      try {
        await world.statement(this, "read", () => undefined);
        if (world.row.owner === name) this.load();
        else this.forget();
        return;
      } catch (error) {
        if (!(error instanceof CutOff)) throw error;
      }
    }
  }

  private load(): void {
    const { row, t, rules } = this.world;
    const state = copy(row.state);
    this.run = { state, revision: row.revision };
    this.losses.length = 0;
    this.actions = [...pendingActions(state)];
    for (const { ordinal, status, attempt, expanded } of state.taskRuns) {
      if (status !== "running" || expanded !== undefined || this.harness.attempts.has(`${ordinal}/${attempt}`)) continue;
      const held = row.leases.get(ordinal);
      const wait = !held || held.server === this.name || !rules.ownLosses ? 0 : Math.max(0, held.until - t) + patience;
      this.losses.push({ at: t + wait, ordinal, attempt });
    }
  }

  private forget(): void {
    this.run = undefined;
    this.actions = [];
    for (const { interval } of this.harness.attempts.values()) if (interval) this.harness.stop(interval.ordinal, interval.attempt);
  }

  private async renew(): Promise<void> {
    const { world, name, harness } = this;
    if (world.t - this.renewedAt < beat && !world.calm) return;
    const askedAt = world.t;
    const kept = await world.statement(this, "renew", () => {
      const { row } = world;
      if (row.owner !== name) return false;
      row.ownerUntil = world.t + lease;
      for (const [ordinal, held] of row.leases)
        if (held.server === name && held.until > world.t) row.leases.set(ordinal, { ...held, until: world.t + attemptLease });
      return true;
    });
    this.renewedAt = askedAt;
    if (!kept) return this.forget();
    harness.until = (world.rules.anchored ? askedAt - margin : world.t) + attemptLease;
  }

  private async pass(): Promise<void> {
    const { world, harness, run } = this;
    const { t } = world;
    const events: RunEvent[] = [];
    for (const { ended } of harness.attempts.values()) if (ended) events.push(ended);
    for (const loss of this.losses.filter(({ at }) => at <= t)) {
      this.losses.splice(this.losses.indexOf(loss), 1);
      if (!harness.attempts.has(`${loss.ordinal}/${loss.attempt}`))
        events.push({ type: "attempt-lost", ordinal: loss.ordinal, attempt: loss.attempt, reason: "node-lost", error: undefined, at: t });
    }
    const effects: RunAction[] = [];
    let changed = false;
    const { state } = run!;
    const fold = (event: RunEvent) => {
      const made = transition(state, event);
      changed ||= made.changes.taskRuns.size > 0 || made.changes.fields !== undefined;
      applyChanges(state, made.changes);
      this.actions.push(...made.actions);
    };
    for (const event of events) fold(event);
    for (let action = this.actions.shift(); action; action = this.actions.shift()) {
      if (action.type === "lookup-cache")
        fold({ type: "cache-missed", ordinal: action.ordinal, key: undefined, parts: undefined, why: { type: "first-run" }, at: t });
      else if (action.type === "enqueue") fold({ type: "claimed", ordinal: action.ordinal, at: t });
      else if (action.type === "wake") {
        // Time of the fold is in milliseconds; the model's seconds would make every retry wait for ever.
        fold({ type: "due", ordinal: action.ordinal, at: Math.max(t, action.at) });
      } else if (action.type === "launch" || action.type === "stop") effects.push(action);
    }
    if (!changed) return;
    if (!(await this.save(run!))) return;
    for (const effect of effects) {
      if (effect.type === "stop") harness.stop(effect.ordinal, effect.attempt);
      if (effect.type !== "launch") continue;
      await world.scheduled(`${this.name} launches ${effect.ordinal}/${effect.attempt}`);
      if (this.dead) throw new Killed();
      // As the launcher asks: is it still the attempt?
      if (this.run !== run || state.taskRuns[effect.ordinal]!.attempt !== effect.attempt) continue;
      this.checkInputs(state, effect.ordinal);
      harness.launch(effect.ordinal, effect.attempt);
    }
  }

  private async save(run: { state: RunState; revision: number }): Promise<boolean> {
    const { world, name } = this;
    const { row, rules } = world;
    for (let cut = false; ;) {
      try {
        const saved = await world.statement(this, "save", () => {
          if (rules.compareAndSet && (row.owner !== name || row.revision !== run.revision)) return false;
          world.check(run.state);
          row.state = copy(run.state);
          row.revision = run.revision + 1;
          for (const { ordinal, status, attempt, expanded } of run.state.taskRuns) {
            if (status !== "running" || expanded !== undefined) row.leases.delete(ordinal);
            else if (world.launched.get(ordinal) !== attempt) {
              world.launched.set(ordinal, attempt);
              row.leases.set(ordinal, { until: world.t + attemptLease, server: name });
            }
          }
          return true;
        });
        if (saved) {
          run.revision++;
          return true;
        }
        if (!cut) break;
      } catch (error) {
        if (!(error instanceof CutOff)) throw error;
        cut = true;
        // Guessing that it went through is what the rule forbids.
        if (!rules.reread) {
          run.revision++;
          return true;
        }
      }
      const found = await this.ask();
      if (found.owner === name && found.revision === run.revision + 1) {
        run.revision++;
        return true;
      }
      if (found.owner !== name || found.revision !== run.revision) break;
    }
    await this.reread();
    return false;
  }

  private async ask(): Promise<{ owner: string | undefined; revision: number }> {
    for (;;) {
      try {
        return await this.world.statement(this, "ask", () => ({ owner: this.world.row.owner, revision: this.world.row.revision }));
      } catch (error) {
        if (!(error instanceof CutOff)) throw error;
      }
    }
  }

  private checkInputs(state: RunState, ordinal: number): void {
    const { task } = state.taskRuns[ordinal]!;
    const { options } = state.plan.tasks[task]!;
    if (options.join !== "all" || options.on !== undefined) return;
    for (const need of state.plan.upstream[task]!)
      if (!hasSucceeded(this.world.row.state.taskRuns[need]!.status)) this.world.faults.push(`I4: ${ordinal} started before ${need}`);
  }
}

function copy(state: RunState): RunState {
  const taskRuns = [...state.taskRuns];
  return { ...state, fields: state.fields, taskRuns, counts: restoreCounts(state.plan, taskRuns) };
}
