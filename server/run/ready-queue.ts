/**
 * What wants to start, in the order it may. Workspaces: every second place goes to the one with the least waiting, so that
 * somebody with little to do hardly notices the others; the places between go by turns, to the one with the least under way,
 * then the one served longest ago, so that nobody starves. Within a workspace by priority, then the older run, so that runs end one after the other and their processes are used again rather
 * than all runs being begun at once. What needs the same places stands in one lane, so that a full pool holds up nobody who
 * does not need it. Neighbour: admission.ts.
 */
export interface Queued {
  readonly workspaceId: string;
  /** What needs the same is one lane. */
  readonly lane: string;
  readonly resources: readonly string[];
  readonly priority: number;
  /** Sorts by the age of runs: the older run has the lower one. */
  readonly runId: string;
  /** Within a run: what asked first has the lower number. */
  readonly seq: number;
}

export interface QueueOrder {
  /** How much of the machine a workspace has already. */
  share(workspaceId: string): number;
  /** Whether what needs this cannot start now. */
  isBlocked(workspaceId: string, resources: readonly string[]): boolean;
}

interface Line<T extends Queued> {
  readonly lanes: Map<string, Lane<T>>;
  served: number;
  size: number;
}

export class ReadyQueue<T extends Queued> {
  private readonly lines = new Map<string, Line<T>>();
  private clock = 0;

  get isEmpty(): boolean {
    return this.lines.size === 0;
  }

  push(item: T): void {
    let line = this.lines.get(item.workspaceId);
    if (!line) this.lines.set(item.workspaceId, (line = { lanes: new Map(), served: this.clock, size: 0 }));
    let lane = line.lanes.get(item.lane);
    if (!lane) line.lanes.set(item.lane, (lane = new Lane(item.resources)));
    lane.push(item);
    line.size++;
  }

  /** The next that may start; it stays until it is shifted. */
  peek(order: QueueOrder): T | undefined {
    let best: T | undefined;
    let bestLine: Line<T> | undefined;
    let least = Infinity;
    const byTurns = this.clock % 2 === 0;
    for (const [workspaceId, line] of this.lines) {
      const share = byTurns ? order.share(workspaceId) : line.size;
      if (share > least || (share === least && bestLine !== undefined && line.served > bestLine.served)) continue;
      const item = first(workspaceId, line, order);
      if (!item) continue;
      best = item;
      bestLine = line;
      least = share;
    }
    return best;
  }

  /** Takes out what peek gave. */
  shift(item: T): void {
    const line = this.lines.get(item.workspaceId)!;
    const lane = line.lanes.get(item.lane)!;
    lane.shift();
    line.size--;
    line.served = ++this.clock;
    if (lane.top === undefined) line.lanes.delete(item.lane);
    // Who was served last is remembered no longer than the line: an empty one has waited for nothing.
    if (line.lanes.size === 0) this.lines.delete(item.workspaceId);
  }

  /** Takes out everything of a workspace, or of some of its lanes. */
  drain(workspaceId: string, isMeant: (lane: string) => boolean = () => true): T[] {
    const line = this.lines.get(workspaceId);
    if (!line) return [];
    const all: T[] = [];
    for (const [key, lane] of line.lanes) {
      if (!isMeant(key)) continue;
      line.lanes.delete(key);
      line.size -= lane.items.length;
      all.push(...lane.items);
    }
    if (line.lanes.size === 0) this.lines.delete(workspaceId);
    return all;
  }

  /** Takes out everything. */
  drainAll(): T[] {
    return [...this.lines.keys()].flatMap((workspaceId) => this.drain(workspaceId));
  }
}

function first<T extends Queued>(workspaceId: string, line: Line<T>, order: QueueOrder): T | undefined {
  let found: T | undefined;
  for (const { resources, top } of line.lanes.values()) {
    if (order.isBlocked(workspaceId, resources)) continue;
    if (top !== undefined && (found === undefined || isBefore(top, found))) found = top;
  }
  return found;
}

function isBefore(a: Queued, b: Queued): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority;
  if (a.runId !== b.runId) return a.runId < b.runId;
  return a.seq < b.seq;
}

/** A binary heap: the first of all on top. */
class Lane<T extends Queued> {
  readonly items: T[] = [];

  constructor(readonly resources: readonly string[]) {}

  get top(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    const { items } = this;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(item, items[above]!)) break;
      items[at] = items[above]!;
      at = above;
    }
    items[at] = item;
  }

  shift(): void {
    const { items } = this;
    const last = items.pop();
    if (last === undefined || items.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && isBefore(items[below + 1]!, items[below]!)) below++;
      if (!isBefore(items[below]!, last)) break;
      items[at] = items[below]!;
      at = below;
    }
    items[at] = last;
  }
}
