/** The names bound between a reference and the top of its cell. Values and types are bound apart. */
import { forEachChild, isFunction, nameOf, nodeAt, nodesAt, type SyntaxNode } from "./syntax-node";

export class Scope {
  private values: Set<string> | undefined;
  private types: Set<string> | undefined;

  constructor(private readonly parent: Scope | undefined) {}

  value(name: string): void {
    (this.values ??= new Set()).add(name);
  }

  type(name: string): void {
    (this.types ??= new Set()).add(name);
  }

  hasValue(name: string): boolean {
    return (this.values?.has(name) ?? false) || (this.parent?.hasValue(name) ?? false);
  }

  hasType(name: string): boolean {
    return (this.types?.has(name) ?? false) || (this.parent?.hasType(name) ?? false);
  }
}

/** Names that a declared pattern binds. */
export function bindingNames(pattern: SyntaxNode): readonly string[] {
  return bindingIdentifiers(pattern).map((node) => node["name"] as string);
}

export function bindingIdentifiers(pattern: SyntaxNode): readonly SyntaxNode[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern];
    case "ObjectPattern":
      return nodesAt(pattern, "properties").flatMap(bindingIdentifiers);
    case "ObjectProperty":
      return bindingIdentifiers(nodeAt(pattern, "value")!);
    case "ArrayPattern":
      return nodesAt(pattern, "elements").flatMap(bindingIdentifiers);
    case "AssignmentPattern":
      return bindingIdentifiers(nodeAt(pattern, "left")!);
    case "RestElement":
      return bindingIdentifiers(nodeAt(pattern, "argument")!);
    case "TSParameterProperty":
      return bindingIdentifiers(nodeAt(pattern, "parameter")!);
    default:
      return [];
  }
}

/** Declares what the statements of a block bind in the block itself. */
export function declareBlock(statements: readonly SyntaxNode[], scope: Scope): void {
  for (const statement of statements) {
    const node = (statement.type === "ExportNamedDeclaration" && nodeAt(statement, "declaration")) || statement;
    const name = nameOf(nodeAt(node, "id"));
    switch (node.type) {
      case "VariableDeclaration":
        // `var` belongs to the function; `declareVars` binds it there.
        if (node["kind"] === "var") break;
        for (const one of nodesAt(node, "declarations")) {
          for (const bound of bindingNames(nodeAt(one, "id")!)) scope.value(bound);
        }
        break;
      case "FunctionDeclaration":
      case "TSDeclareFunction":
        if (name) scope.value(name);
        break;
      case "ClassDeclaration":
      case "TSEnumDeclaration":
      case "TSModuleDeclaration":
        if (name) scope.value(name);
        if (name) scope.type(name);
        break;
      case "TSTypeAliasDeclaration":
      case "TSInterfaceDeclaration":
        if (name) scope.type(name);
        break;
    }
  }
}

/** Declares every `var` of a function's body, however deep. */
export function declareVars(statements: readonly SyntaxNode[], scope: Scope): void {
  for (const node of findVars(statements)) scope.value(node["name"] as string);
}

/** The identifiers bound by `var` in these statements, functions and classes left aside. */
export function findVars(statements: readonly SyntaxNode[]): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === "VariableDeclaration" && node["kind"] === "var") {
      for (const one of nodesAt(node, "declarations")) found.push(...bindingIdentifiers(nodeAt(one, "id")!));
    }
    if (holdsStatements(node)) forEachChild(node, visit);
  };
  statements.forEach(visit);
  return found;
}

function holdsStatements(node: SyntaxNode): boolean {
  if (isFunction(node)) return false;
  return /^(Block|If|For|ForIn|ForOf|While|DoWhile|Try|Switch|Labeled|With)Statement$|^(SwitchCase|CatchClause|ExportNamedDeclaration)$/.test(
    node.type,
  );
}
