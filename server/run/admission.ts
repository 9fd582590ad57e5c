/**
 * Which waiting task run may start next. First room on this machine (slots.ts), by fairness between workspaces, priority and
 * age (ready-queue.ts); then, where its workspace limits anything that it needs, a permit (permit-desk.ts), which takes a
 * moment and is asked for all those of a pass together. Where nothing is limited nothing is asked. Neighbours: needs.ts (what a
 * task needs), waiting-line.ts (who waits), blocked-places.ts (what is full), returning-attempts.ts (what stood still and goes first).
 */
import { countsRuns, type Limits, type Resource, type UnknownPools } from "@/pipelines/limit/limit";
import type { Refusal } from "@/pipelines/limit/permits";
import { taskRunId } from "@/pipelines/run/run-state";
import type { TaskOptions } from "@/pipelines/compile/dag";
import { isLane, type Places } from "../executor/remote/places";
import type { Timers } from "../worker/timers";
import type { AttemptCosts } from "./attempt-costs";
import { BlockedPlaces } from "./blocked-places";
import type { LiveRun } from "./live-run";
import { isPlaceInPool, Needs, toPlaces } from "./needs";
import type { PermitAsk, PermitDesk } from "./permit-desk";
import type { QueueOrder } from "./ready-queue";
import { ReturningAttempts, type Returning } from "./returning-attempts";
import type { Slots } from "./slots";
import { WaitingLine, type Item } from "./waiting-line";
import type { Wanting } from "./wanting";

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

const afterErrorMs = 500;

export class Admission {
  /** With room on the machine, on their way to the desk. */
  private asking: Asked[] = [];
  private granted: Asked[] = [];
  /** What attempts at work have a place in, by attempt id: to be tried again when they end. */
  private readonly permitted = new Map<string, readonly string[]>();
  private atDesk = false;
  private wake: () => void = () => undefined;
  private hereIsFull = false;
  private readonly needs: Needs;
  private readonly line: WaitingLine;
  private readonly blocked: BlockedPlaces;
  private readonly returning: ReturningAttempts;

  private readonly order: QueueOrder = {
    share: (workspaceId) => this.parts.slots.shareOf(workspaceId),
    isBlocked: (workspaceId, [first, ...rest]) => this.isBlocked(workspaceId, first, rest),
  };

  constructor(private readonly parts: AdmissionParts) {
    const { timers, now, unknownPools, places, slots, costs, desk, complain } = parts;
    const wake = () => this.wake();
    this.needs = new Needs({ unknownPools, places });
    this.line = new WaitingLine({ needs: this.needs, places });
    this.blocked = new BlockedPlaces({ timers, now, wake });
    const taken = (id: string, again: readonly string[]) => void this.permitted.set(id, [...(this.permitted.get(id) ?? []), ...again]);
    this.returning = new ReturningAttempts({ slots, costs, desk, timers, needs: this.needs, taken, wake, complain });
  }

  /** `wake` asks for the next pass: an answer came, or it is time to ask again. */
  connect(wake: () => void): void {
    this.wake = wake;
  }

  want(run: LiveRun, ordinal: number): void {
    this.line.want(run, ordinal);
  }

  /** Takes a slot where nobody waits for one and nothing else is needed; false: it has to be wanted, and to wait its turn. */
  takeAtOnce(run: LiveRun, ordinal: number): boolean {
    const attempt = this.attemptOf({ run, ordinal });
    if (attempt === undefined || !this.returning.isEmpty || !this.line.isEmpty || this.atDesk) return false;
    const { spec, plan, taskRuns } = run.state;
    const taskRun = taskRuns[ordinal]!;
    if (this.needs.of(run, taskRun).length > 0) return false;
    if (this.parts.places?.laneOf(spec.workspaceId, plan.tasks[taskRun.task]!.options) !== undefined) return false;
    return this.takeHere({ run, ordinal }, attempt) === "taken";
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
        this.blocked.free(pools);
        this.settled();
      },
      (error: unknown) => this.parts.complain("Laying permits down", error),
    );
  }

  /** It wants its room again, before any that have not begun. */
  wantBack(returning: Returning): void {
    this.returning.add(returning);
  }

  /** Lets go on what stood still and there is room for; false: nothing else may begin on this machine before. */
  goOn(): boolean {
    return this.returning.goOn();
  }

  /** Takes a slot for the next task run; undefined: there is none, or no room for it. */
  next(): Wanting | undefined {
    for (let asked = this.granted.shift(); asked; asked = this.granted.shift()) {
      this.line.gone(asked.item);
      if (asked.attempt === this.attemptOf(asked.item)) return asked.item;
      this.refuse(asked);
    }
    for (let item = this.line.peek(this.order); item; item = this.line.peek(this.order)) {
      const attempt = this.attemptOf(item);
      if (attempt === undefined) {
        this.line.shift(item);
        this.line.gone(item);
        continue;
      }
      const { run, ordinal } = item;
      const task = run.state.plan.tasks[run.state.taskRuns[ordinal]!.task]!;
      const id = taskRunId(run.id, ordinal);
      const elsewhere = item.resources.some(isLane);
      const taken = elsewhere
        ? this.parts.slots.takeElsewhere(`${id}/${attempt}`, run.id, item.workspaceId, task.options)
        : this.takeHere(item, attempt);
      if (taken === "full") {
        if (elsewhere || !this.parts.places) break;
        // What runs on other machines need not wait for this one.
        this.hereIsFull = true;
        continue;
      }
      this.line.shift(item);
      const { workspaceId } = item;
      const resources = elsewhere ? item.resources.filter((resource) => !isLane(resource)) : item.resources;
      if (resources.length === 0) {
        this.hereIsFull = false;
        this.line.gone(item);
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
    const resources = this.needs.ofOptions(workspaceId, options);
    if (resources.length > 0) this.permitted.set(attemptId, toPlaces(workspaceId, resources));
    return elsewhere;
  }

  /** Workers came or went: what waits may stand in another line now. */
  placesChanged(): void {
    this.line.sortAgain();
    this.wake();
  }

  /** An attempt has ended. Others see that only once it is saved: settled(). */
  ended(attemptId: string): void {
    this.parts.slots.end(attemptId);
    const places = this.permitted.get(attemptId);
    if (!places) return;
    this.permitted.delete(attemptId);
    this.blocked.free(places);
  }

  /** All that has ended is saved: who waits for its places is asked about again. */
  settled(): void {
    this.blocked.settled();
  }

  releaseRun(runId: string): void {
    this.parts.slots.releaseRun(runId);
    for (const id of this.permitted.keys()) if (id.startsWith(`${runId}-`)) this.ended(id);
    if (this.line.runIsOver(runId)) this.blocked.freeRuns();
    this.settled();
  }

  /** What is allowed now, of all workspaces. Attempts and runs that are at work count for it from now on. */
  async setLimits(limits: ReadonlyMap<string, Limits>, runs: Iterable<LiveRun>): Promise<void> {
    const changed = this.needs.set(limits);
    if (changed.size === 0) return;
    const concerned = [...runs].filter(({ state }) => changed.has(state.spec.workspaceId));
    for (const { id } of concerned) this.line.runIsOver(id);
    for (const workspaceId of changed) {
      this.blocked.forget(workspaceId);
      this.line.sortAgain(workspaceId);
    }
    const atWork = concerned.flatMap((run) => this.needs.atWork(run, (id) => this.parts.slots.isParked(id)));
    for (const { id, attempt, workspaceId, resources } of atWork) if (attempt > 0) this.permitted.set(id, toPlaces(workspaceId, resources));
    try {
      if (atWork.length > 0) await this.parts.desk.label(atWork);
    } finally {
      this.wake();
    }
  }

  private takeHere({ run, ordinal }: Wanting, attempt: number): "taken" | "full" {
    const { slots, costs } = this.parts;
    const { spec, plan, taskRuns } = run.state;
    const task = plan.tasks[taskRuns[ordinal]!.task]!;
    // However quick a task is: one more run at once is one more process. Quick ones crowd into those that are there.
    const share = slots.hasRun(run.id) ? costs.share(task) : 1;
    return slots.take(`${taskRunId(run.id, ordinal)}/${attempt}`, run.id, spec.workspaceId, task.options, share);
  }

  private isBlocked(workspaceId: string, first: string | undefined, rest: readonly string[]): boolean {
    const elsewhere = first !== undefined && isLane(first);
    if (elsewhere ? this.parts.places!.isFull(workspaceId, first) : this.hereIsFull) return true;
    const needed = elsewhere || first === undefined ? rest : [first, ...rest];
    if (needed.length === 0) return false;
    return this.atDesk || needed.some((one) => this.blocked.has(`${workspaceId}/${one}`) || this.askedEnough(workspaceId, one));
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
    const most = this.needs.sizeOf(workspaceId, resource);
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
        for (const resource of ask.resources) this.blocked.block(`${ask.workspaceId}/${resource}`, afterErrorMs);
      }
    } finally {
      this.atDesk = false;
      this.wake();
    }
  }

  private grant(ask: Asked): void {
    const { id, workspaceId, resources, item } = ask;
    const places = toPlaces(workspaceId, resources);
    this.permitted.set(
      id,
      places.filter((_, index) => !countsRuns(resources[index]!)),
    );
    this.blocked.granted(places);
    this.granted.push(ask);
    if (!resources.some(countsRuns) || item.run.dropped) return;
    this.line.runHasPlace(item.run);
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
    if (this.attemptOf(ask.item) === undefined) this.line.gone(ask.item);
    else this.line.push(ask.item.run, ask.item.ordinal, ask.item.seq);
    for (const refusal of refusals) {
      const place = `${ask.workspaceId}/${refusal.resource}`;
      this.blocked.block(place, refusal.type === "rate" ? refusal.until - now : undefined);
    }
  }
}
