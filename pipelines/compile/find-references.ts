/**
 * What a piece of a cell's tree touches: free names in value and type position, assignments to them, plain mutations of
 * them, calls worth knowing. One walk, scopes resolved on the way; names bound at the top of the cell count as free.
 */
import { findMutatingCall, findMutatingStatement, findWrite, type Mutation } from "./find-mutations";
import { bindingNames, declareBlock, declareVars, Scope } from "./scope";
import { forEachChild, nameOf, nodeAt, nodesAt, unwrap, type SyntaxNode } from "./syntax-node";
import type { Touch } from "./touch";
import { openTypeParameters, walkType, type Position, type TypeVisitor } from "./walk-types";

export interface References {
  readonly uses: ReadonlyMap<string, Use>;
  readonly assignments: readonly Touch[];
  readonly mutations: readonly Mutation[];
  /** Calls of free names: which, and the first argument when it is a plain string. */
  readonly calls: readonly (Touch & { readonly argument: string | undefined })[];
  /** Offsets of the word `import` in `import(…)`. */
  readonly dynamicImports: readonly number[];
}

export interface Use {
  readonly value: boolean;
  readonly type: boolean;
  readonly start: number;
  readonly end: number;
}

/** `onUse` hears of every place, not only the first of each name. */
export function findReferences(nodes: readonly SyntaxNode[], onUse?: (name: string, start: number) => void): References {
  const walker = new Walker(onUse);
  const scope = new Scope(undefined);
  for (const node of nodes) walker.walk(node, scope);
  return walker;
}

class Walker implements References, TypeVisitor {
  readonly uses = new Map<string, Use>();
  readonly assignments: Touch[] = [];
  readonly mutations: Mutation[] = [];
  readonly calls: (Touch & { argument: string | undefined })[] = [];
  readonly dynamicImports: number[] = [];

  constructor(private readonly onUse: ((name: string, start: number) => void) | undefined) {}

  walk(node: SyntaxNode | undefined, scope: Scope): void {
    if (!node) return;
    switch (node.type) {
      case "Identifier":
        this.use(node, scope, "value");
        this.walk(nodeAt(node, "typeAnnotation"), scope);
        return;
      case "MemberExpression":
      case "OptionalMemberExpression":
        this.walk(nodeAt(node, "object"), scope);
        if (node["computed"]) this.walk(nodeAt(node, "property"), scope);
        return;
      case "ObjectProperty":
        if (node["computed"]) this.walk(nodeAt(node, "key"), scope);
        this.walk(nodeAt(node, "value"), scope);
        return;
      case "CallExpression":
      case "OptionalCallExpression":
        this.call(node, scope);
        forEachChild(node, (child) => this.walk(child, scope));
        return;
      case "ExpressionStatement":
        this.mutation(findMutatingStatement(nodeAt(node, "expression")!, scope));
        this.walk(nodeAt(node, "expression"), scope);
        return;
      case "AssignmentExpression":
        this.assign(nodeAt(node, "left")!, scope);
        this.walk(nodeAt(node, "right"), scope);
        return;
      case "UpdateExpression":
        this.assign(nodeAt(node, "argument")!, scope);
        return;
      case "UnaryExpression":
        if (node["operator"] === "delete") this.mutation(findWrite(nodeAt(node, "argument")!, scope, "delete "));
        this.walk(nodeAt(node, "argument"), scope);
        return;
      case "MetaProperty":
        return;
      case "VariableDeclarator":
        this.bind(nodeAt(node, "id"), scope);
        this.walk(nodeAt(node, "init"), scope);
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
      case "TSDeclareFunction":
        this.function(node, scope);
        return;
      case "ObjectMethod":
      case "ClassMethod":
      case "ClassPrivateMethod":
      case "TSDeclareMethod":
        for (const one of nodesAt(node, "decorators")) this.walk(one, scope);
        if (node["computed"]) this.walk(nodeAt(node, "key"), scope);
        this.function(node, scope);
        return;
      case "ClassProperty":
      case "ClassAccessorProperty":
      case "ClassPrivateProperty":
        for (const one of nodesAt(node, "decorators")) this.walk(one, scope);
        if (node["computed"]) this.walk(nodeAt(node, "key"), scope);
        this.walk(nodeAt(node, "typeAnnotation"), scope);
        this.walk(nodeAt(node, "value"), scope);
        return;
      case "ClassDeclaration":
      case "ClassExpression":
        this.class(node, scope);
        return;
      case "StaticBlock":
        this.block(node, nodesAt(node, "body"), scope, true);
        return;
      case "BlockStatement":
      case "TSModuleBlock":
        this.block(node, nodesAt(node, "body"), scope, node.type === "TSModuleBlock");
        return;
      case "SwitchStatement": {
        this.walk(nodeAt(node, "discriminant"), scope);
        const inner = new Scope(scope);
        const cases = nodesAt(node, "cases");
        for (const one of cases) declareBlock(nodesAt(one, "consequent"), inner);
        for (const one of cases) {
          this.walk(nodeAt(one, "test"), inner);
          for (const statement of nodesAt(one, "consequent")) this.walk(statement, inner);
        }
        return;
      }
      case "ForStatement": {
        const inner = new Scope(scope);
        declareBlock(
          [nodeAt(node, "init")].filter((one) => one !== undefined),
          inner,
        );
        for (const key of ["init", "test", "update", "body"]) this.walk(nodeAt(node, key), inner);
        return;
      }
      case "ForInStatement":
      case "ForOfStatement": {
        const left = nodeAt(node, "left")!;
        const inner = new Scope(scope);
        declareBlock([left], inner);
        if (left.type === "VariableDeclaration") this.walk(left, inner);
        else this.assign(left, scope);
        this.walk(nodeAt(node, "right"), inner);
        this.walk(nodeAt(node, "body"), inner);
        return;
      }
      case "CatchClause": {
        const inner = new Scope(scope);
        const param = nodeAt(node, "param");
        if (param) for (const name of bindingNames(param)) inner.value(name);
        this.bind(param, inner);
        this.walk(nodeAt(node, "body"), inner);
        return;
      }
      case "LabeledStatement":
        this.walk(nodeAt(node, "body"), scope);
        return;
      case "BreakStatement":
      case "ContinueStatement":
      case "ImportDeclaration":
      case "ExportAllDeclaration":
      case "TSNamespaceExportDeclaration":
      case "TSImportEqualsDeclaration":
        return;
      case "ExportNamedDeclaration":
        this.walk(nodeAt(node, "declaration"), scope);
        if (!node["source"]) for (const one of nodesAt(node, "specifiers")) this.exported(one, scope, node["exportKind"] === "type");
        return;
      default:
        if (node.type.startsWith("TS")) walkType(node, scope, this);
        else forEachChild(node, (child) => this.walk(child, scope));
    }
  }

  use(node: SyntaxNode, scope: Scope, position: Position): void {
    const name = node["name"] as string;
    if (position === "type" ? scope.hasType(name) : scope.hasValue(name)) return;
    this.onUse?.(name, node.start);
    const before = this.uses.get(name);
    const value = position === "value";
    if (before && (value ? before.value : before.type)) return;
    // A value position is the better place for a message.
    const at = before && (before.value || !value) ? before : node;
    this.uses.set(name, {
      value: value || (before?.value ?? false),
      type: !value || (before?.type ?? false),
      start: at.start,
      end: at === node ? node.start + name.length : at.end,
    });
  }

  private exported(node: SyntaxNode, scope: Scope, isType: boolean): void {
    const local = nodeAt(node, "local");
    if (local?.type === "Identifier") this.use(local, scope, isType || node["exportKind"] === "type" ? "type" : "value");
  }

  /** A declared name or pattern: defaults, computed keys and annotations are references, the names are not. */
  bind(node: SyntaxNode | undefined, scope: Scope): void {
    if (!node) return;
    for (const one of nodesAt(node, "decorators")) this.walk(one, scope);
    this.walk(nodeAt(node, "typeAnnotation"), scope);
    switch (node.type) {
      case "ObjectPattern":
        for (const one of nodesAt(node, "properties")) this.bind(one, scope);
        return;
      case "ObjectProperty":
        if (node["computed"]) this.walk(nodeAt(node, "key"), scope);
        this.bind(nodeAt(node, "value"), scope);
        return;
      case "ArrayPattern":
        for (const one of nodesAt(node, "elements")) this.bind(one, scope);
        return;
      case "AssignmentPattern":
        this.bind(nodeAt(node, "left"), scope);
        this.walk(nodeAt(node, "right"), scope);
        return;
      case "RestElement":
        this.bind(nodeAt(node, "argument"), scope);
        return;
      case "TSParameterProperty":
        this.bind(nodeAt(node, "parameter"), scope);
        return;
    }
  }

  /** The left of `=`, `++`, `for (x of …)`. */
  private assign(target: SyntaxNode, scope: Scope): void {
    const node = unwrap(target);
    switch (node.type) {
      case "Identifier": {
        const name = node["name"] as string;
        if (!scope.hasValue(name)) this.assignments.push({ name, start: node.start, end: node.start + name.length });
        this.use(node, scope, "value");
        return;
      }
      case "ObjectPattern":
        for (const one of nodesAt(node, "properties")) {
          if (one["computed"]) this.walk(nodeAt(one, "key"), scope);
          this.assign((nodeAt(one, "value") ?? nodeAt(one, "argument"))!, scope);
        }
        return;
      case "ArrayPattern":
        for (const one of nodesAt(node, "elements")) this.assign(one, scope);
        return;
      case "AssignmentPattern":
        this.assign(nodeAt(node, "left")!, scope);
        this.walk(nodeAt(node, "right"), scope);
        return;
      case "RestElement":
        this.assign(nodeAt(node, "argument")!, scope);
        return;
      default:
        this.mutation(findWrite(node, scope, ""));
        this.walk(node, scope);
    }
  }

  private mutation(found: Mutation | undefined): void {
    if (found) this.mutations.push(found);
  }

  private call(node: SyntaxNode, scope: Scope): void {
    const callee = unwrap(nodeAt(node, "callee")!);
    if (callee.type === "Import") {
      this.dynamicImports.push(callee.start);
      return;
    }
    const name = nameOf(callee);
    if (name !== undefined) {
      if (scope.hasValue(name)) return;
      const first = nodesAt(node, "arguments")[0];
      const argument = first?.type === "StringLiteral" ? (first["value"] as string) : undefined;
      this.calls.push({ name, start: callee.start, end: callee.end, argument });
      return;
    }
    this.mutation(findMutatingCall(node, scope));
  }

  private function(node: SyntaxNode, scope: Scope): void {
    const inner = openTypeParameters(node, scope, this);
    const own = node.type === "FunctionExpression" ? nameOf(nodeAt(node, "id")) : undefined;
    if (own) inner.value(own);
    const params = nodesAt(node, "params");
    for (const one of params) for (const name of bindingNames(one)) inner.value(name);
    if (node.type !== "ArrowFunctionExpression") inner.value("arguments");
    for (const one of params) this.bind(one, inner);
    this.walk(nodeAt(node, "returnType"), inner);
    const body = nodeAt(node, "body");
    if (body?.type === "BlockStatement") this.block(body, nodesAt(body, "body"), inner, true);
    else this.walk(body, inner);
  }

  private class(node: SyntaxNode, scope: Scope): void {
    for (const one of nodesAt(node, "decorators")) this.walk(one, scope);
    const inner = openTypeParameters(node, scope, this);
    const own = nameOf(nodeAt(node, "id"));
    if (own && node.type === "ClassExpression") {
      inner.value(own);
      inner.type(own);
    }
    this.walk(nodeAt(node, "superClass"), inner);
    this.walk(nodeAt(node, "superTypeParameters"), inner);
    for (const one of nodesAt(node, "implements")) this.walk(one, inner);
    for (const one of nodesAt(nodeAt(node, "body")!, "body")) this.walk(one, inner);
  }

  private block(node: SyntaxNode, body: readonly SyntaxNode[], scope: Scope, hoistsVars: boolean): void {
    const inner = new Scope(scope);
    declareBlock(body, inner);
    if (hoistsVars) declareVars(body, inner);
    for (const one of body) this.walk(one, inner);
  }
}
