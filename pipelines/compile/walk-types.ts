/** Types as find-references.ts walks them: what they name, and the names that they bind for themselves. */
import { bindingNames, Scope } from "./scope";
import { forEachChild, nameOf, nodeAt, nodesAt, type SyntaxNode } from "./syntax-node";

/** How a name is meant; `typeof x` in a type is bound like a value and needs none at run time. */
export type Position = "value" | "type" | "typeof";

export interface TypeVisitor {
  walk(node: SyntaxNode | undefined, scope: Scope): void;
  bind(node: SyntaxNode | undefined, scope: Scope): void;
  use(node: SyntaxNode, scope: Scope, position: Position): void;
}

export function walkType(node: SyntaxNode, scope: Scope, visitor: TypeVisitor): void {
  switch (node.type) {
    case "TSTypeReference":
      visitEntity(nodeAt(node, "typeName"), scope, "type", visitor);
      visitor.walk(nodeAt(node, "typeParameters"), scope);
      return;
    case "TSTypeQuery":
      visitEntity(nodeAt(node, "exprName"), scope, "typeof", visitor);
      visitor.walk(nodeAt(node, "typeParameters"), scope);
      return;
    case "TSExpressionWithTypeArguments":
    case "TSClassImplements":
    case "TSInterfaceHeritage":
      visitEntity(nodeAt(node, "expression"), scope, "type", visitor);
      visitor.walk(nodeAt(node, "typeParameters"), scope);
      return;
    case "TSTypePredicate":
      visitor.walk(nodeAt(node, "typeAnnotation"), scope);
      return;
    case "TSNamedTupleMember":
      visitor.walk(nodeAt(node, "elementType"), scope);
      return;
    case "TSPropertySignature":
      if (node["computed"]) visitEntity(nodeAt(node, "key"), scope, "typeof", visitor);
      visitor.walk(nodeAt(node, "typeAnnotation"), scope);
      return;
    case "TSFunctionType":
    case "TSConstructorType":
    case "TSMethodSignature":
    case "TSCallSignatureDeclaration":
    case "TSConstructSignatureDeclaration":
    case "TSIndexSignature": {
      if (node["computed"]) visitEntity(nodeAt(node, "key"), scope, "typeof", visitor);
      const inner = openTypeParameters(node, scope, visitor);
      const parameters = nodesAt(node, "parameters");
      for (const one of parameters) for (const name of bindingNames(one)) inner.value(name);
      for (const one of parameters) visitor.bind(one, inner);
      visitor.walk(nodeAt(node, "typeAnnotation"), inner);
      return;
    }
    case "TSMappedType": {
      const inner = new Scope(scope);
      const parameter = nodeAt(node, "typeParameter");
      if (parameter) {
        visitor.walk(nodeAt(parameter, "constraint"), scope);
        inner.type(parameter["name"] as string);
      }
      visitor.walk(nodeAt(node, "nameType"), inner);
      visitor.walk(nodeAt(node, "typeAnnotation"), inner);
      return;
    }
    case "TSConditionalType": {
      visitor.walk(nodeAt(node, "checkType"), scope);
      const inner = new Scope(scope);
      declareInferred(nodeAt(node, "extendsType"), inner);
      visitor.walk(nodeAt(node, "extendsType"), inner);
      visitor.walk(nodeAt(node, "trueType"), inner);
      visitor.walk(nodeAt(node, "falseType"), scope);
      return;
    }
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration": {
      const inner = openTypeParameters(node, scope, visitor);
      for (const one of nodesAt(node, "extends")) visitor.walk(one, inner);
      visitor.walk(nodeAt(node, "typeAnnotation"), inner);
      visitor.walk(nodeAt(node, "body"), inner);
      return;
    }
    case "TSEnumDeclaration": {
      const inner = new Scope(scope);
      const members = nodesAt(node, "members");
      for (const one of members) {
        const name = nameOf(nodeAt(one, "id"));
        if (name) inner.value(name);
      }
      for (const one of members) visitor.walk(nodeAt(one, "initializer"), inner);
      return;
    }
    case "TSModuleDeclaration": {
      const inner = new Scope(scope);
      visitor.walk(nodeAt(node, "body"), inner);
      return;
    }
    case "TSParameterProperty":
      visitor.bind(nodeAt(node, "parameter"), scope);
      return;
    case "TSTypeParameter":
      visitor.walk(nodeAt(node, "constraint"), scope);
      visitor.walk(nodeAt(node, "default"), scope);
      return;
    case "TSExportAssignment":
      visitor.walk(nodeAt(node, "expression"), scope);
      return;
    case "TSImportType":
      visitor.walk(nodeAt(node, "typeParameters"), scope);
      return;
    default:
      forEachChild(node, (child) => visitor.walk(child, scope));
  }
}

/** `A`, `A.B.C` in a type; `A` is what is referenced. */
function visitEntity(node: SyntaxNode | undefined, scope: Scope, position: "type" | "typeof", visitor: TypeVisitor): void {
  let left = node;
  let qualified = false;
  while (left && left.type !== "Identifier") {
    qualified = true;
    left = nodeAt(left, "left") ?? nodeAt(left, "object") ?? nodeAt(left, "expression");
  }
  // The left of `ns.Type` is a namespace or an import: bound like a value.
  if (left) visitor.use(left, scope, qualified ? "typeof" : position);
}

/** A scope inside `scope` with the type parameters of `node`. */
export function openTypeParameters(node: SyntaxNode, scope: Scope, visitor: TypeVisitor): Scope {
  const inner = new Scope(scope);
  const list = nodeAt(node, "typeParameters");
  if (!list) return inner;
  const parameters = nodesAt(list, "params");
  for (const one of parameters) if (typeof one["name"] === "string") inner.type(one["name"]);
  for (const one of parameters) visitor.walk(one, inner);
  return inner;
}

function declareInferred(node: SyntaxNode | undefined, scope: Scope): void {
  if (!node) return;
  if (node.type === "TSInferType") scope.type(nodeAt(node, "typeParameter")?.["name"] as string);
  if (node.type !== "TSConditionalType") forEachChild(node, (child) => declareInferred(child, scope));
}
