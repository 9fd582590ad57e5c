/** What this machine's attempts use of it. Every number is a sum over live attempts, never counted up and down elsewhere. */
import type { TaskOptions } from "@/pipelines/compile/dag";
import type { Places } from "../executor/remote/places";

export interface Capacity {
  readonly cpu: number;
  readonly memory: number;
}

interface Held {
  readonly runId: string;
  readonly workspaceId: string;
  readonly cpu: number;
  readonly memory: number;
  readonly elsewhere?: true;
}

export class Slots {
  /** Attempts that stand still, some of which may be adopted only later. */
  private readonly parked = new Set<string>();
  private readonly held = new Map<string, Held>();
  private readonly shares = new Map<string, number>();
  private readonly runs = new Set<string>();
  private cpu = 0;
  private memory = 0;
  /** Something was let go since the last sum: many ends come between two claims. */
  private stale = false;

  constructor(
    private readonly capacity: Capacity,
    /** Other machines, where there are any. */
    private readonly places?: Places,
  ) {}

  /** "full": wait for any attempt to end. `share` is the part of its cpu an attempt truly takes. */
  take(id: string, runId: string, workspaceId: string, options: TaskOptions, share: number): "taken" | "full" {
    // What asks for more than there is gets the machine to itself.
    const cpu = Math.min(options.cpu, this.capacity.cpu) * share;
    const memory = Math.min(options.memory, this.capacity.memory) * share;
    if (this.stale) this.sum();
    if (this.cpu + cpu > this.capacity.cpu + 1e-9 || this.memory + memory > this.capacity.memory) {
      // A worker that names this pool, too, may have room.
      return this.places?.serves(workspaceId, options.pool) ? this.takeElsewhere(id, runId, workspaceId, options) : "full";
    }
    this.hold(id, { runId, workspaceId, cpu, memory });
    return "taken";
  }

  /** A place on another machine: it takes nothing of this one. */
  takeElsewhere(id: string, runId: string, workspaceId: string, options: TaskOptions): "taken" | "full" {
    if (!this.places?.take(id, workspaceId, options)) return "full";
    this.hold(id, { runId, workspaceId, cpu: 0, memory: 0, elsewhere: true });
    return "taken";
  }

  /** For an attempt that runs already, found after a restart. Says whether it is on another machine. */
  adopt(id: string, runId: string, workspaceId: string, options: TaskOptions, handle?: string): boolean {
    const elsewhere = this.places?.adopt(id, handle, workspaceId, options) ?? false;
    if (elsewhere) {
      this.hold(id, { runId, workspaceId, cpu: 0, memory: 0, elsewhere });
      if (this.parked.has(id)) this.places?.park(id);
    } else if (this.parked.has(id)) this.hold(id, { runId, workspaceId, cpu: 0, memory: 0 });
    else this.hold(id, { runId, workspaceId, cpu: options.cpu, memory: options.memory });
    return elsewhere;
  }

  /** The attempt stands still: what it uses of its machine is free for others. */
  park(id: string): void {
    this.parked.add(id);
    const held = this.held.get(id);
    if (held?.elsewhere) this.places?.park(id);
    else if (held) this.hold(id, { ...held, cpu: 0, memory: 0 });
  }

  isElsewhere(id: string): boolean {
    return this.held.get(id)?.elsewhere ?? false;
  }

  isParked(id: string): boolean {
    return this.parked.has(id);
  }

  /** Whether the attempt may go on; false: there is no room yet. */
  unpark(id: string, options: TaskOptions, share: number): boolean {
    const held = this.held.get(id);
    if (held?.elsewhere && this.places?.unpark(id, options) === false) return false;
    if (!held || held.elsewhere) {
      this.parked.delete(id);
      return true;
    }
    const cpu = Math.min(options.cpu, this.capacity.cpu) * share;
    const memory = Math.min(options.memory, this.capacity.memory) * share;
    if (this.stale) this.sum();
    if (this.cpu + cpu > this.capacity.cpu + 1e-9 || this.memory + memory > this.capacity.memory) return false;
    this.parked.delete(id);
    this.hold(id, { ...held, cpu, memory });
    return true;
  }

  release(id: string): void {
    if (!this.held.delete(id)) return;
    this.stale = true;
    this.places?.release(id);
  }

  /** The attempt is over. */
  end(id: string): void {
    this.parked.delete(id);
    this.release(id);
  }

  /** Its run is let go of, perhaps only to be read again: what stands still stands still. */
  releaseRun(runId: string): void {
    for (const [id, held] of this.held) if (held.runId === runId) this.release(id);
  }

  get size(): number {
    return this.held.size;
  }

  /** `<taskRun>#<attempt>` of what takes something of this machine. */
  here(): string[] {
    return [...this.held].flatMap(([id, { elsewhere }]) => (elsewhere ? [] : [id.replace("/", "#")]));
  }

  /** Cores that a workspace's attempts take. */
  shareOf(workspaceId: string): number {
    if (this.stale) this.sum();
    return this.shares.get(workspaceId) ?? 0;
  }

  /** Whether the run has an attempt under way, and with it a process of its own. */
  hasRun(runId: string): boolean {
    if (this.stale) this.sum();
    return this.runs.has(runId);
  }

  private hold(id: string, held: Held): void {
    if (this.held.has(id)) this.stale = true;
    this.held.set(id, held);
    if (!this.stale) this.add(held);
  }

  private sum(): void {
    this.stale = false;
    this.cpu = 0;
    this.memory = 0;
    this.shares.clear();
    this.runs.clear();
    for (const held of this.held.values()) this.add(held);
  }

  private add({ runId, workspaceId, cpu, memory }: Held): void {
    this.runs.add(runId);
    this.cpu += cpu;
    this.memory += memory;
    this.shares.set(workspaceId, (this.shares.get(workspaceId) ?? 0) + cpu);
  }
}
