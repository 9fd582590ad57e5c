import type { Unit } from "./analyse-cell";
import type { Names } from "./find-names";
import type { CompiledCell } from "./read-cells";
import { sortBy } from "./sort-by";

/** Definitions before those that mention them, where that is possible; otherwise by name. */
export function sortPieces(pieces: ReadonlySet<Unit>, homes: ReadonlyMap<Unit, CompiledCell>, names: Names): readonly Unit[] {
  const sorted: Unit[] = [];
  const seen = new Set<Unit>();
  const nameOf = (unit: Unit) => `${unit.definitions[0]?.name ?? ""} ${homes.get(unit)!.key}`;
  const visit = (unit: Unit): void => {
    if (seen.has(unit) || !pieces.has(unit)) return;
    seen.add(unit);
    for (const name of [...unit.references.uses.keys()].sort()) {
      const used = names.resolve(name, homes.get(unit)!);
      if (used?.unit) for (const one of [used.unit, ...used.merged]) visit(one);
    }
    sorted.push(unit);
  };
  for (const unit of sortBy(pieces, nameOf)) visit(unit);
  return sorted;
}
