/** The `[params]` cell: reads its parameters, refuses what else stands in it, and `param` elsewhere. */
import type { Parameter } from "./dag";
import type { Draft } from "./draft-task";
import { placeOfDefinition, type Definition, type Names } from "./find-names";
import type { CompiledCell } from "./read-cells";
import { placeInSource, type Reporter } from "./reporter";

export interface Params {
  readonly parameters: readonly Parameter[];
  reportUnused(drafts: Iterable<Draft>, outputs: readonly Definition[]): void;
}

const form = `Write: const name = param(default, { … }).`;

export function checkParams(cells: readonly CompiledCell[], names: Names, reporter: Reporter): Params {
  const parameters: Parameter[] = [];
  const definitions: Definition[] = [];
  const home = cells.find((cell) => cell.kind === "params");
  for (const cell of cells) {
    if (cell.kind !== "params") checkElsewhere(cell, names, reporter);
  }
  for (const { name, callee, parameter, faults, ...range } of home?.paramStatements ?? []) {
    const isCall = callee !== undefined && isParam(callee, home!, names, true);
    if (!isCall || name === undefined) {
      const message = isCall
        ? `A parameter is one const. ${form}`
        : `Nothing runs in the [params] cell, it only declares parameters. ${form} Other code goes into a code cell.`;
      reporter.report("bad-param", placeInSource(home!, range), message);
      continue;
    }
    for (const fault of faults) reporter.report("bad-param", placeInSource(home!, fault), fault.message);
    const definition = names.own(home!).get(name);
    if (!parameter || !definition) continue;
    parameters.push(parameter);
    definitions.push(definition);
  }
  return {
    parameters,
    reportUnused(drafts, outputs) {
      const used = new Set<Definition>(outputs);
      for (const { reach, expand } of drafts) {
        for (const one of reach.params) used.add(one);
        for (const one of expand.params) used.add(one);
      }
      for (const definition of definitions) {
        if (used.has(definition)) continue;
        reporter.report(
          "unused-param",
          placeOfDefinition(definition),
          `No task reads the parameter "${definition.name}". Use it or remove it.`,
        );
      }
    },
  };
}

function isParam(name: string, home: CompiledCell, names: Names, unimported: boolean): boolean {
  const definition = names.resolve(name, home);
  if (!definition) return unimported && name === "param";
  const from = definition.declaration?.import;
  return from?.module === "heddle" && from.imported === "param";
}

function checkElsewhere(cell: CompiledCell, names: Names, reporter: Reporter): void {
  for (const [name, calls] of cell.analysis.calls) {
    if (!isParam(name, cell, names, false)) continue;
    for (const range of calls) {
      reporter.report(
        "bad-param",
        placeInSource(cell, range),
        `Parameters stand in the [params] cell, so that the form can show them before a run. Move this there.`,
      );
    }
  }
}
