/** Parts of an initialiser that may be unable to travel. What the names in them mean is asked in check-unserializable.ts. */
import { isFunction, nameOf, nodeAt, nodesAt, unwrap, type SyntaxNode } from "./syntax-node";

export interface Suspect {
  readonly type: "function" | "instance" | "call" | "import" | "promise";
  /** Where inside the value: `model.fit`. */
  readonly path: string;
  /** The class of an instance, the function of a call. */
  readonly name: string;
}

/** By the name of the variable that is initialised, in the order of the text. */
export function findSuspects(nodes: readonly SyntaxNode[]): ReadonlyMap<string, readonly Suspect[]> {
  const found = new Map<string, Suspect[]>();
  for (const node of nodes) {
    for (const one of node.type === "VariableDeclaration" ? nodesAt(node, "declarations") : [node]) {
      const name = nameOf(nodeAt(one, "id"));
      const init = nodeAt(one, "init");
      const list: Suspect[] = [];
      if (init) search(init, name ?? "", list);
      if (name !== undefined && list.length > 0) found.set(name, list);
    }
  }
  return found;
}

const promiseMakers = /^(all|allSettled|any|race|resolve|reject)$/;

function search(wrapped: SyntaxNode, path: string, found: Suspect[]): void {
  const node = unwrap(wrapped);
  const add = (type: Suspect["type"], name = "") => void found.push({ type, path, name });
  if (isFunction(node) || node.type === "ObjectMethod") return add("function");
  switch (node.type) {
    case "NewExpression": {
      const name = nameOf(nodeAt(node, "callee"));
      return name === undefined ? undefined : add("instance", name);
    }
    case "CallExpression": {
      const callee = unwrap(nodeAt(node, "callee")!);
      const name = nameOf(callee);
      if (callee.type === "Import") return add("import");
      if (name !== undefined) return add("call", name);
      if (callee.type !== "MemberExpression" || callee["computed"]) return;
      const method = nameOf(nodeAt(callee, "property")) ?? "";
      if (nameOf(nodeAt(callee, "object")) === "Promise" && promiseMakers.test(method)) add("promise", "Promise");
      return;
    }
    case "ObjectExpression":
      for (const property of nodesAt(node, "properties")) {
        if (property["computed"] || property.type === "SpreadElement") continue;
        const key = nodeAt(property, "key")!;
        const inner = property.type === "ObjectMethod" ? property : nodeAt(property, "value")!;
        // A getter is read when the value is stored: its result travels.
        if (inner.type === "ObjectMethod" && inner["kind"] !== "method") continue;
        search(inner, `${path}.${nameOf(key) ?? String(key["value"])}`, found);
      }
      return;
    case "ArrayExpression":
      for (const [index, element] of (node["elements"] as (SyntaxNode | null)[]).entries()) {
        if (element && element.type !== "SpreadElement") search(element, `${path}[${index}]`, found);
      }
  }
}
