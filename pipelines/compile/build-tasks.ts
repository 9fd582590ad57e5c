/** Cells and names → tasks with their edges: who needs which values, which definitions travel, what is left out and why. */
import { toSlug } from "../notebook/cell-key";
import type { Unit } from "./analyse-cell";
import type { Task } from "./dag";
import { buildProgram, sortBy } from "./build-program";
import type { Definition, Names } from "./find-names";
import { findReferences } from "./find-references";
import { fingerprint } from "./fingerprint";
import { Reach, ownUnits } from "./reach";
import { isOneEditAway, readNames } from "./parse-options";
import type { CompiledCell } from "./read-cells";
import { placeInHeader, placeInSource, placeOfOption, type Reporter } from "./reporter";
import { sortTasks } from "./sort-tasks";
import { nodeAt, nodesAt, unwrap } from "./syntax-node";

/** A task before it has a program. */
export interface Draft {
  readonly cell: CompiledCell;
  readonly reach: Reach;
  /** What `each` reaches. */
  readonly expand: Reach;
  readonly after: readonly string[];
}

export interface BuiltTasks {
  readonly drafts: ReadonlyMap<string, Draft>;
  readonly tasks: readonly Task[];
  /** Values read by other tasks or exported, with one reader each. */
  readonly wanted: ReadonlyMap<Definition, string>;
}

export function buildTasks(
  cells: readonly CompiledCell[],
  names: Names,
  outputs: readonly Definition[],
  programs: ProgramCache,
  reporter: Reporter,
): BuiltTasks {
  const drafts = new Map<string, Draft>();
  for (const cell of cells) {
    if (cell.isTask && !drafts.has(cell.key)) drafts.set(cell.key, toDraft(cell, names, cells, reporter));
  }
  for (const draft of drafts.values()) checkHandlers(draft, drafts, reporter);
  const needs = new Map([...drafts].map(([key, draft]) => [key, upstreamOf(draft)]));
  const late = new Set([...drafts.values()].filter(({ cell }) => cell.parsed.options.on).map(({ cell }) => cell.key));
  const { order, cycles } = sortTasks(needs, late);
  for (const cycle of cycles) reportCycle(cycle, drafts, reporter);

  const barred = new Set<string>();
  const kept: Draft[] = [];
  for (const key of order) {
    const draft = drafts.get(key)!;
    if (isBarred(draft, barred)) barred.add(key);
    else kept.push(draft);
  }
  const classes = spreadClasses(kept, names);
  const wanted = findWanted(kept, outputs);
  const tasks = kept.map((draft) => toTask(draft, names, classes.get(draft.cell.key)!, wanted, programs));
  return { drafts, tasks, wanted };
}

/** Programs by what went into them: after an edit most tasks keep theirs. */
export class ProgramCache {
  private current = new Map<string, Pick<Task, "program" | "expandProgram" | "fingerprint">>();
  private before = new Map<string, Pick<Task, "program" | "expandProgram" | "fingerprint">>();

  turn(): void {
    this.before = this.current;
    this.current = new Map();
  }

  get(key: string, build: () => Pick<Task, "program" | "expandProgram" | "fingerprint">): Pick<Task, "program" | "expandProgram" | "fingerprint"> {
    const found = this.current.get(key) ?? this.before.get(key) ?? build();
    this.current.set(key, found);
    return found;
  }
}

function toDraft(cell: CompiledCell, names: Names, cells: readonly CompiledCell[], reporter: Reporter): Draft {
  const reach = new Reach(names, cell);
  const expand = new Reach(names, cell);
  for (const unit of ownUnits(cell)) reach.add(unit.references, cell);
  if (cell.when) reach.add(cell.when.references, cell);
  for (const source of cell.each?.sources ?? []) expand.add(source.references, cell);
  for (const name of namesOfBody(cell, names)) {
    const definition = names.resolve(name, cell);
    if (definition && definition.home !== cell) reach.addDefinition(definition, true);
  }
  for (const { name, home } of new Map([...reach.strays, ...expand.strays].map((one) => [one.name + one.home.key, one])).values()) {
    cell.barred = true;
    reporter.report(
      "bad-each",
      placeOfOption(home, "each"),
      `"${name}" is bound by each in "${home.key}", and a definition there that reads it is used in "${cell.key}". Pass it as an argument instead.`,
    );
  }
  return { cell, reach, expand, after: readAfter(cell, cells, reporter) };
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

function readAfter(cell: CompiledCell, cells: readonly CompiledCell[], reporter: Reporter): readonly string[] {
  const keys: string[] = [];
  for (const name of cell.parsed.options.after) {
    const key = [name, toSlug(name)].find((one) => cells.some((other) => other.key === one));
    const other = key === undefined ? undefined : cells.find((one) => one.key === key);
    if (other?.isTask) {
      keys.push(other.key);
      continue;
    }
    cell.barred = true;
    const tasks = cells.filter((one) => one.isTask).map((one) => one.key);
    const near = tasks.find((one) => isOneEditAway(one, toSlug(name)));
    const why = other
      ? `"${name}" is no task: ${other.kind === "code" ? "it only defines things" : `a ${other.cell.kind} cell does not run`}.`
      : `There is no task "${name}".${near ? ` Did you mean "${near}"?` : ""}`;
    reporter.report("unknown-task", placeOfOption(cell, "after"), `${why} after= takes keys of tasks: ${tasks.join(", ") || "there are none"}.`);
  }
  return keys;
}

function valuesOf(draft: Draft): Set<Definition> {
  const values = new Set([...draft.reach.values, ...draft.expand.values]);
  for (const value of values) if (value.home === draft.cell) values.delete(value);
  return values;
}

function upstreamOf(draft: Draft): Set<string> {
  const keys = new Set(draft.after);
  for (const value of valuesOf(draft)) keys.add(value.home.key);
  return keys;
}

/** Handlers run after all other tasks have ended: no other task can wait for one. */
function checkHandlers(draft: Draft, drafts: ReadonlyMap<string, Draft>, reporter: Reporter): void {
  if (draft.cell.parsed.options.on) return;
  for (const key of upstreamOf(draft)) {
    const on = drafts.get(key)?.cell.parsed.options.on;
    if (!on) continue;
    draft.cell.barred = true;
    reporter.report(
      "bad-header",
      placeOfNeed(draft, key),
      `"${key}" is a handler (on=${on}): it runs when all other tasks have ended, so "${draft.cell.key}" cannot wait for it. Give this cell on=${on} too.`,
    );
  }
}

function isBarred({ cell, reach, expand, after }: Draft, barred: ReadonlySet<string>): boolean {
  if (cell.barred || after.some((key) => barred.has(key))) return true;
  for (const one of [reach, expand]) {
    for (const value of one.values) {
      if (value.home !== cell && (value.home.barred || !value.home.isTask || barred.has(value.home.key))) return true;
    }
    for (const home of one.units.values()) if (home.analysis.broken) return true;
  }
  // A key in a cycle is in no order: its readers are not either.
  return false;
}

function reportCycle(cycle: readonly string[], drafts: ReadonlyMap<string, Draft>, reporter: Reporter): void {
  const path = [...cycle, cycle[0]!];
  const ties: string[] = [];
  cycle.forEach((key, i) => {
    const draft = drafts.get(key)!;
    const upstream = path[i + 1]!;
    const names = [...valuesOf(draft)].filter((value) => value.home.key === upstream).map((value) => value.name);
    ties.push(names.length > 0 ? `"${key}" reads ${names.sort().join(", ")} of "${upstream}"` : `"${key}" says after=${upstream}`);
  });
  for (const [i, key] of cycle.entries()) {
    const draft = drafts.get(key)!;
    const upstream = path[i + 1]!;
    const others = cycle.filter((other) => other !== key).map((other) => ({
      ...placeInHeader(drafts.get(other)!.cell, (spans) => spans.line), message: `"${other}" is part of the cycle.`,
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
      const found = use.value && [...valuesOf(draft)].some((value) => value.name === name && value.home.key === upstream);
      if (found) return placeInSource(cell, use);
    }
  }
  return placeInHeader(cell, (spans) => spans.line);
}

/**
 * Instances arrive as instances: a task knows every class that a task upstream of it knows. The values that such a class
 * reads are of tasks further upstream, so this adds edges but never a cycle.
 */
function spreadClasses(sorted: readonly Draft[], names: Names): ReadonlyMap<string, readonly Definition[]> {
  const known = new Map<string, Set<Definition>>();
  for (const draft of sorted) {
    const mine = new Set<Definition>();
    for (const value of valuesOf(draft)) for (const one of known.get(value.home.key) ?? []) mine.add(one);
    for (const one of mine) draft.reach.addDefinition(one, true);
    for (const [unit, home] of [...draft.reach.units, ...draft.expand.units]) {
      for (const { name, sort } of unit.definitions) {
        const definition = sort === "class" || isClassConstant(unit) ? names.own.get(home)?.get(name) : undefined;
        if (definition && !definition.typeOnly) mine.add(definition);
      }
    }
    known.set(draft.cell.key, mine);
  }
  return new Map([...known].map(([key, definitions]) => [key, sortBy(definitions, (one) => one.name)]));
}

/** `const Model = class { … }`. */
function isClassConstant(unit: Unit): boolean {
  const node = unit.nodes[0];
  const declarator = node?.type === "VariableDeclaration" ? nodesAt(node, "declarations")[0] : node;
  const init = declarator?.type === "VariableDeclarator" ? nodeAt(declarator, "init") : undefined;
  return init !== undefined && unwrap(init).type === "ClassExpression";
}

/** Which values are stored, and for whom. */
function findWanted(drafts: readonly Draft[], outputs: readonly Definition[]): ReadonlyMap<Definition, string> {
  const wanted = new Map<Definition, string>();
  for (const output of outputs) if (output.travels === "value") wanted.set(output, "the notebook's outputs");
  for (const draft of drafts) for (const value of valuesOf(draft)) wanted.set(value, `"${draft.cell.key}"`);
  return wanted;
}

function toTask(
  draft: Draft,
  names: Names,
  classes: readonly Definition[],
  wanted: ReadonlyMap<Definition, string>,
  programs: ProgramCache,
): Task {
  const { cell, reach, expand } = draft;
  const { options, settings } = cell.parsed;
  const outputs = sortBy([...(names.own.get(cell)?.values() ?? [])].filter((one) => wanted.has(one)), (one) => one.storedName);
  const foreign = (values: Iterable<Definition>) =>
    [...new Set([...values].filter((one) => one.home !== cell).map((one) => one.storedName))].sort();
  const paramNames = new Set([...reach.params, ...expand.params].map((one) => one.name));
  const needs = new Map<string, Set<string>>(draft.after.map((key) => [key, new Set()]));
  for (const value of valuesOf(draft)) {
    const list = needs.get(value.home.key) ?? new Set();
    needs.set(value.home.key, list.add(value.storedName));
  }
  const key = programKey(draft, classes, outputs);
  const built = programs.get(key, () => {
    if (cell.kind !== "code") return { program: bodyOf(cell), expandProgram: undefined, fingerprint: fingerprint(cell, reach, expand, bodyOf(cell)) };
    const program = buildProgram({ cell, names, reach, outputs, classes, withOwnText: true });
    const expandProgram = cell.each && buildProgram({ cell, names, reach: expand, outputs: [], classes, withOwnText: false });
    return { program, expandProgram, fingerprint: fingerprint(cell, reach, expand, program) };
  });
  return {
    key: cell.key,
    title: cell.cell.title,
    cell: cell.cell.id,
    kind: cell.kind as Task["kind"],
    needs: sortBy(needs, ([task]) => task).map(([task, list]) => ({ task, names: [...list].sort() })),
    params: [...paramNames].sort(),
    outputs: outputs.map((one) => one.storedName),
    display: cell.analysis.display !== undefined,
    datasets: findDatasets(draft, names),
    ...built,
    reads: { task: foreign(reach.values), expand: foreign(expand.values) },
    settings,
    each: cell.each?.variables,
    when: cell.parsed.when,
    options: { ...options, after: [...draft.after].sort() },
  };
}

function bodyOf(cell: CompiledCell): Task["program"] {
  return {
    text: cell.cell.source, imports: [], lines: [], display: undefined, classes: [], ownClasses: [], dynamicImports: [], returns: [],
  };
}

/** All that a program is made of, by identity: unit numbers stand for texts. */
function programKey({ cell, reach, expand }: Draft, classes: readonly Definition[], outputs: readonly Definition[]): string {
  const parts = [cell.key, cell.cell.id, cell.kind, cell.parsed.each, cell.parsed.when, JSON.stringify(cell.parsed.settings)];
  const { image, network, secrets, gpu, join, on } = cell.parsed.options;
  parts.push(image, String(network), secrets.join(), String(gpu), join, on, cell.kind === "code" ? "" : cell.cell.source);
  for (const unit of cell.analysis.units) parts.push(String(unit.id));
  for (const one of [reach, expand]) {
    parts.push("|");
    for (const [unit, home] of one.units) parts.push(`${unit.id}@${home.cell.id}@${home.key}`);
    for (const definition of one.imports) parts.push(`${definition.name}@${definition.home.cell.id}@${definition.unit!.id}`);
    for (const definition of [...one.values, ...one.params]) parts.push(`${definition.storedName}@${definition.home.key}`);
  }
  for (const definition of [...classes, ...outputs]) parts.push(definition.storedName);
  return parts.join("\n");
}

/** Files that a task names: their hashes are part of its cache key. */
function findDatasets({ cell, reach, expand }: Draft, names: Names): Task["datasets"] {
  const found = new Set<string>();
  const parts: [ReturnType<typeof findReferences>, CompiledCell][] = ownUnits(cell).map((unit) => [unit.references, cell]);
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
