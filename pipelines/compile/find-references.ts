/**
 * What a piece of a cell's tree touches: free names in value and type position, assignments to them, plain mutations of
 * them, calls worth knowing. One walk, scopes resolved on the way; names bound at the top of the cell count as free.
 */
import { bindingNames, declareBlock, declareVars, Scope } from "./scope";
import { forEachChild, nameOf, nodeAt, nodesAt, unwrap, type SyntaxNode } from "./syntax-node";

export interface References {
  readonly uses: ReadonlyMap<string, Use>;
  readonly assignments: readonly Touch[];
  readonly mutations: readonly Mutation[];
  /** Calls of free names: which, and the first argument when it is a plain string. */
  readonly calls: readonly (Touch & { readonly argument: string | undefined })[];
  /** Offsets of the word `import` in `import(…)`. */
  readonly dynamicImports: readonly number[];
  readonly importMetas: readonly number[];
}

export interface Use {
  readonly value: boolean;
  readonly type: boolean;
  readonly start: number;
  readonly end: number;
}

export interface Touch {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

export interface Mutation extends Touch {
  /** As the message shows it: `rows.push(…)`. */
  readonly shown: string;
}

export function findReferences(nodes: readonly SyntaxNode[]): References {
  const walker = new Walker();
  const scope = new Scope(undefined);
  for (const node of nodes) walker.walk(node, scope);
  return walker;
}

const arrayMutators = new Set(["push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill", "copyWithin"]);
/** Also the names of pure methods (a tensor's `add`): counted only where the result is thrown away. */
const setMutators = new Set(["set", "add", "delete", "clear"]);
const staticMutators = new Set([
  "Object.assign",
  "Object.defineProperty",
  "Object.defineProperties",
  "Object.setPrototypeOf",
  "Reflect.set",
  "Reflect.deleteProperty",
  "Reflect.defineProperty",
]);

class Walker implements References {
  readonly uses = new Map<string, Use>();
  readonly assignments: Touch[] = [];
  readonly mutations: Mutation[] = [];
  readonly calls: (Touch & { argument: string | undefined })[] = [];
  readonly dynamicImports: number[] = [];
  readonly importMetas: number[] = [];

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
        this.mutatingStatement(nodeAt(node, "expression")!, scope);
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
        if (node["operator"] === "delete") this.mutate(nodeAt(node, "argument")!, scope, "delete ");
        this.walk(nodeAt(node, "argument"), scope);
        return;
      case "MetaProperty":
        if (nameOf(nodeAt(node, "meta")) === "import") this.importMetas.push(node.start);
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
        if (!node["source"])
          for (const one of nodesAt(node, "specifiers")) this.exported(one, scope, node["exportKind"] === "type");
        return;
      default:
        if (node.type.startsWith("TS")) this.type(node, scope);
        else forEachChild(node, (child) => this.walk(child, scope));
    }
  }

  private type(node: SyntaxNode, scope: Scope): void {
    switch (node.type) {
      case "TSTypeReference":
        this.entity(nodeAt(node, "typeName"), scope, "type");
        this.walk(nodeAt(node, "typeParameters"), scope);
        return;
      case "TSTypeQuery":
        this.entity(nodeAt(node, "exprName"), scope, "typeof");
        this.walk(nodeAt(node, "typeParameters"), scope);
        return;
      case "TSExpressionWithTypeArguments":
      case "TSClassImplements":
      case "TSInterfaceHeritage":
        this.entity(nodeAt(node, "expression"), scope, "type");
        this.walk(nodeAt(node, "typeParameters"), scope);
        return;
      case "TSTypePredicate":
        this.walk(nodeAt(node, "typeAnnotation"), scope);
        return;
      case "TSNamedTupleMember":
        this.walk(nodeAt(node, "elementType"), scope);
        return;
      case "TSPropertySignature":
        if (node["computed"]) this.entity(nodeAt(node, "key"), scope, "typeof");
        this.walk(nodeAt(node, "typeAnnotation"), scope);
        return;
      case "TSFunctionType":
      case "TSConstructorType":
      case "TSMethodSignature":
      case "TSCallSignatureDeclaration":
      case "TSConstructSignatureDeclaration":
      case "TSIndexSignature": {
        if (node["computed"]) this.entity(nodeAt(node, "key"), scope, "typeof");
        const inner = this.typeParameters(node, scope);
        const parameters = nodesAt(node, "parameters");
        for (const one of parameters) for (const name of bindingNames(one)) inner.value(name);
        for (const one of parameters) this.bind(one, inner);
        this.walk(nodeAt(node, "typeAnnotation"), inner);
        return;
      }
      case "TSMappedType": {
        const inner = new Scope(scope);
        const parameter = nodeAt(node, "typeParameter");
        if (parameter) {
          this.walk(nodeAt(parameter, "constraint"), scope);
          inner.type(parameter["name"] as string);
        }
        this.walk(nodeAt(node, "nameType"), inner);
        this.walk(nodeAt(node, "typeAnnotation"), inner);
        return;
      }
      case "TSConditionalType": {
        this.walk(nodeAt(node, "checkType"), scope);
        const inner = new Scope(scope);
        declareInferred(nodeAt(node, "extendsType"), inner);
        this.walk(nodeAt(node, "extendsType"), inner);
        this.walk(nodeAt(node, "trueType"), inner);
        this.walk(nodeAt(node, "falseType"), scope);
        return;
      }
      case "TSTypeAliasDeclaration":
      case "TSInterfaceDeclaration": {
        const inner = this.typeParameters(node, scope);
        for (const one of nodesAt(node, "extends")) this.walk(one, inner);
        this.walk(nodeAt(node, "typeAnnotation"), inner);
        this.walk(nodeAt(node, "body"), inner);
        return;
      }
      case "TSEnumDeclaration": {
        const inner = new Scope(scope);
        const members = nodesAt(node, "members");
        for (const one of members) {
          const name = nameOf(nodeAt(one, "id"));
          if (name) inner.value(name);
        }
        for (const one of members) this.walk(nodeAt(one, "initializer"), inner);
        return;
      }
      case "TSModuleDeclaration": {
        const inner = new Scope(scope);
        this.walk(nodeAt(node, "body"), inner);
        return;
      }
      case "TSParameterProperty":
        this.bind(nodeAt(node, "parameter"), scope);
        return;
      case "TSTypeParameter":
        this.walk(nodeAt(node, "constraint"), scope);
        this.walk(nodeAt(node, "default"), scope);
        return;
      case "TSExportAssignment":
        this.walk(nodeAt(node, "expression"), scope);
        return;
      case "TSImportType":
        this.walk(nodeAt(node, "typeParameters"), scope);
        return;
      default:
        forEachChild(node, (child) => this.walk(child, scope));
    }
  }

  private use(node: SyntaxNode, scope: Scope, position: "value" | "type" | "typeof"): void {
    const name = node["name"] as string;
    if (position === "type" ? scope.hasType(name) : scope.hasValue(name)) return;
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

  /** `A`, `A.B.C` in a type; `A` is what is referenced. */
  private entity(node: SyntaxNode | undefined, scope: Scope, position: "type" | "typeof"): void {
    let left = node;
    let qualified = false;
    while (left && left.type !== "Identifier") {
      qualified = true;
      left = nodeAt(left, "left") ?? nodeAt(left, "object") ?? nodeAt(left, "expression");
    }
    // The left of `ns.Type` is a namespace or an import: bound like a value.
    if (left) this.use(left, scope, qualified ? "typeof" : position);
  }

  private exported(node: SyntaxNode, scope: Scope, isType: boolean): void {
    const local = nodeAt(node, "local");
    if (local?.type === "Identifier")
      this.use(local, scope, isType || node["exportKind"] === "type" ? "type" : "value");
  }

  /** A declared name or pattern: defaults, computed keys and annotations are references, the names are not. */
  private bind(node: SyntaxNode | undefined, scope: Scope): void {
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
        this.mutate(node, scope, "");
        this.walk(node, scope);
    }
  }

  private mutate(target: SyntaxNode, scope: Scope, prefix: string): void {
    const path = memberPath(unwrap(target));
    if (path && path.text !== path.root["name"] && !scope.hasValue(path.root["name"] as string)) {
      const name = path.root["name"] as string;
      this.mutations.push({ name, start: target.start, end: target.end, shown: prefix + path.text });
    }
  }

  private call(node: SyntaxNode, scope: Scope): void {
    const callee = unwrap(nodeAt(node, "callee")!);
    if (callee.type === "Import") {
      this.dynamicImports.push(callee.start);
      return;
    }
    const [first] = nodesAt(node, "arguments");
    const name = nameOf(callee);
    if (name !== undefined) {
      if (scope.hasValue(name)) return;
      const argument = first?.type === "StringLiteral" ? (first["value"] as string) : undefined;
      this.calls.push({ name, start: callee.start, end: callee.end, argument });
      return;
    }
    const path = memberPath(callee);
    if (!path) return;
    const method = path.text.slice(path.text.lastIndexOf(".") + 1);
    if (arrayMutators.has(method)) this.touched(path, callee, scope);
    if (first && staticMutators.has(path.text)) {
      const target = memberPath(unwrap(first));
      if (target && !scope.hasValue(target.root["name"] as string)) {
        this.mutations.push({
          name: target.root["name"] as string,
          start: node.start,
          end: node.end,
          shown: `${path.text}(${target.text}, …)`,
        });
      }
    }
  }

  private mutatingStatement(expression: SyntaxNode, scope: Scope): void {
    const node = unwrap(expression);
    const call = node.type === "AwaitExpression" ? unwrap(nodeAt(node, "argument")!) : node;
    if (call.type !== "CallExpression" && call.type !== "OptionalCallExpression") return;
    const callee = unwrap(nodeAt(call, "callee")!);
    const path = memberPath(callee);
    if (path && setMutators.has(path.text.slice(path.text.lastIndexOf(".") + 1))) this.touched(path, callee, scope);
  }

  private touched(path: MemberPath, callee: SyntaxNode, scope: Scope): void {
    const name = path.root["name"] as string;
    if (path.text === name || scope.hasValue(name)) return;
    this.mutations.push({ name, start: callee.start, end: callee.end, shown: `${path.text}(…)` });
  }

  private function(node: SyntaxNode, scope: Scope): void {
    const inner = this.typeParameters(node, scope);
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
    const inner = this.typeParameters(node, scope);
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

  private typeParameters(node: SyntaxNode, scope: Scope): Scope {
    const inner = new Scope(scope);
    const list = nodeAt(node, "typeParameters");
    if (!list) return inner;
    const parameters = nodesAt(list, "params");
    for (const one of parameters) if (typeof one["name"] === "string") inner.type(one["name"]);
    for (const one of parameters) this.walk(one, inner);
    return inner;
  }
}

interface MemberPath {
  readonly root: SyntaxNode;
  readonly text: string;
}

/** `config.a[0].b` as its root identifier and text; undefined when it does not start at a name. */
function memberPath(node: SyntaxNode): MemberPath | undefined {
  if (node.type === "Identifier") return { root: node, text: node["name"] as string };
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return undefined;
  const object = memberPath(unwrap(nodeAt(node, "object")!));
  const property = nodeAt(node, "property")!;
  if (!object) return undefined;
  const name = nameOf(property);
  return { root: object.root, text: object.text + (node["computed"] || name === undefined ? "[…]" : `.${name}`) };
}

function declareInferred(node: SyntaxNode | undefined, scope: Scope): void {
  if (!node) return;
  if (node.type === "TSInferType") scope.type(nodeAt(node, "typeParameter")?.["name"] as string);
  if (node.type !== "TSConditionalType") forEachChild(node, (child) => declareInferred(child, scope));
}
