/** Which cell defines which name. Reports names with two defining cells. */
import type { Unit } from "./analyse-cell";
import type { Declaration } from "./find-declarations";
import type { CompiledCell } from "./read-cells";
import { placeInSource, placeOfOption, type Reporter } from "./reporter";
import type { Place } from "./dag";

export interface Definition {
  readonly name: string;
  readonly home: CompiledCell;
  /** How it travels: `import` and `portable` as source, `value` and `param` as data. */
  readonly travels: "import" | "portable" | "value" | "param";
  readonly typeOnly: boolean;
  readonly exported: boolean;
  /** Undefined for a name given by a header. */
  readonly declaration: Declaration | undefined;
  readonly unit: Unit | undefined;
  /** The name under which a value is stored: its own, made unique where several cells have a private of that name. */
  readonly storedName: string;
}

export interface Names {
  /** Definitions of a cell by name; a repeated declaration in one cell (overloads) counts once. */
  readonly own: ReadonlyMap<CompiledCell, ReadonlyMap<string, Definition>>;
  /** Public names of the notebook. */
  readonly shared: ReadonlyMap<string, Definition>;
  resolve(name: string, from: CompiledCell): Definition | undefined;
}

export function findNames(cells: readonly CompiledCell[], reporter: Reporter): Names {
  const own = new Map<CompiledCell, Map<string, Definition>>();
  const shared = new Map<string, Definition>();
  const repeated = findRepeatedPrivates(cells);
  const clashes = new Map<string, Definition[]>();
  for (const home of cells) {
    const mine = new Map<string, Definition>();
    own.set(home, mine);
    const add = (definition: Definition) => {
      const { name } = definition;
      const before = mine.get(name);
      // A type and a value of one name, or overloads: what runs is what counts.
      if (!before || (before.typeOnly && !definition.typeOnly)) mine.set(name, definition);
    };
    for (const declaration of home.analysis.declarations) {
      const { name, unit } = declaration;
      const storedName = repeated.has(name) ? `${name}$${home.key.replace(/[^\p{ID_Continue}]/gu, "_")}` : name;
      const travels = unit.role === "import" ? "import" : unit.role === "portable" ? "portable" : home.kind === "params" ? "param" : "value";
      add({ name, home, travels, typeOnly: declaration.typeOnly, exported: declaration.exported, declaration, unit, storedName });
    }
    for (const { name } of home.headerNames) {
      add({ name, home, travels: "value", typeOnly: false, exported: false, declaration: undefined, unit: undefined, storedName: name });
    }
    for (const [name, definition] of mine) {
      if (isPrivate(name)) continue;
      const first = shared.get(name);
      if (!first) shared.set(name, definition);
      else if (isSameImport(first, definition)) {
        // The one that is kept at run time stands for both.
        if (first.typeOnly && !definition.typeOnly) shared.set(name, definition);
      } else {
        const list = clashes.get(name) ?? [first];
        list.push(definition);
        clashes.set(name, list);
      }
    }
  }
  for (const [name, list] of clashes) reportDuplicates(name, list, reporter);
  return {
    own,
    shared,
    resolve: (name, from) => own.get(from)?.get(name) ?? (isPrivate(name) ? undefined : shared.get(name)),
  };
}

export function isPrivate(name: string): boolean {
  return name.startsWith("_");
}

export function placeOfDefinition(definition: Definition): Place {
  const { home, declaration, name } = definition;
  if (declaration) return placeInSource(home, declaration);
  return placeOfOption(home, home.headerNames.find((one) => one.name === name)?.option ?? "");
}

function findRepeatedPrivates(cells: readonly CompiledCell[]): ReadonlySet<string> {
  const seen = new Map<string, CompiledCell>();
  const repeated = new Set<string>();
  for (const home of cells) {
    for (const { name } of home.analysis.declarations) {
      if (!isPrivate(name)) continue;
      if ((seen.get(name) ?? home) !== home) repeated.add(name);
      seen.set(name, home);
    }
  }
  return repeated;
}

function isSameImport(a: Definition, b: Definition): boolean {
  const left = a.declaration?.import;
  const right = b.declaration?.import;
  return left !== undefined && left.module === right?.module && left.imported === right.imported;
}

function reportDuplicates(name: string, list: readonly Definition[], reporter: Reporter): void {
  for (const one of list) {
    const others = list.filter((other) => other !== one);
    const where = others.map((other) => `"${other.home.key}"`).join(" and ");
    reporter.report(
      "duplicate-name",
      placeOfDefinition(one),
      `"${name}" is also defined in ${where}. One name has one defining cell: rename one, or write _${name} to keep it to its cell.`,
      others.map((other) => ({ ...placeOfDefinition(other), message: `"${name}" is defined here too.` })),
    );
  }
}
