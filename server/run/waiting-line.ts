/** Task runs that wait for a slot, in lanes of those that need the same. Neighbours: admission.ts, ready-queue.ts (their order). */
import { countsRuns, type Resource } from "@/pipelines/limit/limit";
import type { Places } from "../executor/remote/places";
import type { LiveRun } from "./live-run";
import type { Needs } from "./needs";
import { ReadyQueue, type QueueOrder } from "./ready-queue";
import type { Wanting } from "./wanting";

/** Runs that another one waits for go before their equals: what was begun is finished first, and fewer stand still. */
const perLevel = 1 / 1024;

export interface Item extends Wanting {
  readonly workspaceId: string;
  readonly lane: string;
  readonly resources: readonly Resource[];
  readonly priority: number;
  readonly runId: string;
  readonly seq: number;
}

export interface WaitingLineParts {
  readonly needs: Needs;
  /** Other machines, where there are any. */
  readonly places: Places | undefined;
}

export class WaitingLine {
  private readonly queue = new ReadyQueue<Item>();
  private seq = 0;
  /** Ordinals that are on their way already: one that is wanted twice stands here once. */
  private readonly wanted = new WeakMap<LiveRun, Set<number>>();
  /** Runs that have their place where runs are counted. */
  private readonly startedRuns = new Set<string>();

  constructor(private readonly parts: WaitingLineParts) {}

  get isEmpty(): boolean {
    return this.queue.isEmpty;
  }

  want(run: LiveRun, ordinal: number): void {
    let wanted = this.wanted.get(run);
    if (!wanted) this.wanted.set(run, (wanted = new Set()));
    if (wanted.has(ordinal)) return;
    wanted.add(ordinal);
    this.push(run, ordinal, ++this.seq);
  }

  peek(order: QueueOrder): Item | undefined {
    return this.queue.peek(order);
  }

  shift(item: Item): void {
    this.queue.shift(item);
  }

  /** It has what it wanted, or wants nothing any more. */
  gone({ run, ordinal }: Wanting): void {
    this.wanted.get(run)?.delete(ordinal);
  }

  /** In line again at its old place. */
  push(run: LiveRun, ordinal: number, seq: number): void {
    const { needs, places } = this.parts;
    const { spec, plan, taskRuns } = run.state;
    const taskRun = taskRuns[ordinal]!;
    const { options } = plan.tasks[taskRun.task]!;
    const priority = options.priority + (spec.caller?.depth ?? 0) * perLevel;
    const resources = needs.of(run, taskRun);
    const started = this.startedRuns.has(run.id);
    const needed = started ? resources.filter((resource) => !countsRuns(resource)) : resources;
    // Where runs are counted, one run has its place and another has not: each of these stands in a lane of its own.
    const key = needed.some(countsRuns) ? `${needed.join()}${laneOf(run)}` : needed.join();
    const expands = plan.tasks[taskRun.task]!.each !== undefined && taskRun.mapIndex === undefined;
    const place = expands ? undefined : places?.laneOf(spec.workspaceId, options);
    const lane = place === undefined ? key : `${place} ${key}`;
    const wanted = place === undefined ? needed : [place, ...needed];
    const { id: runId, workspaceId } = spec;
    this.queue.push({ run, ordinal, workspaceId, lane, resources: wanted, priority, runId, seq });
  }

  /** What they need may be something else now: those of one workspace, or all. */
  sortAgain(workspaceId?: string): void {
    const all = workspaceId === undefined ? this.queue.drainAll() : this.queue.drain(workspaceId);
    for (const { run, ordinal, seq } of all) if (!run.dropped) this.push(run, ordinal, seq);
  }

  /** Where runs are counted, this one has its place: its other tasks need none of their own. */
  runHasPlace(run: LiveRun): void {
    this.startedRuns.add(run.id);
    const lane = laneOf(run);
    const { workspaceId } = run.state.spec;
    for (const each of this.queue.drain(workspaceId, (key) => key.endsWith(lane))) this.push(each.run, each.ordinal, each.seq);
  }

  /** Returns whether it had a place. */
  runIsOver(runId: string): boolean {
    return this.startedRuns.delete(runId);
  }
}

function laneOf(run: LiveRun): string {
  return ` of ${run.id}`;
}
