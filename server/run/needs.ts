/** What attempts need a place in, as the limits of their workspace say now. Neighbours: admission.ts, pipelines/limit/limit.ts. */
import type { TaskOptions } from "@/pipelines/compile/dag";
import { countsRuns, limitKey, resourcesOf, type Limits, type Resource, type UnknownPools } from "@/pipelines/limit/limit";
import { isRunTerminal, taskRunId, type TaskRunState } from "@/pipelines/run/run-state";
import type { Places } from "../executor/remote/places";
import type { LiveRun } from "./live-run";
import type { PermitAsk } from "./permit-desk";

export interface NeedsParts {
  readonly unknownPools: UnknownPools;
  /** Other machines, where there are any. */
  readonly places: Places | undefined;
}

export class Needs {
  private limits: ReadonlyMap<string, Limits> = new Map();

  constructor(private readonly parts: NeedsParts) {}

  /** Returns the workspaces for which something has changed. */
  set(limits: ReadonlyMap<string, Limits>): ReadonlySet<string> {
    const before = this.limits;
    this.limits = limits;
    return new Set([...before.keys(), ...limits.keys()].filter((id) => !isSame(before.get(id), limits.get(id))));
  }

  /** Working out what to fan out over is no work of the task yet: it needs no place but the run's. */
  of({ state: { spec, plan } }: LiveRun, { task, mapIndex }: TaskRunState): readonly Resource[] {
    const { options, each } = plan.tasks[task]!;
    const all = resourcesOf(this.limits.get(spec.workspaceId), options, spec.notebookId, this.unknownPools(spec.workspaceId, options));
    // A run that another one waits for is part of that one: the two would wait for each other's place.
    const resources = spec.caller ? all.filter((one) => !countsRuns(one)) : all;
    return each !== undefined && mapIndex === undefined ? resources.filter(countsRuns) : resources;
  }

  /** Of an attempt of which no more is known. */
  ofOptions(workspaceId: string, options: TaskOptions): readonly Resource[] {
    return resourcesOf(this.limits.get(workspaceId), options, undefined, this.unknownPools(workspaceId, options));
  }

  /** How many may have it at once, where it is of use to know before one asks. */
  sizeOf(workspaceId: string, resource: Resource): number {
    const limits = this.limits.get(workspaceId);
    if (resource.startsWith("lock/")) return limits?.get(limitKey("lock", resource.slice(5)))?.slots ?? 1;
    return isPool(resource) ? (limits?.get(limitKey("pool", resource.slice(5)))?.slots ?? Infinity) : Infinity;
  }

  /** What of a run is at work: the run itself, where runs are counted, and its attempts. Who stands still has no place in a pool. */
  atWork(run: LiveRun, isParked: (attemptId: string) => boolean): PermitAsk[] {
    const { spec, taskRuns, fields } = run.state;
    if (isRunTerminal(fields.status)) return [];
    const { workspaceId, notebookId } = spec;
    const counted = resourcesOf(this.limits.get(workspaceId), { pool: "default", lock: undefined }, notebookId, "as-default");
    const runs = spec.caller ? [] : counted.filter(countsRuns);
    const asks: PermitAsk[] = [];
    if (fields.status === "running" && runs.length > 0) {
      asks.push({ id: run.id, runId: run.id, taskRunId: run.id, attempt: 0, workspaceId, resources: runs });
    }
    for (const taskRun of taskRuns) {
      const { ordinal, status, attempt, expanded } = taskRun;
      if (status !== "running" || expanded !== undefined) continue;
      const id = taskRunId(run.id, ordinal);
      const parked = isParked(`${id}/${attempt}`);
      const resources = this.of(run, taskRun).filter((one) => !countsRuns(one) && !(parked && isPool(one)));
      if (resources.length > 0) asks.push({ id: `${id}/${attempt}`, runId: run.id, taskRunId: id, attempt, workspaceId, resources });
    }
    return asks;
  }

  /** A pool that a worker names needs nobody to make it. */
  private unknownPools(workspaceId: string, { pool }: TaskOptions): UnknownPools {
    return this.parts.places?.serves(workspaceId, pool) ? "as-default" : this.parts.unknownPools;
  }
}

/** `workspace/resource`: resources of several workspaces in one set. */
export function toPlaces(workspaceId: string, resources: readonly Resource[]): string[] {
  return resources.map((resource) => `${workspaceId}/${resource}`);
}

export function isPool(resource: Resource): boolean {
  return resource.startsWith("pool/");
}

/** Ids of workspaces have no slash. */
export function isPlaceInPool(place: string): boolean {
  return isPool(place.slice(place.indexOf("/") + 1));
}

function isSame(a: Limits | undefined, b: Limits | undefined): boolean {
  return JSON.stringify([...(a?.values() ?? [])]) === JSON.stringify([...(b?.values() ?? [])]);
}
