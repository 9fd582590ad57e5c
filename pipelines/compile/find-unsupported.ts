/** Syntax that has no meaning in a cell: `unsupported-syntax`. */
import { forEachChild, isFunction, nameOf, nodeAt, nodesAt, type SyntaxNode } from "./syntax-node";

export interface Unsupported {
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

export function findUnsupported(program: SyntaxNode, text: string): readonly Unsupported[] {
  const found: Unsupported[] = [];
  const refuse: Refuse = ({ start, end }, message) => void found.push({ start, end, message });
  for (const statement of nodesAt(program, "body")) checkStatement(statement, refuse);
  if (/\bmeta\b|__heddle/.test(text)) checkWords(program, refuse);
  return found;
}

type Refuse = (range: { start: number; end: number }, message: string) => void;

/** Names that mean the machinery around a cell. */
function checkWords(node: SyntaxNode, refuse: Refuse): void {
  if (node.type === "MetaProperty" && nameOf(nodeAt(node, "meta")) === "import") {
    refuse(node, "A cell is no file: import.meta has no meaning. Use dataset(…) for files of the workspace.");
  } else if (nameOf(node) === "__heddle") {
    const end = node.start + "__heddle".length;
    refuse({ start: node.start, end }, `"__heddle" is the name of what runs a cell: choose another one.`);
  } else forEachChild(node, (child) => checkWords(child, refuse));
}

function checkStatement(node: SyntaxNode, refuse: Refuse): void {
  switch (node.type) {
    case "ExportDefaultDeclaration":
    case "TSExportAssignment":
      return refuse(firstLine(node), `A notebook has no default export. Give the value a name: export const name = ….`);
    case "ExportAllDeclaration":
    case "TSNamespaceExportDeclaration":
      return refuse(node, `export * cannot be an output. Import what you need and export names: export const name = ….`);
    case "TSImportEqualsDeclaration":
      return refuse(node, `import … = … is not supported. Write import name from "module".`);
    case "ExportNamedDeclaration": {
      if (node["source"])
        return refuse(node, `Exporting from another module cannot be an output. Import the name, then export a const of your own.`);
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
  } else if (mayHoldReturn.test(node.type) && !isFunction(node)) forEachChild(node, (child) => checkReturns(child, refuse));
}

function firstLine(node: SyntaxNode): { start: number; end: number } {
  return { start: node.start, end: Math.min(node.end, node.start + "export default".length) };
}
