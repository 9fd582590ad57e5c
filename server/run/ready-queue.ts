/** Task runs that want a slot: by priority, then by the order in which they asked. */
import type { LiveRun } from "./live-run";

export interface Waiting {
  readonly run: LiveRun;
  readonly ordinal: number;
  readonly priority: number;
}

export class ReadyQueue {
  private readonly lanes = new Map<number, { items: Waiting[]; head: number }>();
  private priorities: number[] = [];

  push(item: Waiting): void {
    let lane = this.lanes.get(item.priority);
    if (!lane) {
      this.lanes.set(item.priority, (lane = { items: [], head: 0 }));
      this.priorities = [...this.lanes.keys()].sort((a, b) => b - a);
    }
    lane.items.push(item);
  }

  peek(): Waiting | undefined {
    for (const priority of this.priorities) {
      const lane = this.lanes.get(priority)!;
      if (lane.head < lane.items.length) return lane.items[lane.head];
    }
    return undefined;
  }

  shift(): void {
    for (const priority of this.priorities) {
      const lane = this.lanes.get(priority)!;
      if (lane.head >= lane.items.length) continue;
      lane.head++;
      if (lane.head > 1024 && lane.head * 2 > lane.items.length) {
        lane.items = lane.items.slice(lane.head);
        lane.head = 0;
      }
      return;
    }
  }
}
