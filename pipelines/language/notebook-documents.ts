/**
 * A notebook as modules for the type checker, one per cell, in which names mean what the language says: any order, lists of
 * mapped tasks, `undefined` where a reader runs although an upstream task gave nothing. Pure; the server writes them to a
 * folder of its own. Neighbours: cell-document.ts (one module), seal-paths.ts, travel-check.ts (what can be stored).
 */
import { Analyses } from "../compile/analyse-cell";
import type { Parameter } from "../compile/dag";
import { findNames, isPrivate, type Definition, type Names } from "../compile/find-names";
import { parseForm } from "../compile/parse-form";
import { parseDefaults } from "../compile/parse-options";
import { readCells, type CellCache, type CompiledCell } from "../compile/read-cells";
import { Reporter } from "../compile/reporter";
import type { Cell } from "../notebook/notebook";
import { makeDocument, type CellDocument } from "./cell-document";
import { isOpenModule, sealPaths } from "./seal-paths";

/** What a cell gives, as it arrives: the plain values, the lists of a mapped task, and either where it may be missing. */
type Arrival = "cell" | "list" | "maybe";

export interface Port {
  readonly name: string;
  readonly cell: string;
  /** Where the type of the value stands, as its readers see it. */
  readonly file: string;
}

interface KnownCell {
  readonly compiled: CompiledCell;
  readonly file: string;
  readonly document: CellDocument;
}

/** Words that the generated lines use begin so; nothing of them is ever shown. */
export const hiddenPrefix = "__heddle";

export class NotebookDocuments {
  private readonly analyses = new Analyses();
  private readonly sealed = new WeakMap<Cell, string>();
  private readonly files = new Map<string, string>();
  private readonly packages: ReadonlySet<string>;
  private cache: CellCache;
  private counter = 0;
  private known = new Map<string, KnownCell>();
  private cells: readonly Cell[] = [];
  private texts = new Map<string, string>();
  private importers = new Map<string, Set<string>>();
  private names: Names | undefined;

  constructor(packages: readonly string[]) {
    this.packages = new Set(packages);
    this.cache = { base: parseDefaults([]).options, packages, byCell: new WeakMap() };
  }

  /** Reads a part of a large notebook beforehand, so that `update` has little left to do. */
  warm(cell: Cell): void {
    if (isCode(cell)) {
      this.analyses.analyse(cell.source);
      this.seal(cell);
    }
  }

  /** Texts by file that are new or differ from before, and files that are gone. `open` cells see every name there is. */
  update(cells: readonly Cell[], open: ReadonlySet<string>): { changed: ReadonlyMap<string, string>; removed: readonly string[] } {
    const reporter = new Reporter();
    this.analyses.turn();
    this.cells = cells;
    const compiled = readCells(cells, this.analyses, this.cache, reporter);
    const names = findNames(compiled, reporter);
    this.names = names;
    const texts = new Map<string, string>();
    const known = new Map<string, KnownCell>();
    const arrivals = new Set<string>();
    const importers = new Map<string, Set<string>>();
    const shared = sharedDefinitions(compiled, names);
    for (const cell of compiled) {
      const file = this.nameFile(cell.cell.id);
      // What cannot be parsed says nothing of what it reads.
      const seesAll = isCode(cell.cell) && (open.has(cell.cell.id) || cell.analysis.broken);
      const document = this.write(cell, names, seesAll ? shared : [], (home, arrival) => {
        const target = this.nameFile(home.cell.id);
        arrivals.add(`${arrival} ${home.cell.id}`);
        const readers = importers.get(target);
        if (readers) readers.add(file);
        else importers.set(target, new Set([file]));
      });
      known.set(cell.cell.id, { compiled: cell, file, document });
      texts.set(file, document.text);
    }
    for (const cell of compiled) {
      const file = this.nameFile(cell.cell.id);
      const needsMaybe = arrivals.has(`maybe ${cell.cell.id}`);
      if (cell.each)
        texts.set(
          `${file}.list`,
          writeArrival(cell, file, (type) => `(${type})[]`),
        );
      if (needsMaybe)
        texts.set(
          `${file}.maybe`,
          writeArrival(cell, cell.each ? `${file}.list` : file, (type) => `${type} | undefined`),
        );
    }
    const changed = new Map([...texts].filter(([file, text]) => this.texts.get(file) !== text));
    const removed = [...this.texts.keys()].filter((file) => !texts.has(file));
    this.texts = texts;
    this.known = known;
    this.importers = importers;
    return { changed, removed };
  }

  /** Cells whose types may differ after these files changed: the cells themselves and whatever reads them, however far. */
  affected(files: Iterable<string>): ReadonlySet<string> {
    const seen = new Set<string>();
    const queue = [...files].map((file) => file.split(".")[0]!);
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      if (seen.has(file)) continue;
      seen.add(file);
      queue.push(...(this.importers.get(file) ?? []));
    }
    return new Set([...this.known].filter(([, { file }]) => seen.has(file)).map(([id]) => id));
  }

  /** Every value that other tasks may read, in the order of the cells. */
  ports(): readonly Port[] {
    return [...this.known.values()].flatMap(({ compiled, file }) =>
      [...compiled.definitions.values()].flatMap((one): Port[] => {
        const isPort = compiled.isTask && one.travels === "value" && !one.typeOnly && !isPrivate(one.name);
        return isPort && this.names?.shared(one.name) === one
          ? [{ name: one.name, cell: compiled.cell.id, file: compiled.each ? `${file}.list` : file }]
          : [];
      }),
    );
  }

  /** Classes of the notebook, whose instances arrive as instances, with the file of each. */
  classes(): readonly { readonly name: string; readonly file: string }[] {
    return [...this.known.values()].flatMap(({ compiled, file }) =>
      [...compiled.definitions.values()].flatMap((one) =>
        one.travels === "portable" && one.declaration?.sort === "class" && !one.typeOnly && !isPrivate(one.name)
          ? [{ name: one.name, file }]
          : [],
      ),
    );
  }

  imports(module: string): boolean {
    return [...this.known.values()].some(({ compiled }) =>
      compiled.analysis.units.some(({ from }) => from?.module === module || from?.module.startsWith(`${module}/`)),
    );
  }

  textOf(file: string): string | undefined {
    return this.texts.get(file);
  }

  get ids(): readonly string[] {
    return this.cells.map(({ id }) => id);
  }

  documentOf(cellId: string): { readonly file: string; readonly document: CellDocument; readonly cell: CompiledCell } | undefined {
    const found = this.known.get(cellId);
    return found && { file: found.file, document: found.document, cell: found.compiled };
  }

  /** The cell behind a file, its companions included. */
  cellOf(file: string): string | undefined {
    const [own] = file.split(".");
    for (const [id, { file: of }] of this.known) if (of === own) return id;
    return undefined;
  }

  /** Where a name of the notebook is defined. */
  definitionOf(name: string): Definition | undefined {
    return this.names?.shared(name);
  }

  private nameFile(cellId: string): string {
    let file = this.files.get(cellId);
    if (file === undefined) this.files.set(cellId, (file = `cell${++this.counter}`));
    return file;
  }

  private seal(cell: Cell): string {
    let text = this.sealed.get(cell);
    // Other line ends than the notebook's own would be lines of their own to the checker.
    if (text === undefined) this.sealed.set(cell, (text = sealPaths(cell.source, this.packages).replace(/[\r\u2028\u2029]/g, " ")));
    return text;
  }

  private write(
    cell: CompiledCell,
    names: Names,
    alsoSeen: readonly Definition[],
    reads: (home: CompiledCell, arrival: Arrival) => void,
  ): CellDocument {
    const wanted = new Map<string, Definition>();
    const want = (definition: Definition | undefined) => {
      if (!definition || definition.home === cell || cell.definitions.has(definition.name) || cell.eachNames.has(definition.name)) return;
      wanted.set(definition.name, definition);
    };
    for (const name of usedNames(cell)) want(names.resolve(name, cell));
    // A text that cannot be parsed may declare a name all the same.
    const declared = cell.analysis.broken ? guessDeclared(cell.cell.source) : undefined;
    for (const one of alsoSeen) if (!declared?.has(one.name)) want(one);
    const isLenient = cell.parsed.options.join !== "all" || cell.parsed.options.on !== undefined;
    const imports = [...wanted.values()].map((definition) => {
      const { name, home } = definition;
      if (definition.travels === "import") return this.importAgain(definition);
      const isValue = definition.travels === "value" && !definition.typeOnly;
      const arrival: Arrival = !isValue ? "cell" : isLenient && home.isTask ? "maybe" : home.each ? "list" : "cell";
      reads(home, arrival);
      return `import{${name}}from"./${this.nameFile(home.cell.id)}${arrival === "cell" ? "" : `.${arrival}`}";`;
    });
    const header = [
      ...(cell.each?.variables ?? []).map(({ name, source }) => ({
        option: "each",
        before: `const ${name} = ${hiddenPrefix}.element(`,
        expression: this.sealExpression(source),
        after: ");",
      })),
      ...(cell.when ? [{ option: "when", before: "if (", expression: this.sealExpression(cell.when.text), after: ") {}" }] : []),
    ];
    if (header.length > 0) imports.push(`import*as ${hiddenPrefix} from"../prelude";`);
    return makeDocument({
      imports,
      header,
      text: isCode(cell.cell) ? this.seal(cell.cell) : "",
      exports: writeExports(cell),
    });
  }

  private sealExpression(text: string): string {
    return sealPaths(`(${text})`, this.packages).slice(1, -1);
  }

  private importAgain({ name, declaration, typeOnly }: Definition): string {
    const { module, imported } = declaration!.import!;
    if (!isOpenModule(module, this.packages)) return `declare const ${name}: any;`;
    const word = typeOnly ? "import type " : "import ";
    const from = JSON.stringify(module);
    if (imported === "*") return `${word}* as ${name} from ${from};`;
    if (imported === "default") return `${word}${name} from ${from};`;
    return imported === name ? `${word}{${name}} from ${from};` : `${word}{${JSON.stringify(imported)} as ${name}} from ${from};`;
  }
}

function isCode(cell: Cell): boolean {
  return cell.kind === "code" || cell.kind === "params";
}

/** Names in imports, types and patterns of a text that has no tree. */
function guessDeclared(text: string): ReadonlySet<string> {
  const clauses = [
    ...text.matchAll(/\bimport\s+([^"'`;]*?)\s+from\b/g),
    ...text.matchAll(/\b(?:const|let|var)\s*([[{][^=;]*)=/g),
    ...text.matchAll(/\b(?:type|interface|namespace|class|enum|function|const|let|var)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu),
  ];
  return new Set(clauses.flatMap(([, clause]) => clause!.match(/[\p{ID_Start}$_][\p{ID_Continue}$]*/gu) ?? []));
}

function usedNames({ analysis, each, when }: CompiledCell): ReadonlySet<string> {
  const used = new Set<string>(analysis.exports.map(({ name }) => name));
  for (const unit of analysis.units) for (const name of unit.references.uses.keys()) used.add(name);
  for (const source of each?.sources ?? []) for (const name of source.references.uses.keys()) used.add(name);
  for (const name of when?.references.uses.keys() ?? []) used.add(name);
  return used;
}

function sharedDefinitions(cells: readonly CompiledCell[], names: Names): readonly Definition[] {
  return cells.flatMap((cell) => [...cell.definitions.values()].filter((one) => names.shared(one.name) === one));
}

function writeExports(cell: CompiledCell): readonly string[] {
  const lines = cell.headerNames.map(({ name, option }) => `export declare const ${name}: ${typeOfHeaderName(cell, name, option)};`);
  const listed = new Set(cell.analysis.exports.map(({ name }) => name));
  const own = [...cell.definitions.values()].filter(
    ({ name, declaration, exported, travels }) =>
      declaration !== undefined && travels !== "import" && !exported && !isPrivate(name) && !listed.has(name),
  );
  if (own.length > 0) lines.push(`export { ${own.map(({ name }) => name).join(", ")} };`);
  return lines;
}

/** A field of an approval's form has a type; what a script writes is known when it has run. */
function typeOfHeaderName(cell: CompiledCell, name: string, option: string): string {
  // Columns of a query are known when it has run; that they come in rows is known before.
  if (cell.kind === "sql") return "{ [column: string]: any }[]";
  if (option !== "form") return "any";
  const form = parseForm(cell.parsed.settings["form"]);
  const field = "fields" in form ? form.fields.find((one) => one.name === name) : undefined;
  return field ? typeOfField(field) : "any";
}

function typeOfField({ type, options }: Parameter): string {
  if (options) return options.map((option) => JSON.stringify(option)).join(" | ");
  return type === "json" ? "any" : type;
}

function writeArrival(cell: CompiledCell, from: string, wrap: (type: string) => string): string {
  const values = [...cell.definitions.values()].filter((one) => one.travels === "value" && !one.typeOnly && !isPrivate(one.name));
  return [
    "export {};",
    ...values.map(({ name }) => `import{${name} as ${hiddenPrefix}_${name}}from"./${from}";`),
    ...values.map(({ name }) => `export declare const ${name}: ${wrap(`typeof ${hiddenPrefix}_${name}`)};`),
    "",
  ].join("\n");
}
