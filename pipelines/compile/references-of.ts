/** All that a task's program touches: its own text, its conditions and sources, and the portable definitions that they reach. */
import type { Draft } from "./draft-task";
import type { Names } from "./find-names";
import type { References } from "./find-references";
import type { CompiledCell } from "./read-cells";

/** Each with the cell whose names it means. */
export function referencesOf({ cell, reach, expand }: Draft): [References, CompiledCell][] {
  const parts: [References, CompiledCell][] = cell.analysis.ownUnits.map((unit) => [unit.references, cell]);
  for (const one of [cell.when, ...(cell.each?.sources ?? [])]) if (one) parts.push([one.references, cell]);
  for (const one of [reach, expand]) for (const [unit, home] of one.units) parts.push([unit.references, home]);
  return parts;
}

/** Whether a name in a cell is this export of a module: "*" is the module itself. */
export function isImportOf(names: Names, module: string): (name: string, home: CompiledCell, imported: string) => boolean {
  return (name, home, imported) => {
    const from = names.resolve(name, home)?.declaration?.import;
    return from?.module === module && from.imported === imported;
  };
}
