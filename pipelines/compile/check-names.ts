/** Assignments to and mutations of other cells' names, and names that hide a global. */
import type { CellAnalysis } from "./analyse-cell";
import { isPrivate, placeOfDefinition, type Definition, type Names } from "./find-names";
import { knownGlobals } from "./known-globals";
import type { CompiledCell } from "./read-cells";
import { placeInSource, type Located, type Reporter } from "./reporter";

export function checkNames(cells: readonly CompiledCell[], names: Names, reporter: Reporter): void {
  for (const cell of cells) {
    const { assignments, mutations } = cell.analysis;
    for (const { name, ...range } of assignments) {
      const definition = findForeign(name, cell, names);
      if (!definition) continue;
      reporter.report(
        "foreign-assignment",
        placeInSource(cell, range),
        `"${name}" belongs to "${definition.home.key}": only that cell can assign it. Define a new name here, or move this there.`,
        [{ ...placeOfDefinition(definition), message: `"${name}" is defined here.` }],
      );
    }
    for (const { name, shown, ...range } of mutations) {
      const definition = findForeign(name, cell, names);
      if (!definition || definition.travels === "import") continue;
      reporter.report(
        "foreign-mutation",
        placeInSource(cell, range),
        `${shown} changes this cell's own copy of "${name}"; "${definition.home.key}" and other cells never see it. Make a new value here, or do it there.`,
        [{ ...placeOfDefinition(definition), message: `"${name}" is defined here.` }],
      );
    }
  }
}

function findForeign(name: string, cell: CompiledCell, names: Names): Definition | undefined {
  const definition = cell.eachNames.has(name) ? undefined : names.resolve(name, cell);
  return definition?.home === cell ? undefined : definition;
}

/** An import says plainly what it brings, a type hides nothing that runs. */
export function checkGlobals(cell: Located, { declarations }: CellAnalysis, reporter: Reporter): void {
  for (const { name, sort, typeOnly, start, end } of declarations) {
    if (!knownGlobals.has(name) || isPrivate(name) || typeOnly || sort === "import") continue;
    reporter.report(
      "shadowed-global",
      placeInSource(cell, { start, end }),
      `"${name}" is a global of JavaScript or Node, and now means this in every cell. Choose another name.`,
    );
  }
}
