/**
 * The engine: runs are submitted, stopped and retried here; its loops do the rest. ../worker/dispatcher.ts folds events
 * and saves, ../worker/rescuer.ts brings runs back, ../worker/lease-keeper.ts keeps them ours; launcher.ts hands attempts
 * to the executor.
 */
import os from "node:os";
import type { UnknownPools } from "@/pipelines/limit/limit";
import type { RunSpec } from "@/pipelines/run/run";
import type { RunCommand } from "@/pipelines/run/run-event";
import { isRunTerminal, newRun, taskRunId } from "@/pipelines/run/run-state";
import { transition } from "@/pipelines/run/transition";
import { newId } from "../db/new-id";
import { patiently } from "../db/patiently";
import type { Pool } from "../db/pool";
import { wishSql } from "../db/run.sql";
import type { Executor } from "../executor/executor";
import { toJson } from "../db/to-json";
import type { Places } from "../executor/remote/places";
import { createMetricWriter } from "../metric/append";
import type { ObjectStore } from "../artifact/object-store";
import type { EnvironmentWish } from "./start-sub-run";
import type { FindNotebook } from "../notebook/find-notebook";
import { Dispatcher } from "../worker/dispatcher";
import { createLeaseKeeper } from "../worker/lease-keeper";
import { loopEvery } from "../worker/loop";
import { Rescuer } from "../worker/rescuer";
import { Timers } from "../worker/timers";
import { Admission } from "./admission";
import { createAttemptCosts } from "./attempt-costs";
import { beginAtOnce } from "./begin-at-once";
import { lookUp } from "./cache-lookup";
import { createDataHashes } from "./data-hashes";
import { DatabaseClock } from "./database-clock";
import { forecastRun, type RunForecast } from "./forecast-run";
import type { KeySurroundings } from "./key-parts";
import { Launcher } from "./launcher";
import { LiveRun } from "./live-run";
import { Lookups } from "./lookups";
import { createLogStore, type LogStore } from "./log-store";
import { createOutsideNews } from "./outside-news";
import { refuseSpec } from "./refuse-spec";
import { runHub } from "./run-hub";
import { toTaskRow } from "./run-rows";
import { PermitDesk } from "./permit-desk";
import { createRunWriter } from "./run-writer";
import { Slots, type Capacity } from "./slots";
import { UsageKeeper } from "./usage-keeper";
import { usualCallLimits, type CallLimits } from "./start-sub-run";
import { SubRuns } from "./sub-runs";

export interface EngineOptions {
  readonly pool: Pool;
  /** For the engine's own connection. */
  readonly databaseUrl: string;
  readonly executor: Executor;
  readonly home: string;
  /** Id of this process among servers: instance.ts. */
  readonly instance: string;
  readonly environmentHash: string;
  readonly environmentKey?: KeySurroundings["environmentKey"];
  readonly imageDigest: (image: string | undefined) => Promise<string>;
  readonly log: (message: string) => void;
  readonly clock?: () => number;
  readonly random?: () => number;
  /** Default: the cores and memory of this machine. */
  readonly capacity?: Capacity;
  /** How long a run or attempt is believed to be alive without a word, in seconds. */
  readonly leaseSeconds?: number;
  readonly dataFolder?: (workspaceId: string) => string;
  /** For cells that run other notebooks; undefined: there are none. */
  readonly findNotebook?: FindNotebook;
  /** npm packages that cells of those may import. */
  readonly packages?: readonly string[];
  /** The lock of the packages that a version of a notebook wants: what is saved of it is asked for by its id. */
  readonly environmentOf?: (workspaceId: string, version: EnvironmentWish) => Promise<string | undefined>;
  readonly callLimits?: CallLimits;
  /** Cells that name a pool which nobody has made wait for it; where there is nobody to make one they need not. */
  readonly unknownPools?: UnknownPools;
  /** Other machines that tasks may run on. */
  readonly places?: Places | undefined;
  /** Where values rest; default: a folder in `home`. */
  readonly objects?: ObjectStore;
}

export interface SubmitMeta {
  readonly source: string;
  readonly versionId: string | undefined;
  readonly createdBy: string | undefined;
  /** While a run with the same key is active, that run is the answer, whichever server it is on. */
  readonly orderKey?: string | undefined;
}

export type SubmitResult =
  | { readonly ok: true; readonly id: string; readonly number: number }
  | { readonly ok: false; readonly reason: "compile-error"; readonly message: string };

export interface Engine {
  start(): Promise<void>;
  /** Accepted means durable: resolves after the commit. An id of the caller's own makes a repeated submit known. */
  submit(spec: Omit<RunSpec, "id"> & { readonly id?: string }, meta: SubmitMeta): Promise<SubmitResult>;
  /** Resolves once it is saved, or wished for where the run is worked on elsewhere; false: it would change nothing now. */
  command(runId: string, command: RunCommand): Promise<boolean>;
  /** A stop: its handlers still run. */
  cancel(runId: string, by?: string): Promise<boolean>;
  /** Failed tasks and what depended on them run again. */
  retry(runId: string): Promise<boolean>;
  /** What would run, without running anything. */
  plan(spec: Omit<RunSpec, "id">): Promise<RunForecast>;
  readonly logs: LogStore;
  /** Pools, locks or limits were changed: they hold from now on. */
  readLimits(): Promise<void>;
  /** Workers on other machines came, went, or have room again. `moved`: other pools are served than before. */
  placesChanged(moved: boolean): void;
  /** `<taskRun>#<attempt>` of what runs on this machine. */
  attemptsHere(): string[];
  /** Runs in memory, attempts that hold a slot. */
  load(): { runs: number; attempts: number };
  close(): Promise<void>;
}

const usualLeaseSeconds = 30;
/** How soon a server follows what was changed at another one. */
const limitsEveryMs = 2_000;

export function createEngine(options: EngineOptions): Engine {
  const { pool, instance, executor, log, random = Math.random, leaseSeconds = usualLeaseSeconds } = options;
  const clock = new DatabaseClock();
  const now = options.clock ?? clock.now;
  let closed = false;
  const complain = (what: string, error: unknown) => {
    if (!closed) log(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  };
  const logs = createLogStore(options.home, { objects: options.objects });
  const costs = createAttemptCosts();
  const slots = new Slots(options.capacity ?? { cpu: os.availableParallelism(), memory: os.totalmem() }, options.places);
  const writer = createRunWriter(options.databaseUrl, instance, leaseSeconds, log);
  const dataHashes = createDataHashes(options.dataFolder ?? ((workspaceId) => `${options.home}/data/${workspaceId}`));
  const timers = new Timers();
  const usage = new UsageKeeper(pool, complain);
  const lookups = new Lookups({ timers, now, complain, lookUp: (wanted) => lookUp(pool, wanted, dataHashes, options) });
  const desk = new PermitDesk(pool, instance);
  const unknownPools = options.unknownPools ?? "wait";
  const admission = new Admission({ slots, costs, desk, timers, unknownPools, places: options.places, now, complain });
  const subRuns: SubRuns = new SubRuns({
    pool,
    admission,
    findNotebook: options.findNotebook,
    packages: options.packages ?? [],
    environmentOf: options.environmentOf,
    limits: options.callLimits ?? usualCallLimits,
    submit: (spec, meta) => engine.submit(spec, meta),
    cancel: (runId, by) => engine.cancel(runId, by),
    now,
    complain,
  });
  const launcher = new Launcher({
    executor,
    logs,
    metrics: createMetricWriter(pool),
    usage,
    pool,
    costs,
    timers,
    subRuns,
    now,
    random,
    complain,
  });
  const dispatcher: Dispatcher = new Dispatcher({
    writer,
    admission,
    lookups,
    launcher,
    logs,
    timers,
    now,
    complain,
    refused: (run, arrivals) => rescuer.refused(run, arrivals),
    poisoned: (run, arrivals, error) => rescuer.poisoned(run, arrivals, error),
  });
  launcher.connect(dispatcher);
  subRuns.connect(dispatcher);
  const rescuer = new Rescuer({ pool, instance, leaseSeconds, admission, launcher, timers, now, complain, log }, dispatcher);
  const leases = createLeaseKeeper({
    writer,
    launcher,
    dispatcher,
    executor,
    timers,
    clock,
    leaseSeconds,
    now,
    complain,
    lost: (run) => rescuer.refused(run, []),
  });
  const outside = createOutsideNews({
    pool,
    databaseUrl: options.databaseUrl,
    instance,
    hub: runHub,
    inCompany: () => leases.company,
    asked: (ids) => {
      if (ids.some((id) => dispatcher.runs.has(id))) rescuer.fulfilWishes().catch((error: unknown) => complain("Wishes", error));
    },
    complain,
  });
  const readLimits = async () => admission.setLimits(await desk.readLimits(), dispatcher.runs.values());
  const limits = loopEvery(limitsEveryMs, readLimits, (error) => complain("Reading limits", error));
  const loops = [dispatcher, rescuer, leases, outside, limits, subRuns];

  const engine: Engine = {
    logs,

    async start() {
      await leases.greet();
      await patiently(
        () => desk.forgetEarlierLife(),
        () => closed,
      );
      await patiently(readLimits, () => closed);
      await rescuer.recover();
      for (const loop of loops) loop.start();
    },

    async submit(spec, meta) {
      const full: RunSpec = { ...spec, id: spec.id ?? newId(now()) };
      const state = newRun(full);
      const refused = refuseSpec(state);
      if (refused !== undefined) return { ok: false, reason: "compile-error", message: refused };
      const at = now();
      const run = new LiveRun(state, 0, 0);
      const { actions } = run.fold({ type: "submitted", at });
      const left = beginAtOnce(run, actions, admission, at);
      const { changes } = run;
      const { save } = run.take(() => undefined);
      const untouched = state.taskRuns.filter(({ ordinal }) => !changes.taskRuns.has(ordinal));
      const taskRows = [...save.added, ...untouched.map((taskRun) => toTaskRow(state, taskRun, changes, true))];
      const row = {
        ...save.run,
        workspace_id: full.workspaceId,
        notebook_id: full.notebookId,
        version_id: meta.versionId,
        spec: full,
        source: meta.source,
        trigger: full.trigger,
        created_by: meta.createdBy,
        created: at,
        owner: instance,
        lease: leaseSeconds,
        order_key: meta.orderKey,
      };
      const inserting = writer.insert(row, taskRows, save.attempts);
      // What it was to begin with is not begun: the insert failed, or a run of the same order is active.
      const letGo = () => admission.releaseRun(full.id);
      inserting.catch(letGo);
      const { id, number } = await inserting;
      if (id !== full.id) {
        letGo();
        return { ok: true, id, number };
      }
      run.revision = 1;
      runHub.publish(run.news(state.taskRuns.map(({ ordinal }) => taskRunId(full.id, ordinal))));
      // The rescuer may have found its row before we heard that it is saved.
      if (!isRunTerminal(state.fields.status) && !dispatcher.has(full.id)) dispatcher.add(run, left);
      return { ok: true, id: full.id, number };
    },

    cancel: (runId, by) => engine.command(runId, { type: "cancel-requested", how: "stop", by }),

    retry: (runId) => engine.command(runId, { type: "retry-requested", ordinal: undefined, by: undefined }),

    async command(runId, command) {
      const held = dispatcher.runs.get(runId);
      if (!held) {
        // Another server works on it, or it is being read back: its owner sees the wish.
        const { rowCount } = await pool.query(wishSql, [runId, toJson(command)]);
        if (rowCount === 1) {
          outside.ask(runId);
          return true;
        }
      }
      const run = held ?? (await rescuer.reopen(runId));
      if (!run) return false;
      const event = { ...command, at: now() };
      const { changes } = transition(run.state, event);
      if (changes.acts.length > 0) await dispatcher.arrive(run.id, event);
      else if (isRunTerminal(run.state.fields.status)) dispatcher.forget(run);
      return changes.acts.length > 0;
    },

    plan: (spec) => forecastRun({ ...spec, id: newId(now()) }, now(), (wanted) => lookUp(pool, wanted, dataHashes, options)),

    readLimits,
    placesChanged: (moved) => (moved ? admission.placesChanged() : dispatcher.wake()),
    attemptsHere: () => slots.here(),
    load: () => ({ runs: dispatcher.runs.size, attempts: slots.size }),

    async close() {
      closed = true;
      timers.clear();
      const stopped = Promise.all(loops.map((loop) => loop.stop()));
      writer.giveUp();
      await stopped;
      await desk.close();
      await usage.write();
      timers.clear();
      await writer.close();
    },
  };
  return engine;
}
