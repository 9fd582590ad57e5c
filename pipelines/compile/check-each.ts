/** Names in `each`, `when` and `on`: what they may mention. */
import type { Names } from "./find-names";
import { knownGlobals } from "./known-globals";
import type { ParsedExpression } from "./parse-each";
import type { CompiledCell } from "./read-cells";
import { placeInSource, placeOfOption, type Reporter } from "./reporter";

export function checkEach(cells: readonly CompiledCell[], names: Names, reporter: Reporter): void {
  for (const cell of cells) {
    const refuse = (option: "each" | "when", message: string) => {
      reporter.bar(cell);
      reporter.report(option === "each" ? "bad-each" : "bad-when", placeOfOption(cell, option), message);
    };
    for (const name of cell.eachNames) {
      const own = names.own(cell).get(name);
      if (!own?.declaration) continue;
      reporter.bar(cell);
      reporter.report(
        "bad-each",
        placeInSource(cell, own.declaration),
        `"${name}" is already bound by each: give this, or the element, another name.`,
      );
    }
    for (const source of cell.each?.sources ?? []) {
      for (const name of source.references.uses.keys()) {
        if (cell.eachNames.has(name))
          refuse("each", `"${name}" is an element and cannot say what to go over: the lists of each do not depend on one another.`);
      }
      checkExpression("each", source, cell, names, refuse);
    }
    if (cell.when) checkExpression("when", cell.when, cell, names, refuse);
  }
}

function checkExpression(
  option: "each" | "when",
  expression: ParsedExpression,
  cell: CompiledCell,
  names: Names,
  refuse: (option: "each" | "when", message: string) => void,
): void {
  for (const [name, use] of expression.references.uses) {
    if (cell.eachNames.has(name) || !use.value) continue;
    const definition = names.resolve(name, cell);
    if (!definition) {
      if (!knownGlobals.has(name)) refuse(option, `${option} mentions "${name}", which no cell defines.`);
    } else if (definition.home === cell && definition.travels === "value") {
      refuse(
        option,
        `${option} is asked before the cell runs, so it cannot read "${name}", which the cell itself makes. Make it in a cell before.`,
      );
    }
  }
  for (const { name } of expression.references.assignments) refuse(option, `${option} is a question: it cannot assign "${name}".`);
}
