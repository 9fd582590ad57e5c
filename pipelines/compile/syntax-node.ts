/** A node of Babel's tree as this folder walks it: by type and key, without a class per node. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export function nodeAt(node: SyntaxNode, key: string): SyntaxNode | undefined {
  return (node[key] ?? undefined) as SyntaxNode | undefined;
}

export function nodesAt(node: SyntaxNode, key: string): readonly SyntaxNode[] {
  const list = node[key];
  return Array.isArray(list) ? (list as (SyntaxNode | null)[]).filter((one) => one !== null) : [];
}

export function nameOf(node: SyntaxNode | undefined): string | undefined {
  return node?.type === "Identifier" ? (node["name"] as string) : undefined;
}

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
]);

/** Calls `visit` for every child node, whatever the type. */
export function forEachChild(node: SyntaxNode, visit: (child: SyntaxNode) => void): void {
  for (const key of Object.keys(node)) {
    if (skipped.has(key)) continue;
    const value = node[key];
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (const one of value as (SyntaxNode | null)[]) if (one && typeof one.type === "string") visit(one);
    } else if (typeof (value as SyntaxNode).type === "string") visit(value as SyntaxNode);
  }
}

const wrappers = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "ParenthesizedExpression",
]);

/** The expression under parentheses and type assertions. */
export function unwrap(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (wrappers.has(inner.type)) inner = nodeAt(inner, "expression")!;
  return inner;
}

export function isFunction(node: SyntaxNode | undefined): boolean {
  return node?.type === "FunctionExpression" || node?.type === "ArrowFunctionExpression";
}
