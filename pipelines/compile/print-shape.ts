/**
 * A tree as a string that says what runs and nothing else: no positions, comments, parentheses or types. Two texts with
 * the same shape run alike, so formatting a cell leaves its task's fingerprint alone.
 */
import type { SyntaxNode } from "./syntax-node";

const skipped = new Set([
  "type",
  "start",
  "end",
  "loc",
  "range",
  "extra",
  "leadingComments",
  "innerComments",
  "trailingComments",
  "errors",
  "typeAnnotation",
  "typeParameters",
  "typeArguments",
  "returnType",
  "superTypeParameters",
  "implements",
  "declare",
  "definite",
  "accessibility",
  "abstract",
  "override",
  "readonly",
  "importKind",
  "exportKind",
  "predicate",
]);

const erased = new Set(["TSTypeAliasDeclaration", "TSInterfaceDeclaration", "TSDeclareFunction", "TSDeclareMethod", "EmptyStatement"]);
const transparent = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "ParenthesizedExpression",
]);

export function printShape(nodes: readonly SyntaxNode[]): string {
  let out = "";
  for (const node of nodes) out += print(node);
  return out;
}

/** "CallExpression" → "CaEx": what stands in a node tells apart those that share a short name. */
const shortTypes = new Map<string, string>();

function shorten(type: string): string {
  let short = shortTypes.get(type);
  if (short === undefined) shortTypes.set(type, (short = type.replace(/([A-Z][a-z]?)[a-z]*/g, "$1")));
  return short;
}

/** Fields come in the parser's order; one that is absent leaves a mark, so that none is taken for another. */
function print(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object") return value === undefined || value === false ? "-" : String(value);
  if (value === null) return "-";
  let out = "";
  if (Array.isArray(value)) {
    for (const one of value) out += print(one);
    return `[${out}]`;
  }
  // A template's `{ raw, cooked }`.
  if (!("type" in value)) return JSON.stringify(value);
  const node = value as SyntaxNode;
  if (erased.has(node.type) || node["declare"] === true) return "";
  if (transparent.has(node.type)) return print(node["expression"]);
  if (node.type === "ExportNamedDeclaration") return print(node["declaration"]);
  for (const key of Object.keys(node)) {
    // `optional` says something in a call chain; in a parameter or a property it is a type.
    if (!skipped.has(key) && (key !== "optional" || node.type.startsWith("Optional"))) out += print(node[key]);
  }
  return `(${shorten(node.type)} ${out})`;
}
