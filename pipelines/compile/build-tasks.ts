/** Cells and names → tasks with their edges: who needs which values, which definitions travel, what is left out and why. */
import { toSlug } from "../notebook/cell-key";
import type { Unit } from "./analyse-cell";
import type { Task } from "./dag";
import { buildProgram, sortBy } from "./build-program";
import type { Definition, Names } from "./find-names";
import type { References } from "./find-references";
import { fingerprint } from "./fingerprint";
import { isCurrent, Reach } from "./reach";
import { isOneEditAway, readNames } from "./parse-options";
import type { CompiledCell } from "./read-cells";
import { placeInHeader, placeInSource, placeOfOption, type Reporter } from "./reporter";
import { sortTasks } from "./sort-tasks";

/** A task before it has a program. */
export interface Draft {
  readonly cell: CompiledCell;
  readonly reach: Reach;
  /** What `each` reaches. */
  readonly expand: Reach;
  readonly after: readonly string[];
  /** Values of other cells. */
  readonly values: readonly Definition[];
  /** Keys of the tasks that it needs. */
  readonly upstream: readonly string[];
}

export interface BuiltTasks {
  readonly drafts: ReadonlyMap<string, Draft>;
  readonly tasks: readonly Task[];
  /** Values read by other tasks or exported, with one reader each. */
  readonly wanted: ReadonlyMap<Definition, string>;
}

/** What earlier compiles built. After an edit most cells keep their draft and most drafts their task. */
export class TaskCache {
  readonly drafts = new WeakMap<CompiledCell, Draft>();
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
    const isKept = before && isCurrent(before.reach, names) && isCurrent(before.expand, names);
    const draft = isKept ? before : toDraft(cell, names, readAfter(cell, cells, reporter));
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

  const barred = new Set<string>();
  const kept: Draft[] = [];
  for (const key of order) {
    const draft = drafts.get(key)!;
    if (isBarred(draft, barred, reporter)) barred.add(key);
    else kept.push(draft);
  }
  const classes = spreadClasses(kept, names);
  const wanted = findWanted(kept, outputs);
  const tasks = kept.map((draft) => {
    const mine = classes.get(draft.cell.key) ?? [];
    const given = [...names.own(draft.cell).values()].filter((one) => wanted.has(one));
    const of = [names.repeatedPrivates, ...mine, "gives", ...given];
    const before = cache.tasks.get(draft);
    if (before && before.of.length === of.length && before.of.every((one, i) => one === of[i])) return before.task;
    const task = toTask(draft, names, mine, sortBy(given, names.storedName));
    cache.tasks.set(draft, { of, task });
    return task;
  });
  return { drafts, tasks, wanted };
}

function toDraft(cell: CompiledCell, names: Names, after: readonly string[], classes: Iterable<Definition> = []): Draft {
  const reach = new Reach(names, cell);
  const expand = new Reach(names, cell);
  for (const unit of cell.analysis.ownUnits) reach.add(unit.references, cell);
  if (cell.when) reach.add(cell.when.references, cell);
  for (const source of cell.each?.sources ?? []) expand.add(source.references, cell);
  for (const name of namesOfBody(cell, names)) {
    const definition = names.resolve(name, cell);
    if (definition && definition.home !== cell) reach.addDefinition(definition, true);
  }
  for (const one of classes) reach.addDefinition(one, true);
  const values = [...new Set([...reach.values, ...expand.values])].filter((value) => value.home !== cell);
  const upstream = [...new Set([...after, ...values.map((value) => value.home.key)])];
  return { cell, reach, expand, after, values, upstream };
}

/** Names that a script or a query says it reads. */
function namesOfBody(cell: CompiledCell, names: Names): readonly string[] {
  const given = cell.parsed.settings["in"];
  const read = given === undefined ? undefined : readNames(given);
  if (read && "value" in read) return read.value;
  if (cell.kind !== "sql") return [];
  const words = cell.cell.source.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? [];
  return words.filter((word) => names.resolve(word, cell)?.travels === "value");
}

function checkStrays({ cell, reach, expand }: Draft, reporter: Reporter): void {
  const strays = [...reach.strays, ...expand.strays];
  for (const { name, home } of new Map(strays.map((one) => [`${one.name} ${one.home.key}`, one])).values()) {
    reporter.bar(cell);
    reporter.report(
      "bad-each",
      placeOfOption(home, "each"),
      `"${name}" is bound by each in "${home.key}", and a definition there that reads it is used in "${cell.key}". Pass it as an argument instead.`,
    );
  }
}

function readAfter(cell: CompiledCell, cells: readonly CompiledCell[], reporter: Reporter): readonly string[] {
  const keys: string[] = [];
  for (const name of cell.parsed.options.after) {
    const key = [name, toSlug(name)].find((one) => cells.some((other) => other.key === one));
    const other = key === undefined ? undefined : cells.find((one) => one.key === key);
    if (other?.isTask) {
      keys.push(other.key);
      continue;
    }
    reporter.bar(cell);
    const tasks = cells.filter((one) => one.isTask).map((one) => one.key);
    const near = tasks.find((one) => isOneEditAway(one, toSlug(name)));
    const why = other
      ? `"${name}" is no task: ${other.kind === "code" ? "it only defines things" : `a ${other.cell.kind} cell does not run`}.`
      : `There is no task "${name}".${near ? ` Did you mean "${near}"?` : ""}`;
    reporter.report(
      "unknown-task",
      placeOfOption(cell, "after"),
      `${why} after= takes keys of tasks: ${tasks.join(", ") || "there are none"}.`,
    );
  }
  return keys;
}

/** Handlers run after all other tasks have ended: no other task can wait for one. */
function checkHandlers(draft: Draft, drafts: ReadonlyMap<string, Draft>, reporter: Reporter): void {
  if (draft.cell.parsed.options.on) return;
  for (const key of draft.upstream) {
    const on = drafts.get(key)?.cell.parsed.options.on;
    if (!on) continue;
    reporter.bar(draft.cell);
    reporter.report(
      "bad-header",
      placeOfNeed(draft, key),
      `"${key}" is a handler (on=${on}): it runs when all other tasks have ended, so "${draft.cell.key}" cannot wait for it. Give this cell on=${on} too.`,
    );
  }
}

function isBarred({ cell, reach, expand, after, values }: Draft, barred: ReadonlySet<string>, reporter: Reporter): boolean {
  if (reporter.isBarred(cell) || after.some((key) => barred.has(key))) return true;
  for (const { home } of values) if (!home.isTask || reporter.isBarred(home) || barred.has(home.key)) return true;
  if (reporter.barred.size === 0) return false;
  return [...reach.units.values(), ...expand.units.values()].some((home) => home.analysis.broken);
}

function reportCycle(cycle: readonly string[], drafts: ReadonlyMap<string, Draft>, reporter: Reporter): void {
  const path = [...cycle, cycle[0]!];
  const ties: string[] = [];
  cycle.forEach((key, i) => {
    const draft = drafts.get(key)!;
    const upstream = path[i + 1]!;
    const names = draft.values.filter((value) => value.home.key === upstream).map((value) => value.name);
    ties.push(names.length > 0 ? `"${key}" reads ${names.sort().join(", ")} of "${upstream}"` : `"${key}" says after=${upstream}`);
  });
  for (const [i, key] of cycle.entries()) {
    const draft = drafts.get(key)!;
    const upstream = path[i + 1]!;
    const others = cycle
      .filter((other) => other !== key)
      .map((other) => ({
        ...placeInHeader(drafts.get(other)!.cell, (spans) => spans.line),
        message: `"${other}" is part of the cycle.`,
      }));
    reporter.report(
      "dependency-cycle",
      placeOfNeed(draft, upstream),
      `These cells wait for each other: ${path.join(" → ")}. ${ties.join("; ")}. Move what both need into a cell of its own.`,
      others,
    );
  }
}

/** Where a cell first mentions what it needs of another. */
function placeOfNeed(draft: Draft, upstream: string) {
  const { cell } = draft;
  for (const unit of cell.analysis.units) {
    for (const [name, use] of unit.references.uses) {
      const found = use.value && draft.values.some((value) => value.name === name && value.home.key === upstream);
      if (found) return placeInSource(cell, use);
    }
  }
  return placeInHeader(cell, (spans) => spans.line);
}

/**
 * Instances arrive as instances: a task knows every class that a task upstream of it knows. The values that such a class
 * reads are of tasks further upstream, so this adds edges but never a cycle.
 */
function spreadClasses(sorted: Draft[], names: Names): ReadonlyMap<string, readonly Definition[]> {
  const known = new Map<string, ReadonlySet<Definition>>();
  for (const [i, draft] of sorted.entries()) {
    const mine = new Set<Definition>();
    for (const value of draft.values) for (const one of known.get(value.home.key) ?? []) mine.add(one);
    // Found out by order: what arrives here is known once all before it are.
    const full = mine.size > 0 ? toDraft(draft.cell, names, draft.after, mine) : draft;
    sorted[i] = full;
    for (const reach of [full.reach, full.expand]) {
      for (const [unit, home] of reach.units) {
        for (const { name } of unit.definitions) {
          const definition = unit.traits.isClass ? names.own(home).get(name) : undefined;
          if (definition && !definition.typeOnly) mine.add(definition);
        }
      }
    }
    if (mine.size > 0) known.set(draft.cell.key, mine);
  }
  return new Map([...known].map(([key, definitions]) => [key, sortBy(definitions, (one) => `${one.name} ${one.home.key}`)]));
}

/** Which values are stored, and for whom. */
function findWanted(drafts: readonly Draft[], outputs: readonly Definition[]): ReadonlyMap<Definition, string> {
  const wanted = new Map<Definition, string>();
  for (const output of outputs) if (output.travels === "value") wanted.set(output, "the notebook's outputs");
  for (const draft of drafts) for (const value of draft.values) wanted.set(value, `"${draft.cell.key}"`);
  return wanted;
}

function toTask(draft: Draft, names: Names, classes: readonly Definition[], outputs: readonly Definition[]): Task {
  const { cell, reach, expand } = draft;
  const { options, settings } = cell.parsed;
  const foreign = (values: Iterable<Definition>) =>
    [...new Set([...values].filter((one) => one.home !== cell).map(names.storedName))].sort();
  const paramNames = (...reaches: Reach[]) =>
    [...new Set(reaches.flatMap(({ params }) => [...params].map((one) => one.name)))].sort();
  const needs = new Map<string, Set<string>>(draft.after.map((key) => [key, new Set()]));
  for (const value of draft.values) {
    const list = needs.get(value.home.key) ?? new Set();
    needs.set(value.home.key, list.add(names.storedName(value)));
  }
  const isCode = cell.kind === "code";
  const program = isCode ? buildProgram({ cell, names, reach, outputs, classes, withOwnText: true }) : bodyOf(cell);
  const expandProgram = cell.each && buildProgram({ cell, names, reach: expand, outputs: [], classes, withOwnText: false });
  return {
    key: cell.key,
    title: cell.cell.title,
    cell: cell.cell.id,
    kind: cell.kind as Task["kind"],
    needs: sortBy(needs, ([task]) => task).map(([task, list]) => ({ task, names: [...list].sort() })),
    params: paramNames(reach, expand),
    outputs: outputs.map(names.storedName),
    display: cell.analysis.display !== undefined,
    datasets: findDatasets(draft, names),
    program,
    expandProgram,
    reads: { task: foreign(reach.values), expand: foreign(expand.values) },
    paramReads: { task: paramNames(reach), expand: paramNames(expand) },
    settings,
    each: cell.each?.variables,
    when: cell.parsed.when,
    options: { ...options, after: [...draft.after].sort() },
    fingerprint: fingerprint(cell, reach, expand, program),
  };
}

function bodyOf(cell: CompiledCell): Task["program"] {
  return {
    text: cell.cell.source,
    imports: [],
    lines: [],
    display: undefined,
    classes: [],
    ownClasses: [],
    dynamicImports: [],
    returns: [],
  };
}

/** Files that a task names: their hashes are part of its cache key. */
function findDatasets({ cell, reach, expand }: Draft, names: Names): Task["datasets"] {
  const found = new Set<string>();
  const parts: [References, CompiledCell][] = cell.analysis.ownUnits.map((unit) => [unit.references, cell]);
  for (const one of [cell.when, ...(cell.each?.sources ?? [])]) if (one) parts.push([one.references, cell]);
  for (const one of [reach, expand]) for (const [unit, home] of one.units) parts.push([unit.references, home]);
  const isSdk = (name: string, home: CompiledCell, imported: string) => {
    const from = names.resolve(name, home)?.declaration?.import;
    return from?.module === "heddle" && from.imported === imported;
  };
  for (const [references, home] of parts) {
    const calls = references.calls.filter((call) => isSdk(call.name, home, "dataset"));
    for (const { argument } of calls) {
      if (argument === undefined) return "any";
      found.add(argument);
    }
    for (const [name, use] of references.uses) {
      if (!use.value) continue;
      // The function itself is handed on, or the whole SDK is: what is read cannot be told from the text.
      if (isSdk(name, home, "*") || (isSdk(name, home, "dataset") && calls.length === 0)) return "any";
    }
  }
  return [...found].sort();
}
