/** What must be known of a portable definition without its tree. */
import { nodeAt, nodesAt, unwrap, type SyntaxNode } from "./syntax-node";

export interface Traits {
  readonly isClass: boolean;
  /** A function whose call gives a promise. */
  readonly isAsync: boolean;
  /** A class with `#private` fields: its instances cannot travel. */
  readonly hasPrivateState: boolean;
}

export const noTraits: Traits = { isClass: false, isAsync: false, hasPrivateState: false };

export function findTraits(node: SyntaxNode): Traits {
  const declarator = node.type === "VariableDeclaration" ? nodesAt(node, "declarations")[0] : node;
  const init = declarator?.type === "VariableDeclarator" ? nodeAt(declarator, "init") : undefined;
  const value = init ? unwrap(init) : node;
  const isClass = value.type === "ClassDeclaration" || value.type === "ClassExpression";
  const members = isClass ? nodesAt(nodeAt(value, "body")!, "body") : [];
  return {
    isClass,
    isAsync: value["async"] === true && value["generator"] !== true,
    hasPrivateState: members.some((one) => one.type === "ClassPrivateProperty" && one["static"] !== true),
  };
}
