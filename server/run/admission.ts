/**
 * Which waiting task run may start next. First room on this machine (slots.ts), by fairness between workspaces, priority and
 * age (ready-queue.ts); then, where its workspace limits anything that it needs, a permit (permit-desk.ts), which takes a
 * moment and is asked for all those of a pass together. Where nothing is limited nothing is asked.
 */
import { countsRuns, limitKey, resourcesOf, type Limits, type Resource, type UnknownPools } from "@/pipelines/limit/limit";
import type { Refusal } from "@/pipelines/limit/permits";
import { isRunTerminal, taskRunId, type TaskRunState } from "@/pipelines/run/run-state";
import type { TaskOptions } from "@/pipelines/compile/dag";
import { isLane, type Places } from "../executor/remote/places";
import type { Timers } from "../worker/timers";
import type { AttemptCosts } from "./attempt-costs";
import type { LiveRun } from "./live-run";
import type { PermitAsk, PermitDesk } from "./permit-desk";
import { ReadyQueue, type QueueOrder } from "./ready-queue";
import type { Slots } from "./slots";

/** A task run that waits for a stored result to be found, or for a slot. */
export interface Wanting {
  readonly run: LiveRun;
  readonly ordinal: number;
}

/** An attempt that stood still and has what it waited for. */
export interface Returning {
  readonly attemptId: string;
  /** "later": its run is being read again; "gone": nobody waits any more. */
  find(): Wanting | "later" | "gone";
  go(): void;
}

interface Queuing extends Returning {
  /** Its places in pools: to be asked for, on their way, or its own again. */
  places: "wanted" | "asked" | "taken";
}

/** Runs that another one waits for go before their equals: what was begun is finished first, and fewer stand still. */
const perLevel = 1 / 1024;

interface Item extends Wanting {
  readonly workspaceId: string;
  readonly lane: string;
  readonly resources: readonly Resource[];
  readonly priority: number;
  readonly runId: string;
  readonly seq: number;
}

interface Asked extends PermitAsk {
  readonly item: Item;
}

export interface AdmissionParts {
  readonly slots: Slots;
  readonly costs: AttemptCosts;
  readonly desk: PermitDesk;
  readonly timers: Timers;
  readonly unknownPools: UnknownPools;
  /** Other machines, where there are any. */
  readonly places?: Places | undefined;
  now(): number;
  complain(what: string, error: unknown): void;
}

const firstPollMs = 250;
const mostPollMs = 1_000;
const afterErrorMs = 500;

export class Admission {
  private readonly queue = new ReadyQueue<Item>();
  private readonly returning: Queuing[] = [];
  private limits: ReadonlyMap<string, Limits> = new Map();
  private seq = 0;
  /** Ordinals that are on their way already: one that is wanted twice stands here once. */
  private readonly wanted = new WeakMap<LiveRun, Set<number>>();
  /** With room on the machine, on their way to the desk. */
  private asking: Asked[] = [];
  private granted: Asked[] = [];
  /** What attempts at work have a place in, by attempt id: to be tried again when they end. */
  private readonly permitted = new Map<string, readonly string[]>();
  /** `workspace/resource` of places that others have, until somebody lets go or it is time to look again. */
  private readonly blocked = new Map<string, { readonly until: number }>();
  /** How long was waited before a place was looked at again, until it was free. */
  private readonly waits = new Map<string, number>();
  private freed: string[] = [];
  /** Runs that have their place where runs are counted. */
  private readonly startedRuns = new Set<string>();
  private atDesk = false;
  private wake: () => void = () => undefined;
  private hereIsFull = false;

  private readonly order: QueueOrder = {
    share: (workspaceId) => this.parts.slots.shareOf(workspaceId),
    isBlocked: (workspaceId, [first, ...rest]) => this.isBlocked(workspaceId, first, rest),
  };

  constructor(private readonly parts: AdmissionParts) {}

  /** `wake` asks for the next pass: an answer came, or it is time to ask again. */
  connect(wake: () => void): void {
    this.wake = wake;
  }

  want(run: LiveRun, ordinal: number): void {
    let wanted = this.wanted.get(run);
    if (!wanted) this.wanted.set(run, (wanted = new Set()));
    if (wanted.has(ordinal)) return;
    wanted.add(ordinal);
    this.push(run, ordinal, ++this.seq);
  }

  /** Takes a slot where nobody waits for one and nothing else is needed; false: it has to be wanted, and to wait its turn. */
  takeAtOnce(run: LiveRun, ordinal: number): boolean {
    const attempt = this.attemptOf({ run, ordinal });
    if (attempt === undefined || this.returning.length > 0 || !this.queue.isEmpty || this.atDesk) return false;
    const { spec, plan, taskRuns } = run.state;
    const task = plan.tasks[taskRuns[ordinal]!.task]!;
    if (this.resourcesOf(run, taskRuns[ordinal]!).length > 0) return false;
    if (this.parts.places?.laneOf(spec.workspaceId, task.options) !== undefined) return false;
    const { slots, costs } = this.parts;
    const share = slots.hasRun(run.id) ? costs.share(task) : 1;
    return slots.take(`${taskRunId(run.id, ordinal)}/${attempt}`, run.id, spec.workspaceId, task.options, share) === "taken";
  }

  /** The attempt waits for other runs only: its room on the machine is free, and its places in pools. */
  park(attemptId: string): void {
    this.parts.slots.park(attemptId);
    const places = this.permitted.get(attemptId) ?? [];
    const pools = places.filter(isPlaceInPool);
    if (pools.length === 0) return;
    this.permitted.set(
      attemptId,
      places.filter((place) => !isPlaceInPool(place)),
    );
    const slash = attemptId.lastIndexOf("/");
    void this.parts.desk.layDown({ taskRunId: attemptId.slice(0, slash), attempt: Number(attemptId.slice(slash + 1)) }).then(
      () => {
        this.freed.push(...pools);
        this.settled();
      },
      (error: unknown) => this.parts.complain("Laying permits down", error),
    );
  }

  /** It wants its room again, before any that have not begun. */
  wantBack(returning: Returning): void {
    this.returning.push({ ...returning, places: "wanted" });
  }

  /** Lets go on what there is room for; false: one of them still waits, and nothing else may begin. */
  goOn(): boolean {
    const { slots, costs } = this.parts;
    for (let index = 0; index < this.returning.length;) {
      const entry = this.returning[index]!;
      const { attemptId, find, go } = entry;
      const found = find();
      if (found === "later" || (found !== "gone" && !this.hasPlaces(entry, found))) {
        index++;
        continue;
      }
      if (found !== "gone") {
        const { state } = found.run;
        const task = state.plan.tasks[state.taskRuns[found.ordinal]!.task]!;
        if (!slots.unpark(attemptId, task.options, costs.share(task))) return false;
        go();
      }
      this.returning.splice(index, 1);
    }
    return true;
  }

  /** Whether it may go on as far as pools are concerned; asks where that is not known. */
  private hasPlaces(entry: Queuing, { run, ordinal }: Wanting): boolean {
    if (entry.places === "taken") return true;
    if (entry.places === "asked") return false;
    const taskRun = run.state.taskRuns[ordinal]!;
    const resources = this.resourcesOf(run, taskRun).filter(isPool);
    if (resources.length === 0) return true;
    const { workspaceId } = run.state.spec;
    const ask = {
      id: entry.attemptId,
      runId: run.id,
      taskRunId: taskRunId(run.id, ordinal),
      attempt: taskRun.attempt,
      workspaceId,
      resources,
    };
    const again = () =>
      this.parts.timers.later(firstPollMs, () => {
        entry.places = "wanted";
        this.wake();
      });
    entry.places = "asked";
    void this.parts.desk.take([ask]).then(
      ({ granted }) => {
        if (!granted.has(ask.id)) return again();
        this.permitted.set(ask.id, [...(this.permitted.get(ask.id) ?? []), ...toPlaces(workspaceId, resources)]);
        entry.places = "taken";
        this.wake();
      },
      (error: unknown) => {
        this.parts.complain("Asking for permits", error);
        again();
      },
    );
    return false;
  }

  /** Takes a slot for the next task run; undefined: there is none, or no room for it. */
  next(): Wanting | undefined {
    for (let asked = this.granted.shift(); asked; asked = this.granted.shift()) {
      this.gone(asked.item);
      if (asked.attempt === this.attemptOf(asked.item)) return asked.item;
      this.refuse(asked);
    }
    for (let item = this.queue.peek(this.order); item; item = this.queue.peek(this.order)) {
      const attempt = this.attemptOf(item);
      if (attempt === undefined) {
        this.queue.shift(item);
        this.gone(item);
        continue;
      }
      const { run, ordinal } = item;
      const task = run.state.plan.tasks[run.state.taskRuns[ordinal]!.task]!;
      const id = taskRunId(run.id, ordinal);
      const { slots, costs } = this.parts;
      // However quick a task is: one more run at once is one more process. Quick ones crowd into those that are there.
      const share = slots.hasRun(run.id) ? costs.share(task) : 1;
      const elsewhere = item.resources.some(isLane);
      const taken = elsewhere
        ? slots.takeElsewhere(`${id}/${attempt}`, run.id, item.workspaceId, task.options)
        : slots.take(`${id}/${attempt}`, run.id, item.workspaceId, task.options, share);
      if (taken === "full") {
        if (elsewhere || !this.parts.places) break;
        // What runs on other machines need not wait for this one.
        this.hereIsFull = true;
        continue;
      }
      this.queue.shift(item);
      const { workspaceId } = item;
      const resources = elsewhere ? item.resources.filter((resource) => !isLane(resource)) : item.resources;
      if (resources.length === 0) {
        this.hereIsFull = false;
        this.gone(item);
        return item;
      }
      this.asking.push({ id: `${id}/${attempt}`, runId: run.id, taskRunId: id, attempt, workspaceId, resources, item });
    }
    this.hereIsFull = false;
    if (this.asking.length > 0) void this.ask();
    return undefined;
  }

  /** What next() gave was not begun: the run has come to stand otherwise meanwhile. */
  notBegun({ run, ordinal }: Wanting): void {
    const attempt = run.state.taskRuns[ordinal]!.attempt + 1;
    const id = taskRunId(run.id, ordinal);
    if (this.permitted.has(`${id}/${attempt}`)) this.giveBack([{ taskRunId: id, attempt }]);
    this.ended(`${id}/${attempt}`);
  }

  /** Attempts under way. */
  get size(): number {
    return this.parts.slots.size;
  }

  /** For an attempt that runs already, found after a restart. Says whether it is on another machine. */
  adopt(attemptId: string, runId: string, workspaceId: string, options: TaskOptions, handle?: string): boolean {
    const elsewhere = this.parts.slots.adopt(attemptId, runId, workspaceId, options, handle);
    const resources = resourcesOf(this.limits.get(workspaceId), options, undefined, this.unknownPools(workspaceId, options));
    if (resources.length > 0) this.permitted.set(attemptId, toPlaces(workspaceId, resources));
    return elsewhere;
  }

  /** Workers came or went: what waits may stand in another line now. */
  placesChanged(): void {
    for (const { run, ordinal, seq } of this.queue.drainAll()) if (!run.dropped) this.push(run, ordinal, seq);
    this.wake();
  }

  /** An attempt has ended. Others see that only once it is saved: settled(). */
  ended(attemptId: string): void {
    this.parts.slots.end(attemptId);
    const places = this.permitted.get(attemptId);
    if (!places) return;
    this.permitted.delete(attemptId);
    this.freed.push(...places);
  }

  /** All that has ended is saved: who waits for its places is asked about again. */
  settled(): void {
    if (this.freed.length === 0) return;
    let found = false;
    for (const place of this.freed.splice(0)) found = this.blocked.delete(place) || found;
    if (found) this.wake();
  }

  releaseRun(runId: string): void {
    this.parts.slots.releaseRun(runId);
    for (const id of this.permitted.keys()) if (id.startsWith(`${runId}-`)) this.ended(id);
    if (this.startedRuns.delete(runId)) {
      for (const place of this.blocked.keys()) if (place.includes("-runs/")) this.freed.push(place);
    }
    this.settled();
  }

  /** What is allowed now, of all workspaces. Attempts and runs that are at work count for it from now on. */
  async setLimits(limits: ReadonlyMap<string, Limits>, runs: Iterable<LiveRun>): Promise<void> {
    const before = this.limits;
    this.limits = limits;
    const changed = new Set([...before.keys(), ...limits.keys()].filter((id) => !isSame(before.get(id), limits.get(id))));
    if (changed.size === 0) return;
    const concerned = [...runs].filter(({ state }) => changed.has(state.spec.workspaceId));
    for (const { id } of concerned) this.startedRuns.delete(id);
    for (const workspaceId of changed) {
      for (const place of [...this.blocked.keys()]) if (place.startsWith(`${workspaceId}/`)) this.blocked.delete(place);
      for (const { run, ordinal, seq } of this.queue.drain(workspaceId)) if (!run.dropped) this.push(run, ordinal, seq);
    }
    const atWork = concerned.flatMap((run) => this.attemptsOf(run));
    try {
      if (atWork.length > 0) await this.parts.desk.label(atWork);
    } finally {
      this.wake();
    }
  }

  private push(run: LiveRun, ordinal: number, seq: number): void {
    const { spec, plan, taskRuns } = run.state;
    const taskRun = taskRuns[ordinal]!;
    const { options } = plan.tasks[taskRun.task]!;
    const priority = options.priority + (spec.caller?.depth ?? 0) * perLevel;
    const resources = this.resourcesOf(run, taskRun);
    const started = this.startedRuns.has(run.id);
    const needed = started ? resources.filter((resource) => !countsRuns(resource)) : resources;
    // Where runs are counted, one run has its place and another has not: each of these stands in a lane of its own.
    const key = needed.some(countsRuns) ? `${needed.join()}${laneOf(run)}` : needed.join();
    const expands = plan.tasks[taskRun.task]!.each !== undefined && taskRun.mapIndex === undefined;
    const place = expands ? undefined : this.parts.places?.laneOf(spec.workspaceId, options);
    const lane = place === undefined ? key : `${place} ${key}`;
    const wanted = place === undefined ? needed : [place, ...needed];
    const { id: runId, workspaceId } = spec;
    this.queue.push({ run, ordinal, workspaceId, lane, resources: wanted, priority, runId, seq });
  }

  private gone({ run, ordinal }: Wanting): void {
    this.wanted.get(run)?.delete(ordinal);
  }

  private isBlocked(workspaceId: string, first: string | undefined, rest: readonly string[]): boolean {
    const elsewhere = first !== undefined && isLane(first);
    if (elsewhere ? this.parts.places!.isFull(workspaceId, first) : this.hereIsFull) return true;
    const needed = elsewhere || first === undefined ? rest : [first, ...rest];
    if (needed.length === 0) return false;
    return this.atDesk || needed.some((one) => this.blocked.has(`${workspaceId}/${one}`) || this.askedEnough(workspaceId, one));
  }

  /** A pool that a worker names needs nobody to make it. */
  private unknownPools(workspaceId: string, { pool }: TaskOptions): UnknownPools {
    return this.parts.places?.serves(workspaceId, pool) ? "as-default" : this.parts.unknownPools;
  }

  /** The attempt that it would be; undefined: it is not wanted any more, or not now. */
  private attemptOf({ run, ordinal }: Wanting): number | undefined {
    const taskRun = run.state.taskRuns[ordinal];
    const waits = taskRun?.status === "queued" && taskRun.notBefore === undefined && !run.state.fields.paused;
    return run.dropped || !waits ? undefined : taskRun.attempt + 1;
  }

  /** There is no use in asking for more than the whole of it at once. */
  private askedEnough(workspaceId: string, resource: Resource): boolean {
    if (this.asking.length === 0) return false;
    const limits = this.limits.get(workspaceId);
    const most = resource.startsWith("lock/")
      ? (limits?.get(limitKey("lock", resource.slice(5)))?.slots ?? 1)
      : resource.startsWith("pool/")
        ? (limits?.get(limitKey("pool", resource.slice(5)))?.slots ?? Infinity)
        : Infinity;
    if (most === Infinity) return false;
    let asked = 0;
    for (const each of this.asking) if (each.workspaceId === workspaceId && each.resources.includes(resource)) asked++;
    return asked >= most;
  }

  private async ask(): Promise<void> {
    const asks = this.asking;
    this.asking = [];
    this.atDesk = true;
    try {
      const { granted, refused, now } = await this.parts.desk.take(asks);
      for (const ask of asks) {
        if (granted.has(ask.id)) this.grant(ask);
        else this.putBack(ask, refused.get(ask.id) ?? [], now);
      }
    } catch (error) {
      this.parts.complain("Asking for permits", error);
      for (const ask of asks) {
        this.putBack(ask, [], 0);
        for (const resource of ask.resources) this.block(`${ask.workspaceId}/${resource}`, afterErrorMs);
      }
    } finally {
      this.atDesk = false;
      this.wake();
    }
  }

  private grant(ask: Asked): void {
    const { id, runId, workspaceId, resources, item } = ask;
    const places = toPlaces(workspaceId, resources);
    this.permitted.set(
      id,
      places.filter((_, index) => !countsRuns(resources[index]!)),
    );
    for (const place of places) this.waits.delete(place);
    this.granted.push(ask);
    if (!resources.some(countsRuns) || item.run.dropped) return;
    this.startedRuns.add(runId);
    const lane = laneOf(item.run);
    for (const { run, ordinal, seq } of this.queue.drain(workspaceId, (key) => key.endsWith(lane))) this.push(run, ordinal, seq);
  }

  private refuse(ask: Asked): void {
    this.ended(ask.id);
    // One that was read back asks again under the same name, and finds its permit.
    if (!ask.item.run.dropped) this.giveBack([ask]);
  }

  private giveBack(asks: readonly Pick<PermitAsk, "taskRunId" | "attempt">[]): void {
    void this.parts.desk.giveBack(asks).then(
      () => this.settled(),
      (error: unknown) => this.parts.complain("Giving permits back", error),
    );
  }

  private putBack(ask: Asked, refusals: readonly Refusal[], now: number): void {
    this.parts.slots.release(ask.id);
    if (this.attemptOf(ask.item) === undefined) this.gone(ask.item);
    else this.push(ask.item.run, ask.item.ordinal, ask.item.seq);
    for (const refusal of refusals) {
      const place = `${ask.workspaceId}/${refusal.resource}`;
      this.block(place, refusal.type === "rate" ? refusal.until - now : undefined);
    }
  }

  /** Looked at again when somebody here lets go, and after a while: other servers let go, too. */
  private block(place: string, ms: number | undefined): void {
    const before = this.blocked.get(place);
    if (before && before.until > this.parts.now()) return;
    const waited = ms ?? Math.min(mostPollMs, (this.waits.get(place) ?? firstPollMs / 2) * 2);
    this.waits.set(place, waited);
    const entry = { until: this.parts.now() + waited };
    this.blocked.set(place, entry);
    this.parts.timers.later(waited, () => {
      if (this.blocked.get(place) !== entry) return;
      this.blocked.delete(place);
      this.wake();
    });
  }

  /** What an attempt needs a place in. Working out what to fan out over is no work of the task yet: it needs none but the run's. */
  private resourcesOf({ state: { spec, plan } }: LiveRun, { task, mapIndex }: TaskRunState): readonly Resource[] {
    const { options, each } = plan.tasks[task]!;
    const all = resourcesOf(this.limits.get(spec.workspaceId), options, spec.notebookId, this.unknownPools(spec.workspaceId, options));
    // A run that another one waits for is part of that one: the two would wait for each other's place.
    const resources = spec.caller ? all.filter((one) => !countsRuns(one)) : all;
    return each !== undefined && mapIndex === undefined ? resources.filter(countsRuns) : resources;
  }

  /** What of a run is at work: the run itself, where runs are counted, and its attempts. */
  private attemptsOf(run: LiveRun): PermitAsk[] {
    const { spec, taskRuns, fields } = run.state;
    if (isRunTerminal(fields.status)) return [];
    const { workspaceId, notebookId } = spec;
    const limits = this.limits.get(workspaceId);
    const counted = resourcesOf(limits, { pool: "default", lock: undefined }, notebookId, "as-default").filter(countsRuns);
    const runs = spec.caller ? [] : counted;
    const asks: PermitAsk[] = [];
    if (fields.status === "running" && runs.length > 0) {
      asks.push({ id: run.id, runId: run.id, taskRunId: run.id, attempt: 0, workspaceId, resources: runs });
    }
    for (const taskRun of taskRuns) {
      const { ordinal, status, attempt, expanded } = taskRun;
      if (status !== "running" || expanded !== undefined) continue;
      const id = taskRunId(run.id, ordinal);
      const parked = this.parts.slots.isParked(`${id}/${attempt}`);
      const resources = this.resourcesOf(run, taskRun).filter((one) => !countsRuns(one) && !(parked && isPool(one)));
      if (resources.length === 0) continue;
      this.permitted.set(`${id}/${attempt}`, toPlaces(workspaceId, resources));
      asks.push({ id: `${id}/${attempt}`, runId: run.id, taskRunId: id, attempt, workspaceId, resources });
    }
    return asks;
  }
}

function toPlaces(workspaceId: string, resources: readonly Resource[]): string[] {
  return resources.map((resource) => `${workspaceId}/${resource}`);
}

function isPool(resource: Resource): boolean {
  return resource.startsWith("pool/");
}

/** Ids of workspaces have no slash. */
function isPlaceInPool(place: string): boolean {
  return place.slice(place.indexOf("/") + 1).startsWith("pool/");
}

function laneOf(run: LiveRun): string {
  return ` of ${run.id}`;
}

function isSame(a: Limits | undefined, b: Limits | undefined): boolean {
  return JSON.stringify([...(a?.values() ?? [])]) === JSON.stringify([...(b?.values() ?? [])]);
}
