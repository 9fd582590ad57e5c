/** Headers of [script] cells: what runs them, and the names they read. */
import type { Names } from "./find-names";
import { readNames, isOneEditAway } from "./parse-options";
import type { CompiledCell } from "./read-cells";
import { placeInHeader, placeOfOption, type Reporter } from "./reporter";
import { isName } from "./reserved-names";

export function checkScripts(cells: readonly CompiledCell[], names: Names, reporter: Reporter): void {
  for (const cell of cells) if (cell.kind === "script") checkScript(cell, cells, names, reporter);
}

function checkScript(cell: CompiledCell, cells: readonly CompiledCell[], names: Names, reporter: Reporter): void {
  const { run, in: read } = cell.parsed.settings;
  const refuse = (option: string, message: string) => {
    reporter.bar(cell);
    reporter.report("bad-header", option === "" ? placeInHeader(cell, (spans) => spans.kind) : placeOfOption(cell, option), message);
  };
  if (run === undefined || run.trim() === "") {
    const option = run === undefined ? "" : "run";
    refuse(option, `A [script] cell needs run=, the program that reads its text, such as run=python, run=bash or run=Rscript.`);
  }
  const wanted = read === undefined ? undefined : readNames(read);
  if (wanted && !("value" in wanted)) return refuse("in", `in= needs ${wanted.wanted}, not "${read}".`);
  for (const name of wanted?.value ?? []) {
    const found = isName(name) ? names.resolve(name, cell) : undefined;
    if (!isName(name)) refuse("in", `"${name}" cannot be a name: in= takes names of values, such as in=rows,labels.`);
    else if (!found) refuse("in", `No cell defines "${name}", which in= reads.${offer(name, cells)}`);
    else if (found.home === cell)
      refuse("in", `"${name}" is what this cell gives (out=): it cannot read it too. Call one of them otherwise.`);
    else if (found.typeOnly || found.travels === "import" || found.travels === "portable") {
      refuse(
        "in",
        `"${name}" travels as source (a function, a class, a type or an import), which no script can read. Compute a value with it in a code cell.`,
      );
    }
  }
}

function offer(name: string, cells: readonly CompiledCell[]): string {
  for (const { definitions } of cells) {
    for (const { name: known, travels } of definitions.values()) {
      if ((travels === "value" || travels === "param") && isOneEditAway(known, name)) return ` Did you mean "${known}"?`;
    }
  }
  return "";
}
