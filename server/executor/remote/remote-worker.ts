/**
 * One worker on another machine as this server knows it: what it offers, its link while there is one, the attempts that it has
 * from us. Neighbours: worker-hub.ts (all of them), remote-attempt.ts.
 */
import type { WebSocket } from "ws";
import type { WorkerHello, WorkerLoad, WorkerOrder } from "@/pipelines/protocol/worker";
import type { RemoteAttempt } from "./remote-attempt";

export interface Need {
  readonly cpu: number;
  readonly memory: number;
  readonly gpu: number;
}

/** Of an attempt that was found at work, before its run was read back. */
const usualNeed: Need = { cpu: 1, memory: 1024 ** 3, gpu: 0 };

export class RemoteWorker {
  readonly attempts = new Map<string, RemoteAttempt>();
  /** Attempts that it has and nobody here knows of yet. */
  readonly strays = new Set<string>();
  /** What has a place here, by `taskRunId/attempt`. */
  private readonly held = new Map<string, Need>();
  /** Attempts that stand still: what they would take is free for others. */
  private readonly parked = new Set<string>();
  /** Of these, who wants to go on and finds no room yet. */
  private readonly returning = new Set<string>();
  socket: WebSocket | undefined;
  draining = false;
  load: WorkerLoad = { cpu: 0, memoryUsed: 0 };
  /** By this process's clock: only ever shortens trust. */
  heardAt = performance.now();

  constructor(
    readonly workspaceId: string,
    public hello: WorkerHello,
    readonly tokenId: string,
  ) {}

  get id(): string {
    return this.hello.worker;
  }

  get isOnline(): boolean {
    return this.socket !== undefined;
  }

  send(order: WorkerOrder): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(order));
  }

  hold(id: string, need: Need): void {
    this.held.set(id, need);
  }

  letGo(id: string): boolean {
    this.parked.delete(id);
    this.returning.delete(id);
    return this.held.delete(id);
  }

  park(id: string): void {
    this.parked.add(id);
    this.returning.delete(id);
  }

  /** What was begun goes on before anything new begins: false keeps others out until there is room. */
  unpark(id: string, need: Need): boolean {
    if (this.parked.has(id) && !this.fits(need)) {
      this.returning.add(id);
      return false;
    }
    this.parked.delete(id);
    this.returning.delete(id);
    return true;
  }

  /** The attempt is over here. */
  drop(key: string): void {
    this.attempts.delete(key);
    this.parked.delete(toId(key));
    this.returning.delete(toId(key));
  }

  /** Keys of attempts that take a place. */
  atWork(): string[] {
    return [...this.attempts.keys()].filter((key) => !this.parked.has(toId(key)));
  }

  get freeSlots(): number {
    return this.hello.slots - this.usage().slots;
  }

  hasRoom(need: Need): boolean {
    return this.isOnline && !this.draining && this.returning.size === 0 && this.fits(need);
  }

  private fits(need: Need): boolean {
    const { slots, capacity } = this.hello;
    const used = this.usage();
    return (
      used.slots < slots &&
      // What asks for more than there is gets the machine to itself.
      used.cpu + Math.min(need.cpu, capacity.cpu) <= capacity.cpu + 1e-9 &&
      used.memory + Math.min(need.memory, capacity.memory) <= capacity.memory &&
      used.gpu + need.gpu <= capacity.gpu
    );
  }

  private usage(): Need & { readonly slots: number } {
    const { capacity } = this.hello;
    const used = { slots: 0, cpu: 0, memory: 0, gpu: 0 };
    const add = ({ cpu, memory, gpu }: Need) => {
      used.slots++;
      used.cpu += Math.min(cpu, capacity.cpu);
      used.memory += Math.min(memory, capacity.memory);
      used.gpu += gpu;
    };
    for (const [id, each] of this.held) if (!this.parked.has(id)) add(each);
    for (const key of [...this.attempts.keys(), ...this.strays]) {
      const id = toId(key);
      if (!this.held.has(id) && !this.parked.has(id)) add(usualNeed);
    }
    return used;
  }
}

/** `taskRunId#attempt` → `taskRunId/attempt`. */
function toId(key: string): string {
  return key.replace("#", "/");
}
