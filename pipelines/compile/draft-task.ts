/** What a cell's task reaches and needs, before it has a program. */
import { sqlOf } from "./check-sql";
import type { Definition, Names } from "./find-names";
import { readNames } from "./parse-options";
import { Reach } from "./reach";
import type { CompiledCell } from "./read-cells";

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
  /** Classes that its program holds. */
  readonly classes: readonly Definition[];
}

/** `arriving` are classes whose instances may come in. */
export function draftTask(cell: CompiledCell, names: Names, after: readonly string[], arriving: Iterable<Definition> = []): Draft {
  const reach = new Reach(names, cell);
  const expand = new Reach(names, cell);
  for (const unit of cell.analysis.ownUnits) reach.add(unit.references, cell);
  if (cell.when) reach.add(cell.when.references, cell);
  for (const source of cell.each?.sources ?? []) expand.add(source.references, cell);
  for (const name of namesOfBody(cell)) {
    const definition = names.resolve(name, cell);
    if (definition && definition.home !== cell) reach.addDefinition(definition, true);
  }
  for (const one of arriving) reach.addDefinition(one, true);
  const values = [...new Set([...reach.values, ...expand.values])].filter((value) => value.home !== cell);
  const upstream = [...new Set([...after, ...values.map((value) => value.home.key)])];
  return { cell, reach, expand, after, values, upstream, classes: [...findClasses(reach, names), ...findClasses(expand, names)] };
}

/** Names that a script, a query or the text of an approval says it reads. */
function namesOfBody(cell: CompiledCell): readonly string[] {
  const given = cell.parsed.settings["in"];
  const read = given === undefined ? undefined : readNames(given);
  if (cell.kind === "sql") {
    const { tables, parameters } = sqlOf(cell);
    return [...(read && "value" in read ? read.value : []), ...[...tables, ...parameters].map(({ name }) => name)];
  }
  if (read && "value" in read) return read.value;
  // `${error}` in the text of an approval shows the value to whoever is asked.
  if (cell.kind === "approval")
    return [...cell.cell.source.matchAll(/\$\{([\p{ID_Start}$_][\p{ID_Continue}$]*)\}/gu)].map((match) => match[1]!);
  return [];
}

/** Whether the names that there are now would give the same draft. */
export function isCurrent({ reach, expand }: Draft, names: Names): boolean {
  return reach.isCurrent(names) && expand.isCurrent(names);
}

function findClasses({ units }: Reach, names: Names): readonly Definition[] {
  const found: Definition[] = [];
  for (const [unit, home] of units) {
    if (!unit.traits.isClass) continue;
    for (const { name } of unit.definitions) {
      const definition = names.own(home).get(name);
      if (definition && !definition.typeOnly) found.push(definition);
    }
  }
  return found;
}
