/** What a task computes, as a hash: the same as long as nothing that changes its outcome does. */
import type { Program, TaskOptions } from "./dag";
import type { Reach } from "./reach";
import type { CompiledCell } from "./read-cells";
import { sha256 } from "./sha256";

export function fingerprint(cell: CompiledCell, reach: Reach, expand: Reach, program: Program): string {
  const units = new Set([...reach.units.keys(), ...expand.units.keys()]);
  const pieces = [...units]
    .map((unit) => unit.digest)
    .filter((digest) => digest !== "")
    .sort();
  const imports = program.imports.map(({ module, imported, local }) => [module, imported, local]);
  return sha256(
    JSON.stringify([
      cell.kind,
      cell.kind === "code" ? cell.analysis.ownDigest : cell.cell.source,
      cell.kind === "code" && cell.analysis.units.length === 0 && cell.analysis.display ? cell.analysis.text.trim() : "",
      pieces,
      imports,
      program.returns,
      program.classes,
      cell.each?.variables.map((one, i) => [one.name, cell.each!.sources[i]!.shape]) ?? [],
      cell.when?.shape ?? "",
      outcomeOptions(cell.parsed.options),
      cell.parsed.settings,
    ]),
  );
}

/** The options that can change what a task gives, not only when, where or how often it is tried. */
function outcomeOptions(options: TaskOptions): readonly unknown[] {
  return [options.image, options.network, options.secrets, options.gpu, options.join, options.on];
}
