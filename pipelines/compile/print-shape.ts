/**
 * A tree as a string that says what runs and nothing else: no positions, comments, parentheses or types. Two texts with
 * the same shape run alike, so formatting a cell leaves its task's fingerprint alone.
 */
import type { SyntaxNode } from "./syntax-node";

const skipped = new Set([
  "__clone", "type", "start", "end", "loc", "range", "extra", "leadingComments", "innerComments", "trailingComments", "errors",
  "typeAnnotation", "typeParameters", "typeArguments", "returnType", "superTypeParameters", "implements", "declare",
  "definite", "accessibility", "abstract", "override", "readonly", "importKind", "exportKind", "predicate",
]);

const erased = new Set(["TSTypeAliasDeclaration", "TSInterfaceDeclaration", "TSDeclareFunction", "TSDeclareMethod", "EmptyStatement"]);
const transparent = new Set([
  "TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "TSTypeAssertion", "TSInstantiationExpression",
  "ParenthesizedExpression",
]);

export function printShape(nodes: readonly SyntaxNode[]): string {
  const out: string[] = [];
  for (const node of nodes) print(node, out);
  return out.join("");
}

/** "CallExpression" → "CaEx": what stands in a node tells apart those that share a short name. */
const shortTypes = new Map<string, string>();

function shorten(type: string): string {
  let short = shortTypes.get(type);
  if (short === undefined) shortTypes.set(type, (short = type.replace(/([A-Z][a-z]?)[a-z]*/g, "$1")));
  return short;
}

/** Fields come in the parser's order; one that is absent leaves a mark, so that none is taken for another. */
function print(value: unknown, out: string[]): void {
  if (typeof value === "string") out.push(JSON.stringify(value));
  else if (typeof value !== "object") out.push(value === undefined || value === false ? "-" : String(value));
  else if (value === null) out.push("-");
  else if (Array.isArray(value)) {
    out.push("[");
    for (const one of value) print(one, out);
    out.push("]");
  } else if ("type" in value) {
    const node = value as SyntaxNode;
    if (erased.has(node.type) || node["declare"] === true) return;
    if (transparent.has(node.type)) return print(node["expression"], out);
    if (node.type === "ExportNamedDeclaration") return print(node["declaration"], out);
    out.push("(", shorten(node.type), " ");
    for (const key in node) {
      // `optional` says something in a call chain; in a parameter or a property it is a type.
      if (!skipped.has(key) && (key !== "optional" || node.type.startsWith("Optional"))) print(node[key], out);
    }
    out.push(")");
  } else {
    // A template's `{ raw, cooked }`.
    out.push(JSON.stringify(value));
  }
}
