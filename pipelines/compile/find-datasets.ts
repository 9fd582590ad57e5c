import type { Task } from "./dag";
import type { Draft } from "./draft-task";
import type { Names } from "./find-names";
import type { References } from "./find-references";
import type { CompiledCell } from "./read-cells";

/** Files that a task names: their hashes are part of its cache key. */
export function findDatasets({ cell, reach, expand }: Draft, names: Names): Task["datasets"] {
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
