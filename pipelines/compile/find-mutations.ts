/** Plain mutations of a free name: what reaches nobody when the name is another cell's. */
import type { Scope } from "./scope";
import { nameOf, nodeAt, nodesAt, unwrap, type SyntaxNode } from "./syntax-node";

export interface Mutation {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** As the message shows it: `rows.push(…)`. */
  readonly shown: string;
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

/** `x.a = 1`, `delete x.a`, `x[0]++`: by what is written to. */
export function findWrite(target: SyntaxNode, scope: Scope, prefix: string): Mutation | undefined {
  const path = memberPath(unwrap(target));
  if (!path || !isFree(path, scope) || path.method === undefined) return undefined;
  return { name: path.name, start: target.start, end: target.end, shown: prefix + path.text };
}

/** `rows.push(1)`, `Object.assign(config, …)`. */
export function findMutatingCall(call: SyntaxNode, scope: Scope): Mutation | undefined {
  const callee = unwrap(nodeAt(call, "callee")!);
  const path = memberPath(callee);
  if (path?.method === undefined) return undefined;
  if (arrayMutators.has(path.method)) return toMutation(path, callee, scope);
  const first = nodesAt(call, "arguments")[0];
  if (!first || !staticMutators.has(path.text)) return undefined;
  const target = memberPath(unwrap(first));
  if (!target || !isFree(target, scope)) return undefined;
  return { name: target.name, start: call.start, end: call.end, shown: `${path.text}(${target.text}, …)` };
}

/** `seen.add(1);` as a statement. */
export function findMutatingStatement(expression: SyntaxNode, scope: Scope): Mutation | undefined {
  const node = unwrap(expression);
  const call = node.type === "AwaitExpression" ? unwrap(nodeAt(node, "argument")!) : node;
  if (call.type !== "CallExpression" && call.type !== "OptionalCallExpression") return undefined;
  const callee = unwrap(nodeAt(call, "callee")!);
  const path = memberPath(callee);
  return path?.method !== undefined && setMutators.has(path.method) ? toMutation(path, callee, scope) : undefined;
}

function toMutation(path: MemberPath, { start, end }: SyntaxNode, scope: Scope): Mutation | undefined {
  return isFree(path, scope) ? { name: path.name, start, end, shown: `${path.text}(…)` } : undefined;
}

function isFree(path: MemberPath, scope: Scope): boolean {
  return !scope.hasValue(path.name);
}

interface MemberPath {
  /** The name that it starts at. */
  readonly name: string;
  readonly text: string;
  /** The last step; undefined for the name alone. */
  readonly method: string | undefined;
}

/** `config.a[0].b` as its first name and text; undefined when it does not start at a name. */
function memberPath(node: SyntaxNode): MemberPath | undefined {
  const own = nameOf(node);
  if (own !== undefined) return { name: own, text: own, method: undefined };
  if (node.type !== "MemberExpression" && node.type !== "OptionalMemberExpression") return undefined;
  const object = memberPath(unwrap(nodeAt(node, "object")!));
  if (!object) return undefined;
  const property = nameOf(nodeAt(node, "property"));
  const step = node["computed"] === true || property === undefined ? undefined : property;
  return {
    name: object.name,
    text: object.text + (step === undefined ? "[…]" : `.${step}`),
    method: step ?? "[…]",
  };
}
