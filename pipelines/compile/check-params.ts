/** The `[params]` cell: reads its parameters, refuses what else stands in it, and `param` elsewhere. */
import type { Parameter } from "./dag";
import type { Draft } from "./build-tasks";
import { placeOfDefinition, type Definition, type Names } from "./find-names";
import { readParam } from "./read-params";
import type { CompiledCell } from "./read-cells";
import { placeInSource, type Reporter } from "./reporter";
import { nameOf, nodeAt, nodesAt, unwrap, type SyntaxNode } from "./syntax-node";

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
  for (const unit of home?.analysis.units ?? []) {
    if (unit.role !== "value" && unit.role !== "statement") continue;
    for (const node of unit.nodes) {
      const declarators = node.type === "VariableDeclaration" ? nodesAt(node, "declarations") : [node];
      for (const declarator of declarators) {
        const call = findCall(declarator, home!, names);
        const name = nameOf(nodeAt(declarator, "id"));
        if (!call || name === undefined || node["kind"] === "let" || node["kind"] === "var") {
          const message = call
            ? `A parameter is one const. ${form}`
            : `Nothing runs in the [params] cell, it only declares parameters. ${form} Other code goes into a code cell.`;
          reporter.report("bad-param", placeInSource(home!, declarator), message);
          continue;
        }
        const { parameter, faults } = readParam(name, call);
        for (const fault of faults) reporter.report("bad-param", placeInSource(home!, fault), fault.message);
        const definition = names.own(home!).get(name);
        if (!parameter || !definition) continue;
        parameters.push(parameter);
        definitions.push(definition);
      }
    }
  }
  return {
    parameters,
    reportUnused(drafts, outputs) {
      const used = new Set<Definition>(outputs);
      for (const { reach, expand } of drafts) for (const one of [...reach.params, ...expand.params]) used.add(one);
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

/** The call of `param` that a declarator is initialised with. */
function findCall(declarator: SyntaxNode, home: CompiledCell, names: Names): SyntaxNode | undefined {
  const init = declarator.type === "VariableDeclarator" ? nodeAt(declarator, "init") : undefined;
  const call = init && unwrap(init);
  if (call?.type !== "CallExpression") return undefined;
  const name = nameOf(nodeAt(call, "callee"));
  return name !== undefined && isParam(name, home, names, true) ? call : undefined;
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
