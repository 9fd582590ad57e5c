/** What must be known of a portable definition without its tree. */
import { nodeAt, nodesAt, unwrap, type SyntaxNode } from "./syntax-node";

export interface Traits {
  readonly isClass: boolean;
  /** A function whose call gives a promise. */
  readonly isAsync: boolean;
  /** A class with `#private` fields, methods or accessors: an instance made anew elsewhere would be without them. */
  readonly hasPrivateState: boolean;
}

export const noTraits: Traits = { isClass: false, isAsync: false, hasPrivateState: false };

/** Babel has a type of its own for each, but for `accessor #x`. */
function isPrivateName(member: SyntaxNode): boolean {
  return (
    member.type === "ClassPrivateProperty" ||
    member.type === "ClassPrivateMethod" ||
    (member.type === "ClassAccessorProperty" && nodeAt(member, "key")?.type === "PrivateName")
  );
}

export function findTraits(node: SyntaxNode): Traits {
  const declarator = node.type === "VariableDeclaration" ? nodesAt(node, "declarations")[0] : node;
  const init = declarator?.type === "VariableDeclarator" ? nodeAt(declarator, "init") : undefined;
  const value = init ? unwrap(init) : node;
  const isClass = value.type === "ClassDeclaration" || value.type === "ClassExpression";
  const members = isClass ? nodesAt(nodeAt(value, "body")!, "body") : [];
  return {
    isClass,
    isAsync: value["async"] === true && value["generator"] !== true,
    hasPrivateState: members.some((one) => isPrivateName(one) && one["static"] !== true),
  };
}
