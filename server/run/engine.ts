/**
 * The engine: live runs in memory, folded by ONE loop. A pass takes all that came in, folds it, claims ready task runs
 * against free slots, saves everything of all touched runs in one statement, and only then performs what was decided.
 * Neighbours: live-run.ts (one run), run-writer.ts (its own connection), cache-lookup.ts, attempt-listener.ts (words of an
 * attempt become events), recovery.ts (runs of a killed or lost owner), pipelines/run/transition (decides).
 */
import os from "node:os";
import { applyChanges } from "@/pipelines/run/apply-changes";
import { pendingActions } from "@/pipelines/run/pending-actions";
import type { RunEvent } from "@/pipelines/run/run-event";
import { isRunTerminal, newRun, ordinalOf, taskRunId, type RunAction, type TaskRunState } from "@/pipelines/run/run-state";
import { transition } from "@/pipelines/run/transition";
import type { RunSpec } from "@/pipelines/run/run";
import { newId } from "../db/new-id";
import { isConnectionError, type Pool } from "../db/pool";
import { poisonRunSql, reopenRunSql, setAsideSql, takeRunsSql } from "../db/run.sql";
import type { AttemptId, AttemptListener, Executor } from "../executor/executor";
import { createMetricWriter, type MetricWriter } from "../metric/append";
import { createAttemptListener } from "./attempt-listener";
import { toAttemptRequest } from "./attempt-request";
import { lookUp, type LookupAnswer } from "./cache-lookup";
import { createDataHashes } from "./data-hashes";
import { LiveRun, type Arrival, type Effect, type TakenSave } from "./live-run";
import { loadRun, type LoadedRun } from "./load-run";
import { createLogStore, type LogStore } from "./log-store";
import { programOf } from "./programs";
import { ReadyQueue } from "./ready-queue";
import { runHub } from "./run-hub";
import { toEvent, toTaskRow } from "./run-rows";
import { createRunWriter } from "./run-writer";
import { Slots, type Capacity } from "./slots";
import { refuseSpec } from "./refuse-spec";
import { createAttemptCosts } from "./attempt-costs";

export interface EngineOptions {
  readonly pool: Pool;
  /** For the engine's own connection. */
  readonly databaseUrl: string;
  readonly executor: Executor;
  readonly home: string;
  /** Id of this process among servers: instance.ts. */
  readonly instance: string;
  readonly environmentHash: string;
  readonly imageDigest: string;
  readonly log: (message: string) => void;
  readonly clock?: () => number;
  readonly random?: () => number;
  /** Default: the cores and memory of this machine. */
  readonly capacity?: Capacity;
  /** How long a run or attempt is believed to be alive without a word, in seconds. */
  readonly leaseSeconds?: number;
  readonly dataFolder?: (workspaceId: string) => string;
}

export interface SubmitMeta {
  readonly source: string;
  readonly versionId: string | undefined;
  readonly createdBy: string | undefined;
}

export type SubmitResult =
  | { readonly ok: true; readonly id: string; readonly number: number }
  | { readonly ok: false; readonly reason: "compile-error"; readonly message: string };

export interface Engine {
  start(): Promise<void>;
  /** Accepted means durable: resolves after the commit. */
  submit(spec: Omit<RunSpec, "id">, meta: SubmitMeta): Promise<SubmitResult>;
  /** Resolves once the wish is saved; false: there is no such run here, or it has ended. */
  cancel(runId: string, by?: string): Promise<boolean>;
  /** Failed tasks and what depended on them run again; false: nothing to run again. */
  retry(runId: string): Promise<boolean>;
  readonly logs: LogStore;
  /** Runs in memory, attempts that hold a slot. */
  load(): { runs: number; attempts: number };
  close(): Promise<void>;
}

const lazyMs = 20;
const pollMs = 2_000;

export function createEngine(options: EngineOptions): Engine {
  return new RunEngine(options);
}

class RunEngine implements Engine {
  readonly logs: LogStore;
  private readonly metrics: MetricWriter;
  private readonly writer;
  private readonly slots: Slots;
  private readonly costs = createAttemptCosts();
  private readonly dataHashes;
  private readonly lease: number;
  private readonly now: () => number;
  private readonly random: () => number;
  private readonly runs = new Map<string, LiveRun>();
  private readonly ready = new ReadyQueue();
  private lockWaiters: { run: LiveRun; ordinal: number }[] = [];
  private inbox: Arrival[] = [];
  /** Runs being read again, and what came for them meanwhile. */
  private readonly reading = new Map<string, Arrival[]>();
  /** `taskRunId/attempt` of attempts that the executor has from us. */
  private readonly launched = new Set<string>();
  private lookups: { run: LiveRun; ordinal: number }[] = [];
  private readonly touched = new Set<LiveRun>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private lazyTimer: NodeJS.Timeout | undefined;
  private passing: Promise<void> | undefined;
  private again = false;
  private closed = false;
  private renewed = 0;
  private polling: Promise<void> = Promise.resolve();

  constructor(private readonly options: EngineOptions) {
    this.lease = options.leaseSeconds ?? 30;
    this.now = options.clock ?? Date.now;
    this.random = options.random ?? Math.random;
    this.logs = createLogStore(options.home);
    this.metrics = createMetricWriter(options.pool);
    this.writer = createRunWriter(options.databaseUrl, options.instance, this.lease, options.log);
    this.slots = new Slots(options.capacity ?? { cpu: os.availableParallelism(), memory: os.totalmem() });
    this.dataHashes = createDataHashes(options.dataFolder ?? ((workspaceId) => `${options.home}/data/${workspaceId}`));
  }

  async start(): Promise<void> {
    const { rows } = await this.options.pool.query<{ id: string }>(takeRunsSql, [this.options.instance, this.lease, true]);
    const found: LiveRun[] = [];
    for (const { id } of rows) {
      const run = await this.read(id);
      if (run) found.push(run);
    }
    const ids = await this.options.executor.adopt((id) => this.listenerOf(id));
    for (const { taskRunId: id, attempt } of ids) this.launched.add(`${id}/${attempt}`);
    for (const run of found) this.resume(run);
    this.renewed = this.now();
    const timer = setInterval(() => (this.polling = this.polling.then(() => this.poll()).catch((error: unknown) => this.complain("Polling", error))), Math.min(pollMs, this.lease * 300));
    this.timers.add(timer);
    this.wake();
  }

  async submit(spec: Omit<RunSpec, "id">, meta: SubmitMeta): Promise<SubmitResult> {
    const full: RunSpec = { ...spec, id: newId(this.now()) };
    const state = newRun(full);
    const refused = refuseSpec(state);
    if (refused !== undefined) return { ok: false, reason: "compile-error", message: refused };
    const at = this.now();
    const { changes, actions } = transition(state, { type: "submitted", at });
    applyChanges(state, changes);
    const { status, reason, message, startedAt, finishedAt } = state.fields;
    const number = await this.writer.insert(
      {
        id: full.id, workspace_id: full.workspaceId, notebook_id: full.notebookId, version_id: meta.versionId, spec: full,
        source: meta.source, trigger: full.trigger, created_by: meta.createdBy, status, reason, message, created: at, started: startedAt,
        finished: finishedAt, owner: this.options.instance, lease: this.lease, event: toEvent(state, changes),
      } as { id: string },
      state.taskRuns.map((taskRun) => toTaskRow(state, taskRun, changes, true)),
    );
    const run = new LiveRun(state, 1, state.taskRuns.length, number);
    this.publish(run, state.taskRuns.map(({ ordinal }) => taskRunId(full.id, ordinal)));
    if (!isRunTerminal(status)) {
      this.runs.set(full.id, run);
      for (const action of actions) this.act(run, action);
      this.wake();
    }
    return { ok: true, id: full.id, number };
  }

  async cancel(runId: string, by?: string): Promise<boolean> {
    const run = this.runs.get(runId);
    if (!run || isRunTerminal(run.state.fields.status)) return false;
    await this.arrive(run.id, { type: "cancel-requested", by, at: this.now() });
    return true;
  }

  async retry(runId: string): Promise<boolean> {
    let run = this.runs.get(runId);
    if (!run) {
      const { rowCount } = await this.options.pool.query(reopenRunSql, [runId, this.options.instance, this.lease]);
      if (rowCount === 0) return false;
      // Two calls at once: the second one finds what the first has loaded.
      run = this.runs.get(runId) ?? (await this.read(runId, true));
      if (!run) return false;
    }
    const before = run.revision;
    await this.arrive(run.id, { type: "retry-requested", at: this.now() });
    const changed = run.revision > before;
    if (!changed && isRunTerminal(run.state.fields.status)) this.forget(run);
    return changed;
  }

  load(): { runs: number; attempts: number } {
    return { runs: this.runs.size, attempts: this.slots.size };
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers) clearTimeout(timer);
    clearTimeout(this.lazyTimer);
    await this.passing;
    await this.polling;
    await this.writer.close();
  }

  // Coming in.

  /** Resolves after the commit of what the event changed. */
  private arrive(runId: string, event: RunEvent): Promise<void> {
    return new Promise((done) => {
      this.inbox.push({ runId, event, done, lazy: false });
      this.wake();
    });
  }

  private tell(runId: string, event: RunEvent, lazy = false): void {
    this.inbox.push({ runId, event, done: undefined, lazy });
    this.wake(lazy);
  }

  /** Lazy news waits a little for company: a start that is followed by its end costs no save of its own. */
  private wake(lazy = false): void {
    if (this.closed) return;
    if (lazy) {
      this.lazyTimer ??= setTimeout(() => {
        this.lazyTimer = undefined;
        for (const run of this.touched) run.urgent = true;
        this.wake();
      }, lazyMs);
      return;
    }
    if (this.passing) {
      this.again = true;
      return;
    }
    // After this turn of the event loop: whatever else it brings goes into the same pass.
    this.passing = new Promise((resolve) => setImmediate(() => void this.loop().finally(resolve)));
  }

  private async loop(): Promise<void> {
    do {
      this.again = false;
      try {
        await this.pass();
      } catch (error) {
        this.complain("A pass", error);
      }
    } while (this.again && !this.closed);
    this.passing = undefined;
  }

  private async pass(): Promise<void> {
    const arrivals = this.inbox;
    this.inbox = [];
    for (const arrival of arrivals) {
      const { runId, event, done, lazy } = arrival;
      const waiting = this.reading.get(runId);
      const run = this.runs.get(runId);
      if (waiting) waiting.push(arrival);
      else if (!run) done?.();
      else {
        if (!lazy) {
          run.arrivals.push(arrival);
          run.urgent = true;
        }
        this.fold(run, event);
      }
    }
    this.startLookups();
    this.claim();
    const saves: TakenSave[] = [];
    for (const run of this.touched) {
      if (run.dropped) {
        this.touched.delete(run);
        continue;
      }
      if (run.hasChanges && !run.urgent) continue;
      this.touched.delete(run);
      if (run.hasChanges) saves.push(run.take((ordinal, attempt) => this.logs.counts(this.place(run, ordinal, attempt))));
      else for (const { done } of run.arrivals.splice(0)) done?.();
    }
    if (saves.length > 0) await this.save(saves);
  }

  private fold(run: LiveRun, event: RunEvent): void {
    this.touched.add(run);
    try {
      const { changes, actions } = transition(run.state, event);
      applyChanges(run.state, changes);
      run.merge(changes);
      for (const [key, attempt] of changes.attempts) {
        if (attempt.status === "launching" || attempt.status === "running") continue;
        this.launched.delete(`${run.id}-${key}`);
        if (this.slots.release(`${run.id}-${key}`)) this.releaseLocks();
      }
      for (const action of actions) this.act(run, action);
    } catch (error) {
      void this.poisoned(run, run.arrivals.splice(0), error);
    }
  }

  private act(run: LiveRun, action: RunAction): void {
    switch (action.type) {
      case "lookup-cache":
        this.lookups.push({ run, ordinal: action.ordinal });
        return;
      case "enqueue": {
        const taskRun = run.state.taskRuns[action.ordinal]!;
        this.ready.push({ run, ordinal: action.ordinal, priority: run.state.plan.tasks[taskRun.task]!.options.priority });
        return;
      }
      case "wake": {
        this.later(action.at - this.now(), () => {
          this.tell(run.id, { type: "retry-due", ordinal: action.ordinal, at: Math.max(action.at, this.now()) });
        });
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

  private startLookups(): void {
    const wanted = this.lookups;
    if (wanted.length === 0) return;
    this.lookups = [];
    const at = this.now();
    void lookUp(this.options.pool, wanted.filter(({ run }) => !run.dropped), this.dataHashes, this.options)
      .then((answers: readonly LookupAnswer[]) => {
        for (const { run, event } of answers) this.tell(run.id, { ...event, at });
      })
      .catch((error: unknown) => {
        this.complain("A look into the cache", error);
        this.later(500, () => {
          this.lookups.push(...wanted);
          this.wake();
        });
      });
  }

  private claim(): void {
    for (let next = this.ready.peek(); next; next = this.ready.peek()) {
      const { run, ordinal } = next;
      const taskRun = run.state.taskRuns[ordinal];
      if (run.dropped || taskRun?.status !== "queued" || taskRun.notBefore !== undefined) {
        this.ready.shift();
        continue;
      }
      const task = run.state.plan.tasks[taskRun.task]!;
      const id = `${taskRunId(run.id, ordinal)}/${taskRun.attempt + 1}`;
      const taken = this.slots.take(id, run.id, run.state.spec.workspaceId, task.options, this.costs.share(task));
      if (taken === "full") return;
      this.ready.shift();
      if (taken === "lock") this.lockWaiters.push({ run, ordinal });
      else {
        run.urgent = true;
        this.fold(run, { type: "claimed", ordinal, at: this.now() });
      }
    }
  }

  private releaseLocks(): void {
    const waiters = this.lockWaiters;
    if (waiters.length === 0) return;
    this.lockWaiters = [];
    for (const { run, ordinal } of waiters) if (!run.dropped) this.act(run, { type: "enqueue", ordinal });
  }

  // Saving and what follows.

  private async save(saves: readonly TakenSave[]): Promise<void> {
    let committed: ReadonlySet<string>;
    try {
      committed = await this.writer.save(saves.map(({ save }) => save));
    } catch (error) {
      if (saves.length > 1) {
        // One of them cannot be saved: the others must not wait for it.
        for (const one of saves) await this.save([one]);
        return;
      }
      if (!this.closed) await this.poisoned(saves[0]!.run, saves[0]!.arrivals, error);
      return;
    }
    for (const taken of saves) {
      const { run } = taken;
      if (committed.has(run.id)) this.performed(taken);
      else {
        this.options.log(`Run ${run.id} was changed elsewhere; reading it again.`);
        await this.reload(run, taken.arrivals);
      }
    }
  }

  private performed({ run, effects, arrivals, taskRunIds }: TakenSave): void {
    run.revision++;
    for (const { done } of arrivals) done?.();
    for (const effect of effects) this.perform(run, effect);
    this.publish(run, taskRunIds);
  }

  private perform(run: LiveRun, effect: Effect): void {
    switch (effect.type) {
      case "launch":
        void this.launch(run, effect.ordinal, effect.attempt);
        return;
      case "stop":
        void this.options.executor
          .stop({ taskRunId: taskRunId(run.id, effect.ordinal), attempt: effect.attempt }, effect.reason)
          .catch((error: unknown) => this.complain("Stopping an attempt", error));
        return;
      case "run-ended":
        // A retry may have come in since.
        if (isRunTerminal(run.state.fields.status)) this.forget(run);
        return;
    }
  }

  private async launch(run: LiveRun, ordinal: number, attempt: number): Promise<void> {
    const taskRun = run.state.taskRuns[ordinal]!;
    if (run.dropped || taskRun.attempt !== attempt || taskRun.status !== "running") return;
    try {
      const listener = this.newListener(run, taskRun, false);
      this.launched.add(`${taskRunId(run.id, ordinal)}/${attempt}`);
      const result = await this.options.executor.launch(toAttemptRequest(run.state, taskRun, this.now()), listener);
      if (result.ok) {
        this.tell(run.id, { type: "attempt-launched", ordinal, attempt, handle: result.handle, at: this.now() }, true);
        return;
      }
      const error = { name: "LaunchError", message: result.message, frames: [] };
      const failed = { ordinal, attempt, reason: result.reason, error, at: this.now() };
      this.tell(run.id, result.retriable ? { ...failed, type: "attempt-lost" } : { ...failed, type: "attempt-failed", random: this.random() });
    } catch (error) {
      this.complain("Launching an attempt", error);
      this.tell(run.id, {
        type: "attempt-failed", ordinal, attempt, reason: "internal", random: this.random(), at: this.now(),
        error: { name: "LaunchError", message: error instanceof Error ? error.message : String(error), frames: [] },
      });
    }
  }

  private newListener(run: LiveRun, taskRun: TaskRunState, adopted: boolean): AttemptListener {
    const task = run.state.plan.tasks[taskRun.task]!;
    return createAttemptListener({
      origin: {
        workspaceId: run.state.spec.workspaceId, runId: run.id, taskRunId: taskRunId(run.id, taskRun.ordinal),
        attempt: taskRun.attempt, taskKey: task.key, mapIndex: taskRun.mapIndex,
      },
      ordinal: taskRun.ordinal,
      group: task.each !== undefined && taskRun.mapIndex === undefined,
      adopted,
      logs: this.logs,
      metrics: this.metrics,
      pool: this.options.pool,
      now: this.now,
      random: this.random,
      tell: (event) => this.tell(run.id, event, true),
      arrive: (event, durationMs) => {
        if (durationMs !== undefined) this.costs.note(task, durationMs);
        return this.arrive(run.id, event);
      },
    });
  }

  private publish(run: LiveRun, taskRunIds: readonly string[]): void {
    const { id, workspaceId, notebookId } = run.state.spec;
    const ended = isRunTerminal(run.state.fields.status);
    runHub.publish({ type: "changed", runId: id, workspaceId, notebookId, seq: run.revision, taskRunIds, ended });
  }

  private forget(run: LiveRun): void {
    if (this.runs.get(run.id) === run) this.runs.delete(run.id);
    run.dropped = true;
    this.slots.releaseRun(run.id);
    this.options.executor.release(run.id);
  }

  // Coming back.

  private async read(runId: string, ended = false): Promise<LoadedRun | undefined> {
    try {
      const run = await loadRun(this.options.pool, runId);
      if (!run || (isRunTerminal(run.state.fields.status) && !ended)) return undefined;
      this.runs.set(runId, run);
      return run;
    } catch (error) {
      this.complain(`Reading run ${runId}`, error);
      await this.setAside(runId);
      return undefined;
    }
  }

  /** Goes on with a run that was read back. Attempts that nobody has here are lost, elsewhere when their lease ends. */
  private resume(run: LiveRun, leaseLeft: ReadonlyMap<number, number> = new Map()): void {
    const { spec, plan, taskRuns } = run.state;
    for (const { ordinal, task, status, attempt, expanded } of taskRuns) {
      if (status !== "running" || expanded !== undefined) continue;
      const id = `${taskRunId(run.id, ordinal)}/${attempt}`;
      this.slots.adopt(id, run.id, spec.workspaceId, plan.tasks[task]!.options);
      if (this.launched.has(id)) continue;
      this.later(leaseLeft.get(ordinal) ?? 0, () => {
        this.tell(run.id, { type: "attempt-lost", ordinal, attempt, reason: "node-lost", error: undefined, at: this.now() });
      });
    }
    for (const action of pendingActions(run.state)) this.act(run, action);
    for (const effect of run.effects.splice(0)) this.perform(run, effect);
    this.touched.add(run);
    this.wake();
  }

  /** Somebody else wrote, or we could not: what the database says is what is. `arrivals` are folded again. */
  private async reload(run: LiveRun, arrivals: readonly Arrival[]): Promise<void> {
    if (run.dropped) return;
    run.dropped = true;
    this.runs.delete(run.id);
    this.reading.set(run.id, [...arrivals, ...run.arrivals.splice(0)]);
    this.slots.releaseRun(run.id);
    const record = await this.patiently(() => loadRun(this.options.pool, run.id)).catch((error: unknown) => this.complain("Reading a run", error));
    const waiting = this.reading.get(run.id)!;
    this.reading.delete(run.id);
    if (record && !isRunTerminal(record.state.fields.status) && record.owner === this.options.instance) {
      this.runs.set(run.id, record);
      this.resume(record);
      this.inbox.unshift(...waiting);
      this.wake();
      return;
    }
    await this.stopAll(run);
    for (const { done } of waiting) done?.();
  }

  /** Folding or saving threw: tried again from what is saved, and after the third time left alone, so that others go on. */
  private async poisoned(run: LiveRun, arrivals: readonly Arrival[], error: unknown): Promise<void> {
    this.complain(`Run ${run.id}`, error);
    try {
      const { rows } = await this.patiently(() => this.options.pool.query<{ poison: number }>(poisonRunSql, [run.id]));
      if ((rows[0]?.poison ?? 3) < 3) return await this.reload(run, arrivals);
      await this.setAside(run.id);
      await this.stopAll(run);
      this.forget(run);
      for (const { done } of arrivals) done?.();
      this.publish(run, []);
    } catch (again) {
      this.complain(`Run ${run.id}`, again);
    }
  }

  private async stopAll(run: LiveRun): Promise<void> {
    for (const { ordinal, status, attempt } of run.state.taskRuns) {
      if (status === "running") await this.stopLost(`${taskRunId(run.id, ordinal)}/${attempt}`);
    }
  }

  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (this.closed || !isConnectionError(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, Math.min(1000, 25 * 2 ** tries)));
      }
    }
  }

  private later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.closed) work();
    }, Math.max(0, ms));
    this.timers.add(timer);
  }

  private async setAside(runId: string): Promise<void> {
    await this.options.pool
      .query(setAsideSql, [runId, "Heddle could not work on this run and set it aside: the server's log says why."])
      .catch((error: unknown) => this.complain(`Setting run ${runId} aside`, error));
  }

  private async stopLost(id: string): Promise<void> {
    const [taskRun, attempt] = id.split("/") as [string, string];
    await this.options.executor.stop({ taskRunId: taskRun, attempt: Number(attempt) }, "lease-lost")
      .catch((error: unknown) => this.complain("Stopping an attempt", error));
  }

  private listenerOf({ taskRunId: id, attempt }: AttemptId): AttemptListener | undefined {
    const run = this.runs.get(id.slice(0, id.lastIndexOf("-")));
    const taskRun = run?.state.taskRuns[ordinalOf(id)];
    if (!run || taskRun?.status !== "running" || taskRun.attempt !== attempt) return undefined;
    return this.newListener(run, taskRun, true);
  }

  /** The net under everything: leases renewed, runs of servers that are gone taken over. */
  private async poll(): Promise<void> {
    if (this.closed) return;
    if (this.now() - this.renewed >= (this.lease * 1000) / 3) {
      this.renewed = this.now();
      await this.renew();
    }
    const { rows } = await this.options.pool.query<{ id: string }>(takeRunsSql, [this.options.instance, this.lease, false]);
    for (const { id } of rows) {
      if (this.runs.has(id) || this.reading.has(id)) continue;
      const run = await this.read(id);
      if (!run) continue;
      // Its attempts were on another machine: they stop themselves when their lease ends; a while of grace besides.
      this.resume(run, new Map([...run.leaseLeft].map(([ordinal, left]) => [ordinal, left + 10_000])));
    }
  }

  private async renew(): Promise<void> {
    const runs = [...this.runs.values()].filter((run) => !isRunTerminal(run.state.fields.status));
    const attempts = runs.flatMap((run) =>
      run.state.taskRuns.flatMap(({ ordinal, status, attempt, expanded }) =>
        status === "running" && expanded === undefined ? [{ run, ordinal, id: taskRunId(run.id, ordinal), attempt }] : []));
    if (runs.length === 0) return;
    const kept = await this.writer.renew(runs.map(({ id }) => id), attempts);
    for (const run of runs) {
      if (kept.runs.has(run.id) || run.dropped || isRunTerminal(run.state.fields.status)) continue;
      await this.reload(run, run.arrivals.splice(0));
    }
    for (const { run, ordinal, id, attempt } of attempts) {
      const taskRun = run.state.taskRuns[ordinal]!;
      if (kept.attempts.has(id) || run.dropped || taskRun.attempt !== attempt || taskRun.status !== "running") continue;
      await this.stopLost(`${id}/${attempt}`);
      this.tell(run.id, { type: "lease-expired", ordinal, attempt, at: this.now() });
    }
  }

  private place(run: LiveRun, ordinal: number, attempt: number) {
    return { workspaceId: run.state.spec.workspaceId, runId: run.id, taskRunId: taskRunId(run.id, ordinal), attempt };
  }

  private complain(what: string, error: unknown): void {
    if (this.closed) return;
    this.options.log(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}
