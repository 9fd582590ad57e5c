/** Syntax that has no meaning in a cell: `unsupported-syntax`. */
import type { CellAnalysis } from "./analyse-cell";
import { placeInSource, type Located, type Reporter } from "./reporter";
import { forEachChild, isFunction, nameOf, nodeAt, nodesAt, type SyntaxNode } from "./syntax-node";

export function checkUnsupported(cell: Located, { program, units }: CellAnalysis, reporter: Reporter): void {
  if (!program) return;
  const refuse = (range: { start: number; end: number }, message: string) => {
    reporter.bar(cell);
    reporter.report("unsupported-syntax", placeInSource(cell, range), message);
  };
  for (const statement of nodesAt(program, "body")) checkStatement(statement, refuse);
  for (const unit of units) {
    for (const start of unit.references.importMetas) {
      refuse(
        { start, end: start + "import.meta".length },
        "A cell is no file: import.meta has no meaning. Use dataset(…) for files of the workspace.",
      );
    }
  }
}

type Refuse = (range: { start: number; end: number }, message: string) => void;

function checkStatement(node: SyntaxNode, refuse: Refuse): void {
  switch (node.type) {
    case "ExportDefaultDeclaration":
    case "TSExportAssignment":
      return refuse(firstLine(node), `A notebook has no default export. Give the value a name: export const name = ….`);
    case "ExportAllDeclaration":
    case "TSNamespaceExportDeclaration":
      return refuse(
        node,
        `export * cannot be an output. Import what you need and export names: export const name = ….`,
      );
    case "TSImportEqualsDeclaration":
      return refuse(node, `import … = … is not supported. Write import name from "module".`);
    case "ExportNamedDeclaration": {
      if (node["source"])
        return refuse(
          node,
          `Exporting from another module cannot be an output. Import the name, then export a const of your own.`,
        );
      for (const one of nodesAt(node, "specifiers")) {
        const local = nodeAt(one, "local");
        const exported = nodeAt(one, "exported");
        if (nameOf(local) !== nameOf(exported)) {
          refuse(
            one,
            `An output has the name of its variable. Write export const ${nameOf(exported) ?? "name"} = ${nameOf(local) ?? "…"}.`,
          );
        }
      }
      const declaration = nodeAt(node, "declaration");
      if (declaration) checkReturns(declaration, refuse);
      return;
    }
    default:
      checkReturns(node, refuse);
  }
}

const mayHoldReturn = /Statement$|^(SwitchCase|CatchClause)$/;

function checkReturns(node: SyntaxNode, refuse: Refuse): void {
  if (node.type === "ReturnStatement") {
    refuse(node, `A cell cannot return. The last expression is its display; wrap code that ends early in a function.`);
  } else if (mayHoldReturn.test(node.type) && !isFunction(node))
    forEachChild(node, (child) => checkReturns(child, refuse));
}

function firstLine(node: SyntaxNode): { start: number; end: number } {
  return { start: node.start, end: Math.min(node.end, node.start + "export default".length) };
}
