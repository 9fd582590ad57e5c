/** Every place at which a name of the notebook stands: where it is defined, where it is read, in headers too. */
import { findDeclarations } from "../compile/find-declarations";
import { findReferences } from "../compile/find-references";
import { parseCell, parseCellExpression } from "../compile/parse-cell";
import { parseEach } from "../compile/parse-each";
import { forEachChild, nodeAt, nodesAt, type SyntaxNode } from "../compile/syntax-node";
import type { Cell } from "../notebook/notebook";

export interface Occurrence {
  readonly cell: string;
  /** Offsets in the cell's text, or in the value of an option. */
  readonly start: number;
  readonly end: number;
  /** Index of the option; undefined in the text. */
  readonly option?: number;
  readonly definition: boolean;
  /** `{ name }` and `import { name }` say two things at once. */
  readonly form: "plain" | "property" | "import";
}

export interface NamesOfCell {
  readonly cell: Cell;
  /** Undefined: too broken to be read. */
  readonly program: SyntaxNode | undefined;
  readonly defined: ReadonlySet<string>;
  readonly occurrences: readonly (Occurrence & { readonly name: string })[];
  /** Bound by `each`, for this cell alone. */
  readonly elements: ReadonlySet<string>;
}

export function readNames(cell: Cell): NamesOfCell {
  const { program } = cell.kind === "code" || cell.kind === "params" ? parseCell(cell.source) : { program: undefined };
  const occurrences: (Occurrence & { name: string })[] = [];
  const defined = new Set<string>();
  const add = (name: string, start: number, more: Partial<Occurrence> = {}) =>
    occurrences.push({ cell: cell.id, name, start, end: start + name.length, definition: false, form: "plain", ...more });
  if (program) {
    const doubled = findDoubled(program);
    const formOf = (start: number) => doubled.get(start) ?? "plain";
    const { units, exports } = findDeclarations(program);
    for (const unit of units) {
      for (const { name, start } of unit.definitions) {
        defined.add(name);
        add(name, start, { definition: true, form: formOf(start) });
      }
      if (unit.role !== "import") findReferences(unit.nodes, (name, start) => add(name, start, { form: formOf(start) }));
    }
    for (const { name, start } of exports) add(name, start);
  }
  const elements = new Set<string>();
  cell.options.forEach(({ key, value = "" }, option) => {
    if (key === "when") addExpression(value, 0, option);
    if (key !== "each") return;
    const each = parseEach(value);
    if ("fault" in each) return;
    let at = 0;
    for (const { name, source } of each.variables) {
      at = value.indexOf(name, at);
      elements.add(name);
      add(name, at, { option, definition: true });
      at = value.indexOf(source, value.indexOf("of", at + name.length) + 2);
      addExpression(source, at, option);
      at += source.length;
    }
  });
  return { cell, program, defined, occurrences: distinct(occurrences), elements };

  function addExpression(text: string, from: number, option: number) {
    const parsed = parseCellExpression(text);
    if (!("expression" in parsed)) return;
    const doubled = findDoubled(parsed.expression);
    findReferences([parsed.expression], (name, start) => add(name, from + start, { option, form: doubled.get(start) ?? "plain" }));
  }
}

function distinct<T extends Occurrence>(list: readonly T[]): readonly T[] {
  const byPlace = new Map<string, T>();
  for (const one of list) {
    const key = `${one.option ?? ""}:${one.start}`;
    if (one.definition || !byPlace.has(key)) byPlace.set(key, one);
  }
  return [...byPlace.values()];
}

/** Starts of identifiers that are a property's or an export's name as well as a variable's. */
function findDoubled(root: SyntaxNode): ReadonlyMap<number, "property" | "import"> {
  const found = new Map<number, "property" | "import">();
  const walk = (node: SyntaxNode): void => {
    if (node.type === "ObjectProperty" && node["shorthand"] === true) found.set(node.start, "property");
    if (node.type === "ImportDeclaration") {
      for (const one of nodesAt(node, "specifiers")) {
        const [imported, local] = [nodeAt(one, "imported"), nodeAt(one, "local")];
        if (local && imported?.start === local.start) found.set(local.start, "import");
      }
    }
    forEachChild(node, walk);
  };
  walk(root);
  return found;
}

/** Of a name as the cell means it. */
export function findOccurrences(all: readonly NamesOfCell[], name: string, from: NamesOfCell): readonly Occurrence[] {
  const alone = name.startsWith("_") || from.elements.has(name);
  return all
    .filter((one) => (alone ? one === from : !one.elements.has(name)))
    .flatMap(({ occurrences }) => occurrences.filter((one) => one.name === name));
}

/** The name of the notebook at an offset of a cell's text; undefined for what is only local, and for what no cell defines. */
export function findNameAt(all: readonly NamesOfCell[], cellId: string, offset: number): string | undefined {
  const from = all.find(({ cell }) => cell.id === cellId);
  const at = from?.occurrences.find((one) => one.option === undefined && one.start <= offset && offset <= one.end);
  if (!from || !at) return undefined;
  const isOurs =
    from.elements.has(at.name) ||
    from.defined.has(at.name) ||
    all.some(({ cell, defined }) => defined.has(at.name) || givesInHeader(cell, at.name));
  return isOurs ? at.name : undefined;
}

/** Names that a header gives or hands to a program in another language. */
export function givesInHeader(cell: Cell, name: string): boolean {
  return cell.options.some(
    ({ key, value = "" }) =>
      ["in", "out", "form"].includes(key) && value.split(",").some((part) => part.trim().split(/[:=\s]/)[0] === name),
  );
}
