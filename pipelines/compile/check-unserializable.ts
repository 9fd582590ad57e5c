/** Values that cannot travel, where syntax alone shows it. The runner finds the others. */
import type { BuiltTasks } from "./build-tasks";
import { placeOfDefinition, type Definition, type Names } from "./find-names";
import type { Reporter } from "./reporter";
import { isFunction, nameOf, nodeAt, nodesAt, unwrap, type SyntaxNode } from "./syntax-node";

export function checkUnserializable(built: BuiltTasks, names: Names, reporter: Reporter): void {
  for (const [definition, reader] of built.wanted) {
    const init = findInitialiser(definition);
    const fault = init && explain(init, definition.name, (name) => names.resolve(name, definition.home));
    if (!fault) continue;
    const message = `"${fault.path}" is ${fault.what}, which cannot travel to ${reader}. ${fault.instead}`;
    reporter.report("unserializable-value", placeOfDefinition(definition), message);
  }
}

interface Fault {
  readonly path: string;
  readonly what: string;
  readonly instead: string;
}

function findInitialiser({ unit, name }: Definition): SyntaxNode | undefined {
  for (const node of unit?.nodes ?? []) {
    const declarators = node.type === "VariableDeclaration" ? nodesAt(node, "declarations") : [node];
    for (const one of declarators) if (nameOf(nodeAt(one, "id")) === name) return nodeAt(one, "init");
  }
  return undefined;
}

const never = new Map([
  ["WeakMap", "a WeakMap"],
  ["WeakSet", "a WeakSet"],
  ["WeakRef", "a WeakRef"],
  ["Promise", "a promise"],
  ["Proxy", "a Proxy"],
  ["WebSocket", "a socket"],
  ["Worker", "a worker"],
  ["FinalizationRegistry", "a FinalizationRegistry"],
  ["AbortController", "an AbortController"],
]);

type Resolve = (name: string) => Definition | undefined;

function explain(wrapped: SyntaxNode, path: string, resolve: Resolve): Fault | undefined {
  const node = unwrap(wrapped);
  if (isFunction(node) || node.type === "ObjectMethod") {
    return {
      path,
      what: "a function inside a value",
      instead: "Define it with function or const at the top of a cell: it then travels as source.",
    };
  }
  switch (node.type) {
    case "NewExpression": {
      const name = nameOf(nodeAt(node, "callee")) ?? "";
      const definition = resolve(name);
      if (definition) {
        if (!hasPrivateState(definition)) return undefined;
        return {
          path,
          what: `an instance of ${name}, which has #private state`,
          instead: `Use private fields of TypeScript (private x) in ${name}.`,
        };
      }
      const what = never.get(name);
      if (!what) return undefined;
      return {
        path,
        what,
        instead: what === "a promise" ? "Write await before it." : "Make it in the cell that uses it.",
      };
    }
    case "CallExpression": {
      const callee = unwrap(nodeAt(node, "callee")!);
      if (isPromise(callee, resolve)) return { path, what: "a promise", instead: "Write await before it." };
      if (nameOf(callee) === "Symbol") return { path, what: "a symbol", instead: "Use a string." };
      return undefined;
    }
    case "ObjectExpression":
      for (const property of nodesAt(node, "properties")) {
        if (property["computed"] || property.type === "SpreadElement") continue;
        const key = nodeAt(property, "key")!;
        const inner = property.type === "ObjectMethod" ? property : nodeAt(property, "value")!;
        // A getter is read when the value is stored: its result travels.
        if (inner.type === "ObjectMethod" && inner["kind"] !== "method") continue;
        const fault = explain(inner, `${path}.${nameOf(key) ?? String(key["value"])}`, resolve);
        if (fault) return fault;
      }
      return undefined;
    case "ArrayExpression":
      for (const [index, element] of (node["elements"] as (SyntaxNode | null)[]).entries()) {
        const fault = element && element.type !== "SpreadElement" && explain(element, `${path}[${index}]`, resolve);
        if (fault) return fault;
      }
      return undefined;
    default:
      return undefined;
  }
}

const promiseMakers = /^(all|allSettled|any|race|resolve|reject)$/;

function isPromise(callee: SyntaxNode, resolve: Resolve): boolean {
  if (callee.type === "Import") return true;
  const name = nameOf(callee);
  if (name !== undefined) {
    const definition = resolve(name);
    return definition ? isAsync(definition) : name === "fetch";
  }
  if (callee.type !== "MemberExpression" || callee["computed"]) return false;
  const object = nameOf(nodeAt(callee, "object"));
  return object === "Promise" && !resolve(object) && promiseMakers.test(nameOf(nodeAt(callee, "property")) ?? "");
}

/** The function or class that a portable definition names. */
function portableNode({ travels, unit }: Definition): SyntaxNode | undefined {
  const node = travels === "portable" ? unit?.nodes[0] : undefined;
  const declarator = node?.type === "VariableDeclaration" ? nodesAt(node, "declarations")[0] : node;
  const init = declarator?.type === "VariableDeclarator" ? nodeAt(declarator, "init") : undefined;
  return init ? unwrap(init) : node;
}

function isAsync(definition: Definition): boolean {
  const node = portableNode(definition);
  return node?.["async"] === true && node["generator"] !== true;
}

function hasPrivateState(definition: Definition): boolean {
  const node = portableNode(definition);
  const body =
    node && (node.type === "ClassDeclaration" || node.type === "ClassExpression") ? nodeAt(node, "body") : undefined;
  return (
    body !== undefined &&
    nodesAt(body, "body").some((one) => one.type === "ClassPrivateProperty" && one["static"] !== true)
  );
}
