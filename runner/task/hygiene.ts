/**
 * Whether an attempt left something behind that the next one could notice: handles, timers, changed globals, memory.
 * What a package changes while it is being imported is the environment's business and becomes the new normal.
 */
const guarded: readonly object[] = [
  Object, Function, Array, String, Number, Boolean, Symbol, Math, JSON, Reflect, Promise, Date, Map, Set, Error, RegExp,
  Object.prototype, Function.prototype, Array.prototype, String.prototype, Number.prototype, Promise.prototype,
  Date.prototype, Map.prototype, Set.prototype, Error.prototype, RegExp.prototype, ArrayBuffer.prototype,
  Object.getPrototypeOf(Int8Array.prototype) as object, console, process, process.env,
];

const mostGrowth = 256 * 1024 * 1024;

interface Normal {
  readonly globals: ReadonlyMap<PropertyKey, unknown>;
  readonly members: readonly ReadonlyMap<PropertyKey, unknown>[];
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
    const resources = countResources();
    for (const [name, count] of resources) {
      if (count > (this.normal.resources.get(name) ?? 0) && name !== "PipeWrap" && name !== "TTYWrap") return `left a ${name} behind`;
    }
    if (countListeners() !== this.normal.listeners) return "left a process listener behind";
    if (process.cwd() !== this.cwd) return "changed the working directory";
    const changed = firstChange(globalThis, this.normal.globals);
    if (changed !== undefined) return `changed the global ${changed}`;
    for (let index = 0; index < guarded.length; index++) {
      const member = firstChange(guarded[index]!, this.normal.members[index]!);
      if (member !== undefined) return `changed the built-in member ${member}`;
    }
    if (process.memoryUsage.rss() - this.memory > mostGrowth) return "grew in memory";
    return undefined;
  }
}

function takeNormal(): Normal {
  return {
    globals: snapshot(globalThis),
    members: guarded.map(snapshot),
    resources: countResources(),
    listeners: countListeners(),
  };
}

/** Properties by identity. Getters are compared as getters: calling them could load half of Node. */
function snapshot(target: object): Map<PropertyKey, unknown> {
  const members = new Map<PropertyKey, unknown>();
  for (const key of Reflect.ownKeys(target)) members.set(key, memberOf(target, key));
  return members;
}

const accessors = new WeakMap<object, ReadonlySet<PropertyKey>>();

function memberOf(target: object, key: PropertyKey): unknown {
  let getters = accessors.get(target);
  if (!getters) {
    getters = new Set(Reflect.ownKeys(target).filter((each) => Reflect.getOwnPropertyDescriptor(target, each)?.get));
    accessors.set(target, getters);
  }
  return getters.has(key) ? key : (target as Record<PropertyKey, unknown>)[key];
}

function firstChange(target: object, normal: ReadonlyMap<PropertyKey, unknown>): string | undefined {
  const keys = Reflect.ownKeys(target);
  if (keys.length !== normal.size) return String(keys.find((key) => !normal.has(key)) ?? "(removed)");
  for (const key of keys) {
    if (!normal.has(key) || !Object.is(memberOf(target, key), normal.get(key))) return String(key);
  }
  return undefined;
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
