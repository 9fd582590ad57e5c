/** Cells and names → tasks with their edges: who needs which values, which definitions travel, what is left out and why. */
import { checkHandlers, checkStrays, readAfter, reportCycle } from "./check-drafts";
import type { Task } from "./dag";
import { draftTask, isCurrent, type Draft } from "./draft-task";
import type { Definition, Names } from "./find-names";
import type { CompiledCell } from "./read-cells";
import type { Reporter } from "./reporter";
import { isSameList } from "./is-same-list";
import { sortBy } from "./sort-by";
import { sortTasks } from "./sort-tasks";
import { spreadClasses, type DraftWithClasses } from "./spread-classes";
import { toTask } from "./to-task";

export interface BuiltTasks {
  readonly drafts: ReadonlyMap<string, Draft>;
  readonly tasks: readonly Task[];
  /** By key: cells that do not run, and the key of the disabled cell that is the cause. */
  readonly off: ReadonlyMap<string, string>;
  /** Values read by other tasks or exported, with one reader each. */
  readonly wanted: ReadonlyMap<Definition, string>;
}

/** What earlier compiles built. After an edit most cells keep their draft and most drafts their task. */
export class TaskCache {
  readonly drafts = new WeakMap<CompiledCell, Draft>();
  /** By the draft without arriving classes: the one with them. */
  readonly withClasses = new WeakMap<Draft, DraftWithClasses>();
  readonly tasks = new WeakMap<Draft, { readonly of: readonly unknown[]; readonly task: Task }>();
}

export function buildTasks(
  cells: readonly CompiledCell[],
  names: Names,
  outputs: readonly Definition[],
  cache: TaskCache,
  reporter: Reporter,
): BuiltTasks {
  const drafts = new Map<string, Draft>();
  for (const cell of cells) {
    if (!cell.isTask || drafts.has(cell.key)) continue;
    const before = cache.drafts.get(cell);
    const draft = before && isCurrent(before, names) ? before : draftTask(cell, names, readAfter(cell, cells, reporter));
    // `after` depends on other cells' keys, a query on the names there are: both are read anew.
    if (cell.parsed.options.after.length === 0 && cell.kind === "code") cache.drafts.set(cell, draft);
    drafts.set(cell.key, draft);
  }
  for (const draft of drafts.values()) {
    checkStrays(draft, reporter);
    checkHandlers(draft, drafts, reporter);
  }
  const needs = new Map([...drafts].map(([key, draft]) => [key, draft.upstream]));
  const late = new Set([...drafts.values()].filter(({ cell }) => cell.parsed.options.on).map(({ cell }) => cell.key));
  const { order, cycles } = sortTasks(needs, late);
  for (const cycle of cycles) reportCycle(cycle, drafts, reporter);

  const off = new Map(cells.filter((cell) => cell.isDisabled).map((cell) => [cell.key, cell.key]));
  const barred = new Set<string>(off.keys());
  const kept: Draft[] = [];
  for (const key of order) {
    const draft = drafts.get(key)!;
    const cause = draft.upstream.map((one) => off.get(one)).find((one) => one !== undefined);
    if (cause !== undefined) off.set(key, cause);
    if (isBarred(draft, barred, reporter)) barred.add(key);
    else kept.push(draft);
  }
  const classes = spreadClasses(kept, names, cache.withClasses);
  const wanted = findWanted(kept, outputs);
  const tasks = kept.map((draft) => {
    const arriving = classes.get(draft.cell.key) ?? none;
    const outputs: Definition[] = [];
    for (const one of draft.cell.definitions.values()) if (wanted.has(one)) outputs.push(one);
    const of = arriving.length > 0 ? [names.repeatedPrivates, ...arriving, "gives", ...outputs] : [names.repeatedPrivates, ...outputs];
    const before = cache.tasks.get(draft);
    if (before && isSameList(before.of, of)) return before.task;
    const task = toTask(draft, names, arriving, sortBy(outputs, names.storedName));
    cache.tasks.set(draft, { of, task });
    return task;
  });
  return { drafts, tasks, off, wanted };
}

const none: readonly Definition[] = [];

function isBarred({ cell, reach, expand, after, values }: Draft, barred: ReadonlySet<string>, reporter: Reporter): boolean {
  if (reporter.isBarred(cell) || after.some((key) => barred.has(key))) return true;
  for (const { home } of values) if (!home.isTask || reporter.isBarred(home) || barred.has(home.key)) return true;
  if (reporter.barred.size === 0) return false;
  return [...reach.units.values(), ...expand.units.values()].some((home) => home.analysis.broken);
}

/** Which values are stored, and for whom. */
function findWanted(drafts: readonly Draft[], outputs: readonly Definition[]): ReadonlyMap<Definition, string> {
  const wanted = new Map<Definition, string>();
  for (const output of outputs) if (output.travels === "value") wanted.set(output, "the notebook's outputs");
  for (const draft of drafts) for (const value of draft.values) wanted.set(value, `"${draft.cell.key}"`);
  return wanted;
}
