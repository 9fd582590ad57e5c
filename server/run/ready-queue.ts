/**
 * What wants to start, in the order it may: the workspace with the least under way first, then the one served longest ago;
 * within it by priority, then by age. What needs the same places stands in one lane, so that a full pool holds up nobody
 * who does not need it. Neighbour: admission.ts.
 */
export interface Queued {
  readonly workspaceId: string;
  /** What needs the same is one lane. */
  readonly lane: string;
  readonly resources: readonly string[];
  readonly priority: number;
  /** By age: what asked first has the lower number. */
  readonly seq: number;
}

interface Lane<T> {
  readonly resources: readonly string[];
  /** By priority; each a stretch of items in the order of their age. */
  readonly stretches: Map<number, Stretch<T>>;
  size: number;
}

interface Stretch<T> {
  items: T[];
  head: number;
}

interface Line<T> {
  readonly lanes: Map<string, Lane<T>>;
  served: number;
}

export interface QueueOrder {
  /** How much of the machine a workspace has already. */
  share(workspaceId: string): number;
  /** Whether what needs this cannot start now. */
  isBlocked(workspaceId: string, resources: readonly string[]): boolean;
}

export class ReadyQueue<T extends Queued> {
  private readonly lines = new Map<string, Line<T>>();
  private clock = 0;

  push(item: T): void {
    const stretch = this.stretchOf(item);
    const last = stretch.items[stretch.items.length - 1];
    stretch.items.push(item);
    // It stood here before: back to its place.
    if (stretch.items.length - 1 > stretch.head && last !== undefined && last.seq > item.seq) {
      stretch.items = stretch.items.slice(stretch.head).sort((a, b) => a.seq - b.seq);
      stretch.head = 0;
    }
  }

  /** The next that may start; it stays until it is shifted. */
  peek(order: QueueOrder): T | undefined {
    let best: T | undefined;
    let bestLine: Line<T> | undefined;
    let least = Infinity;
    for (const [workspaceId, line] of this.lines) {
      const share = order.share(workspaceId);
      if (share > least || (share === least && bestLine !== undefined && line.served > bestLine.served)) continue;
      const item = this.first(workspaceId, line, order);
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
    const stretch = lane.stretches.get(item.priority)!;
    stretch.head++;
    line.served = ++this.clock;
    if (--lane.size === 0) {
      line.lanes.delete(item.lane);
      // Who was served last is remembered no longer than the line: an empty one has waited for nothing.
      if (line.lanes.size === 0) this.lines.delete(item.workspaceId);
    } else if (stretch.head === stretch.items.length) {
      lane.stretches.delete(item.priority);
    } else if (stretch.head > 1024 && stretch.head * 2 > stretch.items.length) {
      stretch.items = stretch.items.slice(stretch.head);
      stretch.head = 0;
    }
  }

  /** Takes out everything of a workspace, or of some of its lanes, in the order of its age. */
  drain(workspaceId: string, isMeant: (lane: string) => boolean = () => true): T[] {
    const line = this.lines.get(workspaceId);
    if (!line) return [];
    const all: T[] = [];
    for (const [key, { stretches }] of line.lanes) {
      if (!isMeant(key)) continue;
      line.lanes.delete(key);
      for (const { items, head } of stretches.values()) all.push(...items.slice(head));
    }
    if (line.lanes.size === 0) this.lines.delete(workspaceId);
    return all.sort((a, b) => a.seq - b.seq);
  }

  /** Takes out everything, in the order of its age. */
  drainAll(): T[] {
    return [...this.lines.keys()].flatMap((workspaceId) => this.drain(workspaceId)).sort((a, b) => a.seq - b.seq);
  }

  private first(workspaceId: string, line: Line<T>, order: QueueOrder): T | undefined {
    let first: T | undefined;
    for (const lane of line.lanes.values()) {
      if (order.isBlocked(workspaceId, lane.resources)) continue;
      let priority = -Infinity;
      for (const each of lane.stretches.keys()) if (each > priority) priority = each;
      const { items, head } = lane.stretches.get(priority)!;
      const item = items[head]!;
      if (!first || item.priority > first.priority || (item.priority === first.priority && item.seq < first.seq)) first = item;
    }
    return first;
  }

  private stretchOf({ workspaceId, lane: key, resources, priority }: T): Stretch<T> {
    let line = this.lines.get(workspaceId);
    if (!line) this.lines.set(workspaceId, (line = { lanes: new Map(), served: ++this.clock }));
    let lane = line.lanes.get(key);
    if (!lane) line.lanes.set(key, (lane = { resources, stretches: new Map(), size: 0 }));
    let stretch = lane.stretches.get(priority);
    if (!stretch) lane.stretches.set(priority, (stretch = { items: [], head: 0 }));
    lane.size++;
    return stretch;
  }
}
