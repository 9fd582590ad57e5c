/**
 * Whether an attempt left something behind that the next one could notice: handles, timers, changed globals, memory.
 * What a package changes while it is being imported is the environment's business and becomes the new normal.
 */
const guarded: readonly object[] = [
  Object,
  Array,
  String,
  Number,
  Math,
  JSON,
  Reflect,
  Promise,
  Date,
  Error,
  Function.prototype,
  Number.prototype,
  Promise.prototype,
  Date.prototype,
  Map.prototype,
  Set.prototype,
  RegExp.prototype,
  console,
  process,
  Object.getPrototypeOf(Int8Array.prototype) as object,
];

/** Where an addition, too, is seen by everyone: these are counted as well, which costs about a microsecond each. */
const counted: readonly object[] = [globalThis, Object.prototype, Array.prototype, String.prototype, process.env];

const mostGrowth = 256 * 1024 * 1024;

/** An object's own properties as two parallel lists: comparing them is the dearest part of a short attempt. */
interface Members {
  readonly target: Record<PropertyKey, unknown>;
  /** How many it has, where additions matter. */
  readonly count: number | undefined;
  /** Data properties only; calling getters could load half of Node. */
  readonly keys: readonly PropertyKey[];
  readonly values: readonly unknown[];
}

interface Normal {
  readonly members: readonly Members[];
  readonly resources: ReadonlyMap<string, number>;
  readonly listeners: number;
}

export class Hygiene {
  private normal: Normal;
  private readonly memory = process.memoryUsage.rss();

  constructor(private readonly cwd: string) {
    this.normal = takeNormal();
  }

  /** Call after imports: their changes are wanted. */
  accept(): void {
    this.normal = takeNormal();
  }

  /** What was left behind, in words; undefined when the process is as good as new. */
  inspect(): string | undefined {
    for (const [name, count] of countResources()) {
      if (count > (this.normal.resources.get(name) ?? 0) && name !== "PipeWrap" && name !== "TTYWrap") return `left a ${name} behind`;
    }
    if (countListeners() !== this.normal.listeners) return "left a process listener behind";
    if (process.cwd() !== this.cwd) return "changed the working directory";
    for (const members of this.normal.members) {
      const changed = firstChange(members);
      if (changed !== undefined) return `changed the global ${String(changed)}`;
    }
    if (process.memoryUsage.rss() - this.memory > mostGrowth) return "grew in memory";
    return undefined;
  }
}

function takeNormal(): Normal {
  return { members: [...counted, ...guarded].map(membersOf), resources: countResources(), listeners: countListeners() };
}

function membersOf(target: object): Members {
  const all = Reflect.ownKeys(target);
  const keys = all.filter((key) => {
    const descriptor = Reflect.getOwnPropertyDescriptor(target, key);
    // What can be neither changed nor taken away needs no look.
    return descriptor !== undefined && "value" in descriptor && (descriptor.writable || descriptor.configurable);
  });
  const indexed = target as Record<PropertyKey, unknown>;
  return { target: indexed, count: counted.includes(target) ? all.length : undefined, keys, values: keys.map((key) => indexed[key]) };
}

function firstChange({ target, count, keys, values }: Members): PropertyKey | undefined {
  for (let index = 0; index < keys.length; index++) {
    const value = target[keys[index]!];
    if (value !== values[index] && !Object.is(value, values[index])) return keys[index];
  }
  return count === undefined || Reflect.ownKeys(target).length === count ? undefined : "(a property was added or removed)";
}

function countResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of process.getActiveResourcesInfo()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function countListeners(): number {
  let count = 0;
  for (const name of process.eventNames()) count += process.listenerCount(name);
  return count;
}
