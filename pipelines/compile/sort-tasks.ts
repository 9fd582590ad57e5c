/** Order and cycles of a graph given as key → keys it needs. Ties are broken by key, so the file's order never matters. */

export interface SortedTasks {
  /** Every key that stands in no cycle and depends on none, after all that it needs. */
  readonly order: readonly string[];
  /** Each cycle as a path `a → b → a` without its last step, starting at its smallest key. */
  readonly cycles: readonly (readonly string[])[];
}

/** `late` keys (handlers) come after all others that do not need them. */
export function sortTasks(needs: ReadonlyMap<string, Iterable<string>>, late: ReadonlySet<string> = new Set()): SortedTasks {
  const compare = (a: string, b: string) => Number(late.has(a)) - Number(late.has(b)) || (a < b ? -1 : a > b ? 1 : 0);
  const waiting = new Map<string, number>();
  const readers = new Map<string, string[]>();
  for (const [key, upstream] of needs) {
    let count = 0;
    for (const one of new Set(upstream)) {
      if (!needs.has(one)) continue;
      count++;
      const list = readers.get(one);
      if (list) list.push(key);
      else readers.set(one, [key]);
    }
    waiting.set(key, count);
  }
  const ready = [...waiting]
    .filter(([, count]) => count === 0)
    .map(([key]) => key)
    .sort((a, b) => compare(b, a));
  const order: string[] = [];
  while (ready.length > 0) {
    const key = ready.pop()!;
    order.push(key);
    waiting.delete(key);
    for (const reader of readers.get(key) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) insertSorted(ready, reader, compare);
    }
  }
  return { order, cycles: findCycles([...waiting.keys()].sort(), needs) };
}

/** Keeps `ready` sorted downwards: its last is the next. */
function insertSorted(ready: string[], key: string, compare: (a: string, b: string) => number): void {
  let low = 0;
  let high = ready.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(ready[middle]!, key) > 0) low = middle + 1;
    else high = middle;
  }
  ready.splice(low, 0, key);
}

/** One shortest cycle through each strongly connected part of what is left. */
function findCycles(keys: readonly string[], needs: ReadonlyMap<string, Iterable<string>>): readonly (readonly string[])[] {
  const left = new Set(keys);
  const upstream = new Map(keys.map((key) => [key, [...new Set(needs.get(key))].filter((one) => left.has(one)).sort()]));
  const found: string[][] = [];
  const told = new Set<string>();
  for (const start of keys) {
    if (told.has(start)) continue;
    const path = findWayBack(start, upstream);
    if (!path) continue;
    for (const key of path) told.add(key);
    found.push(path);
  }
  return found;
}

function findWayBack(start: string, upstream: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (let at = 0; at < queue.length; at++) {
    const key = queue[at]!;
    for (const next of upstream.get(key)!) {
      if (next === start) {
        const path = [key];
        while (path[0] !== start) path.unshift(cameFrom.get(path[0]!)!);
        return path;
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, key);
      queue.push(next);
    }
  }
  return undefined;
}
