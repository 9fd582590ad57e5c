/** The top-level statements of a cell as units: what each defines, whether it is portable, and which text it holds. */
import { bindingIdentifiers, findVars } from "./scope";
import { isFunction, nameOf, nodeAt, nodesAt, unwrap, type SyntaxNode } from "./syntax-node";

/** One top-level statement, or one declarator of a list that mixes functions with values. */
export interface Declared {
  /** Portable units travel as source to every task that reaches them; the others run in their own cell only. */
  readonly role: "portable" | "value" | "statement" | "import";
  /** Forgotten when the cell is read: trees are large. */
  readonly nodes: readonly SyntaxNode[];
  /** The text of the unit, in order; the rest of its lines is blanked where the unit travels. */
  readonly keep: readonly TextRange[];
  readonly definitions: readonly Declaration[];
  /** Of an import: the module, and where its name stands. */
  readonly from?: TextRange & { readonly module: string };
}

export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface Declaration {
  readonly name: string;
  readonly sort: "const" | "let" | "var" | "using" | "function" | "class" | "enum" | "type" | "namespace" | "import";
  readonly start: number;
  readonly end: number;
  readonly exported: boolean;
  /** Erased before running: types, interfaces, `declare …`, `import type`. */
  readonly typeOnly: boolean;
  readonly import?: { readonly module: string; readonly imported: string };
}

export interface CellDeclarations {
  readonly units: readonly Declared[];
  /** `export` words and the like, blanked wherever the text goes. */
  readonly blanks: readonly TextRange[];
  /** Names in `export { a, b }`. */
  readonly exports: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

export function findDeclarations(program: SyntaxNode): CellDeclarations {
  const units: Declared[] = [];
  const blanks: TextRange[] = [];
  const exports: { name: string; start: number; end: number }[] = [];
  for (const statement of nodesAt(program, "body")) {
    if (statement.type === "EmptyStatement") continue;
    if (statement.type === "ImportDeclaration") {
      units.push(toImport(statement));
      blanks.push(rangeOf(statement));
      continue;
    }
    let node = statement;
    if (statement.type === "ExportNamedDeclaration") {
      const declaration = nodeAt(statement, "declaration");
      if (!declaration) {
        blanks.push(rangeOf(statement));
        for (const one of nodesAt(statement, "specifiers")) {
          const local = nodeAt(one, "local");
          const name = nameOf(local);
          const erased = statement["exportKind"] === "type" || one["exportKind"] === "type" || statement["source"];
          if (local && name && !erased) exports.push({ name, start: local.start, end: local.end });
        }
        continue;
      }
      blanks.push({ start: statement.start, end: declaration.start });
      node = declaration;
    } else if (statement.type === "ExportDefaultDeclaration" || statement.type === "ExportAllDeclaration") {
      blanks.push(rangeOf(statement));
      continue;
    }
    units.push(...toUnits(node, node !== statement));
  }
  return { units, blanks, exports };
}

function toUnits(node: SyntaxNode, exported: boolean): readonly Declared[] {
  const whole = { nodes: [node], keep: [rangeOf(node)] };
  const ambient = node["declare"] === true;
  const one = (id: SyntaxNode | undefined, sort: Declaration["sort"], typeOnly = ambient): Declared => {
    const name = nameOf(id);
    const definitions = id && name ? [{ name, sort, start: id.start, end: id.start + name.length, exported, typeOnly }] : [];
    return { role: "portable", ...whole, definitions };
  };
  switch (node.type) {
    case "FunctionDeclaration":
      return [one(nodeAt(node, "id"), "function")];
    case "TSDeclareFunction":
      return [one(nodeAt(node, "id"), "function", true)];
    case "ClassDeclaration":
      return [one(nodeAt(node, "id"), "class")];
    case "TSEnumDeclaration":
      return [one(nodeAt(node, "id"), "enum")];
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
      return [one(nodeAt(node, "id"), "type", true)];
    case "TSModuleDeclaration":
      return [one(leftmost(nodeAt(node, "id")), "namespace", ambient || !isInstantiated(node))];
    case "VariableDeclaration":
      return toVariableUnits(node, exported, ambient);
    default: {
      const vars = findVars([node]).map((id) => toDeclaration(id, "var", exported, false));
      return [{ role: "statement", ...whole, definitions: vars }];
    }
  }
}

/** `const f = () => …, x = 1`: `f` travels as source, `x` as data. */
function toVariableUnits(node: SyntaxNode, exported: boolean, ambient: boolean): readonly Declared[] {
  const sort = (/using/.test(String(node["kind"])) ? "using" : node["kind"]) as Declaration["sort"];
  const declarators = nodesAt(node, "declarations");
  const definitions = (list: readonly SyntaxNode[], typeOnly: boolean) =>
    list.flatMap((one) => bindingIdentifiers(nodeAt(one, "id")!).map((id) => toDeclaration(id, sort, exported, typeOnly)));
  const whole = [rangeOf(node)];
  if (ambient) return [{ role: "portable", nodes: [node], keep: whole, definitions: definitions(declarators, true) }];
  const portable = declarators.filter((one) => sort === "const" && isPortable(one));
  const values = declarators.filter((one) => !portable.includes(one));
  if (portable.length === 0) return [{ role: "value", nodes: [node], keep: whole, definitions: definitions(values, false) }];
  const word = { start: node.start, end: node.start + "const".length };
  if (declarators.length === 1) {
    return [{ role: "portable", nodes: [node], keep: whole, definitions: definitions(portable, false) }];
  }
  const units: Declared[] = portable.map((one) => ({
    role: "portable",
    nodes: [one],
    keep: [word, rangeOf(one)],
    definitions: definitions([one], false),
  }));
  if (values.length > 0) {
    units.push({ role: "value", nodes: values, keep: whole, definitions: definitions(values, false) });
  }
  return units;
}

function isPortable(declarator: SyntaxNode): boolean {
  const init = nodeAt(declarator, "init");
  if (nodeAt(declarator, "id")?.type !== "Identifier" || !init) return false;
  const value = unwrap(init);
  return isFunction(value) || value.type === "ClassExpression";
}

function toDeclaration(id: SyntaxNode, sort: Declaration["sort"], exported: boolean, typeOnly: boolean): Declaration {
  const name = id["name"] as string;
  return { name, sort, start: id.start, end: id.start + name.length, exported, typeOnly };
}

function toImport(node: SyntaxNode): Declared {
  const source = nodeAt(node, "source")!;
  const module = source["value"] as string;
  const specifiers = nodesAt(node, "specifiers");
  const definitions = specifiers.flatMap((one): Declaration[] => {
    const local = nodeAt(one, "local");
    if (!local) return [];
    const from = nodeAt(one, "imported");
    const imported =
      one.type === "ImportDefaultSpecifier"
        ? "default"
        : one.type === "ImportNamespaceSpecifier"
          ? "*"
          : String(from?.["name"] ?? from?.["value"] ?? "default");
    const typeOnly = node["importKind"] === "type" || one["importKind"] === "type";
    return [{ ...toDeclaration(local, "import", false, typeOnly), import: { module, imported } }];
  });
  return { role: "import", nodes: [node], keep: [], definitions, from: { ...rangeOf(source), module } };
}

/** Without the node: what is kept of a cell must not keep its tree. */
function rangeOf({ start, end }: SyntaxNode): TextRange {
  return { start, end };
}

/** A namespace of types alone leaves nothing at run time. */
function isInstantiated(node: SyntaxNode): boolean {
  const body = nodeAt(node, "body");
  if (body?.type === "TSModuleDeclaration") return isInstantiated(body);
  return nodesAt(body ?? node, "body").some((statement) => {
    const inner = nodeAt(statement, "declaration") ?? statement;
    if (inner["declare"]) return false;
    if (inner.type === "TSModuleDeclaration") return isInstantiated(inner);
    return inner.type !== "TSTypeAliasDeclaration" && inner.type !== "TSInterfaceDeclaration";
  });
}

function leftmost(id: SyntaxNode | undefined): SyntaxNode | undefined {
  return id?.type === "TSQualifiedName" ? leftmost(nodeAt(id, "left")) : id;
}
