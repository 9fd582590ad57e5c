/**
 * What a workspace allows at once: pools, locks, and limits of a notebook or of the workspace as a whole. Neighbours:
 * permits.ts (who may start), waiting-for.ts (why somebody may not). server/run/permit-desk.ts asks, server/pool keeps them.
 */
import type { TaskOptions } from "../compile/dag";

export const limitKinds = ["pool", "lock", "notebook", "workspace"] as const;
export type LimitKind = (typeof limitKinds)[number];

export interface Limit {
  readonly kind: LimitKind;
  /** The pool's or lock's name, the notebook's id, "" for the workspace. */
  readonly name: string;
  /** Task runs at once; undefined: as many as there is room for (a lock: one). */
  readonly slots: number | undefined;
  /** Runs at once, of a notebook or a workspace. A run counts from its first attempt to its end. */
  readonly runs: number | undefined;
  /** Starts of task runs, of a pool or a lock. */
  readonly rate: Rate | undefined;
  /** Of a pool: the workers that have all of these serve it, whatever pools they name. */
  readonly labels?: Labels | undefined;
}

/** `key=value` of a worker, or asked of one. */
export type Labels = Readonly<Record<string, string>>;

export interface Rate {
  readonly count: number;
  readonly seconds: number;
}

/** `card=a100`, in the order of the keys: those of `wanted` that `has` has not. */
export function missingLabels(wanted: Labels, has: Labels): readonly string[] {
  const missing = Object.entries(wanted).filter(([key, value]) => has[key] !== value);
  return missing.map(([key, value]) => `${key}=${value}`).sort();
}

/** Limits of one workspace by `limitKey`. */
export type Limits = ReadonlyMap<string, Limit>;

export function limitKey(kind: LimitKind, name: string): string {
  return `${kind}/${name}`;
}

/**
 * What is counted and may be full: `pool/gpu`, `lock/db`, `notebook-tasks/<id>`, `notebook-runs/<id>`, `workspace-tasks/`,
 * `workspace-runs/`. One holder takes one place of each it needs, all or none.
 */
export type Resource = string;

export interface ParsedResource {
  readonly kind: LimitKind;
  readonly name: string;
  readonly counts: "tasks" | "runs";
}

export function parseResource(resource: Resource): ParsedResource {
  const slash = resource.indexOf("/");
  const [kind, counts] = resource.slice(0, slash).split("-") as [LimitKind, "tasks" | "runs" | undefined];
  return { kind, name: resource.slice(slash + 1), counts: counts ?? "tasks" };
}

/** Whether runs hold it, until they end, rather than attempts. */
export function countsRuns(resource: Resource): boolean {
  return resource.startsWith("notebook-runs/") || resource.startsWith("workspace-runs/");
}

export type UnknownPools = "wait" | "as-default";

const none: readonly Resource[] = [];

/** What an attempt of a task needs a place in. Nothing for most: where nothing is configured, nothing is asked. */
export function resourcesOf(
  limits: Limits | undefined,
  { pool, lock }: Pick<TaskOptions, "pool" | "lock">,
  notebookId: string | undefined,
  unknownPools: UnknownPools,
): readonly Resource[] {
  if (limits === undefined && lock === undefined && (pool === "default" || unknownPools === "as-default")) return none;
  const found: Resource[] = [];
  const workspace = limits?.get(limitKey("workspace", ""));
  if (workspace?.runs !== undefined) found.push("workspace-runs/");
  if (workspace?.slots !== undefined) found.push("workspace-tasks/");
  const notebook = notebookId === undefined ? undefined : limits?.get(limitKey("notebook", notebookId));
  if (notebook?.runs !== undefined) found.push(`notebook-runs/${notebook.name}`);
  if (notebook?.slots !== undefined) found.push(`notebook-tasks/${notebook.name}`);
  const known = limits?.get(limitKey("pool", pool));
  const full = known ? known.slots !== undefined || known.rate !== undefined : pool !== "default" && unknownPools === "wait";
  if (full) found.push(`pool/${pool}`);
  if (lock !== undefined) found.push(`lock/${lock}`);
  return found;
}
