import { draftTask, isCurrent, type Draft } from "./draft-task";
import type { Definition, Names } from "./find-names";
import { isSameList } from "./is-same-list";
import { sortBy } from "./sort-by";

export interface DraftWithClasses {
  readonly classes: readonly Definition[];
  readonly draft: Draft;
}

/**
 * Instances arrive as instances: a task knows every class that a task upstream of it knows. The values that such a class
 * reads are of tasks further upstream, so this adds edges but never a cycle. Puts the full drafts into `sorted`.
 */
export function spreadClasses(
  sorted: Draft[],
  names: Names,
  cache: WeakMap<Draft, DraftWithClasses>,
): ReadonlyMap<string, readonly Definition[]> {
  const known = new Map<string, readonly Definition[]>();
  for (const [i, draft] of sorted.entries()) {
    const arriving = new Set<Definition>();
    // By order: what arrives here is known once all before it are.
    for (const value of draft.values) for (const one of known.get(value.home.key) ?? []) arriving.add(one);
    const full = arriving.size > 0 ? withClasses(draft, sortDefinitions(arriving), names, cache) : draft;
    sorted[i] = full;
    for (const one of full.classes) arriving.add(one);
    if (arriving.size > 0) known.set(draft.cell.key, sortDefinitions(arriving));
  }
  return known;
}

function withClasses(draft: Draft, classes: readonly Definition[], names: Names, cache: WeakMap<Draft, DraftWithClasses>): Draft {
  const before = cache.get(draft);
  if (before && isSameList(before.classes, classes) && isCurrent(before.draft, names)) return before.draft;
  const full = draftTask(draft.cell, names, draft.after, classes);
  cache.set(draft, { classes, draft: full });
  return full;
}

function sortDefinitions(definitions: Iterable<Definition>): readonly Definition[] {
  return sortBy(definitions, ({ name, home }) => `${name} ${home.key}`);
}
