/**
 * Who may start. A permit is a place in a pool, a lock, a limit; what is taken is told by the live attempts each time, never
 * counted up and down. Pure: server/run/permit-desk.ts reads the state under the workspace's row lock and saves what is granted.
 */
import { countsRuns, parseResource, type Limit, type Rate, type Resource } from "./limit";

export interface ResourceState {
  /** Places; undefined: no end of them. */
  readonly size: number | undefined;
  readonly rate: Rate | undefined;
  /** False for a pool that nobody has made. */
  readonly known: boolean;
  /** Live holders: task runs, or runs where runs are counted. */
  readonly used: number;
  /** Runs that have their place already, where runs are counted. */
  readonly holders: ReadonlySet<string>;
  /** Starts within the rate's period, oldest first, in milliseconds. */
  readonly starts: readonly number[];
}

export interface Ask {
  readonly id: string;
  readonly runId: string;
  readonly resources: readonly Resource[];
}

export type Refusal =
  | { readonly type: "full"; readonly resource: Resource }
  | { readonly type: "unknown"; readonly resource: Resource }
  | { readonly type: "rate"; readonly resource: Resource; readonly until: number };

export interface Decision {
  /** Asks that may start, with the resources that each newly holds. */
  readonly granted: readonly { readonly ask: Ask; readonly takes: readonly Resource[] }[];
  /** Every resource that stood in the way. */
  readonly refused: readonly { readonly ask: Ask; readonly refusals: readonly Refusal[] }[];
}

/** In the order of the asks: whoever fits starts, and nobody who does not fit holds up one who does. */
export function decidePermits(asks: readonly Ask[], states: ReadonlyMap<Resource, ResourceState>, now: number): Decision {
  const open = new Map([...states].map(([resource, state]) => [resource, new Count(resource, state, now)]));
  const granted: { ask: Ask; takes: readonly Resource[] }[] = [];
  const refused: { ask: Ask; refusals: readonly Refusal[] }[] = [];
  for (const ask of asks) {
    const refusals = ask.resources.flatMap((resource) => open.get(resource)?.refuses(ask.runId) ?? []);
    if (refusals.length > 0) {
      refused.push({ ask, refusals });
      continue;
    }
    granted.push({ ask, takes: ask.resources.filter((resource) => open.get(resource)?.take(ask.runId)) });
  }
  return { granted, refused };
}

class Count {
  private used: number;
  private readonly holders: Set<string>;
  private readonly starts: number[];

  constructor(
    private readonly resource: Resource,
    private readonly state: ResourceState,
    private readonly now: number,
  ) {
    this.used = state.used;
    this.holders = new Set(state.holders);
    const since = now - (state.rate?.seconds ?? 0) * 1000;
    this.starts = state.starts.filter((start) => start > since);
  }

  refuses(runId: string): Refusal[] {
    const { resource, state, starts } = this;
    if (!state.known) return [{ type: "unknown", resource }];
    if (this.holders.has(runId)) return [];
    if (state.size !== undefined && this.used >= state.size) return [{ type: "full", resource }];
    if (state.rate && starts.length >= state.rate.count) {
      // The next start is allowed when the oldest that counts has left the period.
      const oldest = starts[starts.length - state.rate.count]!;
      return [{ type: "rate", resource, until: oldest + state.rate.seconds * 1000 }];
    }
    return [];
  }

  /** Whether that takes a place. */
  take(runId: string): boolean {
    if (this.holders.has(runId)) return false;
    if (countsRuns(this.resource)) this.holders.add(runId);
    this.used++;
    this.starts.push(this.now);
    return true;
  }
}

/** How many places a resource has, as its limit says. */
export function sizeOf(resource: Resource, limit: Limit | undefined): Pick<ResourceState, "size" | "rate" | "known"> {
  const { kind, counts, name } = parseResource(resource);
  const size = counts === "runs" ? limit?.runs : limit?.slots;
  return {
    size: size ?? (kind === "lock" ? 1 : undefined),
    rate: limit?.rate,
    known: limit !== undefined || kind !== "pool" || name === "default",
  };
}
