/** Names marked with `export`: shown on the run's page, returned by the API and to a calling notebook. */
import type { Definition, Names } from "./find-names";
import type { CompiledCell } from "./read-cells";
import { placeInSource, type Reporter } from "./reporter";

/** Values and parameters only: portable definitions may be exported, but are no outputs of a run. */
export function findOutputs(cells: readonly CompiledCell[], names: Names, reporter: Reporter): readonly Definition[] {
  const found = new Set<Definition>();
  for (const cell of cells) {
    for (const definition of names.own(cell).values()) if (definition.exported) found.add(definition);
    for (const { name, ...range } of cell.analysis.exports) {
      const definition = names.resolve(name, cell);
      if (definition) found.add(definition);
      else reporter.report("unsupported-syntax", placeInSource(cell, range), `No cell defines "${name}", so it cannot be exported.`);
    }
  }
  return [...found].filter((one) => one.travels === "value" || one.travels === "param");
}
