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
  /** Further portable units of the name: the rest of an enum or a namespace that is written in parts. */
  readonly merged: readonly Unit[];
}

export interface Names {
  /** Definitions of a cell by name; a repeated declaration in one cell (overloads) counts once. */
  own(cell: CompiledCell): ReadonlyMap<string, Definition>;
  resolve(name: string, from: CompiledCell): Definition | undefined;
  /** The definition that a cell without one of its own means. */
  shared(name: string): Definition | undefined;
  /** The name under which a value is stored: its own, made unique where several cells have a private of that name. */
  storedName(definition: Definition): string;
  /** Changes when `storedName` might. */
  readonly repeatedPrivates: string;
}

export function findNames(cells: readonly CompiledCell[], reporter: Reporter): Names {
  const shared = new Map<string, Definition>();
  const clashes = new Map<string, Definition[]>();
  const privates = new Set<string>();
  const repeated = new Set<string>();
  for (const home of cells) {
    for (const [name, definition] of home.definitions) {
      if (isPrivate(name)) {
        if (privates.has(name)) repeated.add(name);
        privates.add(name);
        continue;
      }
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
    own: (cell) => cell.definitions,
    resolve: (name, from) => from.definitions.get(name) ?? (isPrivate(name) ? undefined : shared.get(name)),
    shared: (name) => shared.get(name),
    storedName: ({ name, home }) => (repeated.has(name) ? `${name}$${home.key.replace(/[^\p{ID_Continue}]/gu, "_")}` : name),
    repeatedPrivates: [...repeated].sort().join(),
  };
}

/** What a cell defines, made once per cell read: what is unchanged can be told by identity, compile after compile. */
export function toDefinitions(home: CompiledCell): ReadonlyMap<string, Definition> {
  const own = new Map<string, Definition>();
  for (const declaration of home.analysis.declarations) {
    const { name, unit, typeOnly, exported } = declaration;
    const before = own.get(name);
    if (before && typeOnly) continue;
    if (before && !before.typeOnly) {
      if (unit.role === "portable" && unit !== before.unit) own.set(name, { ...before, merged: [...before.merged, unit] });
      continue;
    }
    // A type and a value of one name, or overloads: what runs is what counts.
    const data = home.kind === "params" ? "param" : "value";
    const travels = unit.role === "import" || unit.role === "portable" ? unit.role : data;
    own.set(name, { name, home, travels, typeOnly, exported, declaration, unit, merged: [] });
  }
  for (const { name } of home.headerNames) {
    if (own.has(name)) continue;
    own.set(name, {
      name,
      home,
      travels: "value",
      typeOnly: false,
      exported: false,
      declaration: undefined,
      unit: undefined,
      merged: [],
    });
  }
  return own;
}

export function isPrivate(name: string): boolean {
  return name.startsWith("_");
}

export function placeOfDefinition(definition: Definition): Place {
  const { home, declaration, name } = definition;
  if (declaration) return placeInSource(home, declaration);
  return placeOfOption(home, home.headerNames.find((one) => one.name === name)?.option ?? "");
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
