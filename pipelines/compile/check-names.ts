/** Assignments to and mutations of other cells' names, and names that hide a global. */
import { placeOfDefinition, isPrivate, type Names } from "./find-names";
import { knownGlobals } from "./known-globals";
import type { CompiledCell } from "./read-cells";
import { placeInSource, type Reporter } from "./reporter";

export function checkNames(cells: readonly CompiledCell[], names: Names, reporter: Reporter): void {
  for (const cell of cells) {
    for (const { references } of cell.analysis.units) {
      for (const { name, ...range } of references.assignments) {
        const definition = cell.eachNames.has(name) ? undefined : names.resolve(name, cell);
        if (!definition || definition.home === cell) continue;
        reporter.report(
          "foreign-assignment",
          placeInSource(cell, range),
          `"${name}" belongs to "${definition.home.key}": only that cell can assign it. Define a new name here, or move this there.`,
          [{ ...placeOfDefinition(definition), message: `"${name}" is defined here.` }],
        );
      }
      for (const { name, shown, ...range } of references.mutations) {
        const definition = cell.eachNames.has(name) ? undefined : names.resolve(name, cell);
        if (!definition || definition.home === cell || definition.travels === "import") continue;
        reporter.report(
          "foreign-mutation",
          placeInSource(cell, range),
          `${shown} changes this cell's own copy of "${name}"; "${definition.home.key}" and other cells never see it. Make a new value here, or do it there.`,
          [{ ...placeOfDefinition(definition), message: `"${name}" is defined here.` }],
        );
      }
    }
    for (const definition of names.own(cell).values()) {
      const { name, travels, typeOnly } = definition;
      // An import says plainly what it brings.
      if (!knownGlobals.has(name) || isPrivate(name) || typeOnly || travels === "import") continue;
      reporter.report(
        "shadowed-global",
        placeOfDefinition(definition),
        `"${name}" is a global of JavaScript or Node, and now means this in every cell. Choose another name.`,
      );
    }
  }
}
