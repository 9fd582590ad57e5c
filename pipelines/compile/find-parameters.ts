/** The statements of a `[params]` cell: each declarator, and what can be read of a parameter in it. */
import type { Parameter } from "./dag";
import { parseCell } from "./parse-cell";
import { readParam, type ParamFault } from "./read-params";
import { nameOf, nodeAt, nodesAt, unwrap, type SyntaxNode } from "./syntax-node";

export interface ParamStatement {
  readonly start: number;
  readonly end: number;
  /** What is called to make the value: `param`, if that is what the name means. */
  readonly callee: string | undefined;
  /** The one name that is declared, with `const`. */
  readonly name: string | undefined;
  readonly parameter: Parameter | undefined;
  readonly faults: readonly ParamFault[];
}

export function findParameters(text: string): readonly ParamStatement[] {
  const { program } = parseCell(text);
  return program ? nodesAt(program, "body").flatMap(toStatements) : [];
}

const declarations = new Set([
  "ImportDeclaration",
  "EmptyStatement",
  "FunctionDeclaration",
  "ClassDeclaration",
  "ExportDefaultDeclaration",
  "ExportAllDeclaration",
]);

function toStatements(statement: SyntaxNode): readonly ParamStatement[] {
  const node = statement.type === "ExportNamedDeclaration" ? nodeAt(statement, "declaration") : statement;
  if (!node || declarations.has(node.type) || node.type.startsWith("TS") || node["declare"] === true) return [];
  const declarators = node.type === "VariableDeclaration" ? nodesAt(node, "declarations") : [node];
  return declarators.flatMap((one) => toStatement(one, node["kind"]));
}

function toStatement(declarator: SyntaxNode, word: unknown): readonly ParamStatement[] {
  const init = declarator.type === "VariableDeclarator" ? nodeAt(declarator, "init") : undefined;
  const value = init && unwrap(init);
  // `const half = (x: number) => x / 2` runs nothing: it travels as source.
  if (word === "const" && value && /^(?:Function|ArrowFunction|Class)Expression$/.test(value.type)) return [];
  const isCall = value?.type === "CallExpression";
  const callee = isCall ? nameOf(nodeAt(value, "callee")) : undefined;
  const name = word === "const" ? nameOf(nodeAt(declarator, "id")) : undefined;
  const read = isCall && name !== undefined ? readParam(name, value) : { parameter: undefined, faults: [] };
  return [{ start: declarator.start, end: declarator.end, callee, name, ...read }];
}
