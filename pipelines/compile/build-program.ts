/**
 * The text that a task runs: imports apart, copies of the portable definitions it reaches, then its cell's own text.
 * Text is only ever blanked, never moved within its line, so that every position still points into a cell.
 */
import type { Unit } from "./analyse-cell";
import type { Program, ProgramImport, ProgramLines } from "./dag";
import type { TextRange } from "./find-declarations";
import { blank, countLines, keepOnly } from "./blank-text";
import { isPrivate, type Definition, type Names } from "./find-names";
import type { Reach } from "./reach";
import type { CompiledCell } from "./read-cells";
import { sortBy } from "./sort-by";
import { sortPieces } from "./sort-pieces";

export interface ProgramSource {
  readonly cell: CompiledCell;
  readonly names: Names;
  readonly reach: Reach;
  /** Values that the program gives. */
  readonly outputs: readonly Definition[];
  /** Classes whose instances may arrive. */
  readonly classes: readonly Definition[];
  /** Whether the cell's own text is part of it; an expansion has only what its `each` reaches. */
  readonly withOwnText: boolean;
}

export function buildProgram(source: ProgramSource): Program {
  return new Builder(source).build();
}

class Builder {
  private readonly parts: string[] = [];
  private readonly lines: ProgramLines[] = [];
  private readonly dynamicImports: number[] = [];
  private readonly imports: ProgramImport[] = [];
  /** What a name means at the top of the program: to tell when a copied piece means something else by it. */
  private readonly top = new Map<string, Definition | "element">();
  private length = 0;
  private lineCount = 0;

  constructor(private readonly source: ProgramSource) {}

  build(): Program {
    const { cell, reach, outputs, classes, withOwnText } = this.source;
    const early = new Set<Unit>();
    const inPlace = new Set<Unit>();
    for (const [unit, home] of reach.units) {
      if (home !== cell || !withOwnText) early.add(unit);
      else if (this.canMove(unit)) early.add(unit);
      else inPlace.add(unit);
    }
    this.declareTop(inPlace);
    const groups = new Map<CompiledCell, Unit[]>();
    const pieces = sortPieces(early, reach.units, this.source.names);
    for (const unit of pieces) {
      const home = reach.units.get(unit)!;
      const list = groups.get(home);
      if (list) list.push(unit);
      else groups.set(home, [unit]);
    }
    const inGroups = new Map([...groups].map(([home, units]) => [home, this.clashesOf(home, units)]));
    for (const unit of pieces) {
      const home = reach.units.get(unit)!;
      const clashes = inGroups.get(home)!;
      if (clashes.size === 0) this.addPiece(unit, home);
      else if (groups.has(home)) {
        this.addScoped(home, groups.get(home)!, clashes);
        groups.delete(home);
      }
    }
    for (const definition of sortBy(reach.imports, (one) => one.name)) {
      if (this.top.get(definition.name) === definition) this.addImport(definition, definition.name);
    }
    const display = withOwnText ? this.addOwnText(early) : undefined;
    const registered = classes.filter((one) => this.top.get(one.name) === one && one.unit && reach.units.has(one.unit));
    return {
      text: this.parts.join("\n"),
      imports: this.imports,
      lines: this.lines,
      display,
      classes: registered.filter((one) => early.has(one.unit!)).map((one) => one.name),
      ownClasses: registered.filter((one) => inPlace.has(one.unit!)).map((one) => one.name),
      dynamicImports: this.dynamicImports,
      returns: outputs.map((one) => ({ name: this.source.names.storedName(one), local: one.name })),
    };
  }

  /** A definition of the own cell goes first, unless making it might read a value that the own text makes. */
  private canMove(unit: Unit): boolean {
    const isHoisted = unit.definitions.every((one) => one.sort === "function" || one.typeOnly);
    return unit.keep.length === 1 && !isHoisted && this.readsNoOwnValue(unit);
  }

  private readsNoOwnValue(unit: Unit): boolean {
    const { cell, names } = this.source;
    for (const [name, use] of unit.references.uses) {
      if (!use.value) continue;
      if (cell.eachNames.has(name)) return false;
      const definition = names.resolve(name, cell);
      if (definition?.home === cell && definition.travels === "value") return false;
    }
    return true;
  }

  private declareTop(inPlace: ReadonlySet<Unit>): void {
    const { cell, names, withOwnText } = this.source;
    for (const name of cell.eachNames) this.top.set(name, "element");
    if (withOwnText) {
      for (const [name, definition] of names.own(cell)) this.top.set(name, definition);
      for (const unit of [...cell.analysis.ownUnits, ...inPlace]) this.declareUses(unit.references.uses.keys(), cell);
    }
    const expressions = withOwnText ? [cell.when] : (cell.each?.sources ?? []);
    for (const one of expressions) if (one) this.declareUses(one.references.uses.keys(), cell);
  }

  private declareUses(used: Iterable<string>, home: CompiledCell): void {
    for (const name of used) {
      const definition = this.source.names.resolve(name, home);
      if (definition && !this.top.has(name)) this.top.set(name, definition);
    }
  }

  /** Names that the pieces of a cell use in another sense than the top of the program; the others are bound there. */
  private clashesOf(home: CompiledCell, units: readonly Unit[]): ReadonlyMap<string, Definition> {
    const clashes = new Map<string, Definition>();
    const mine = new Map<string, Definition>();
    for (const unit of units) {
      const used = [...unit.references.uses].filter(([, use]) => use.value || use.type).map(([name]) => name);
      for (const name of [...used, ...unit.definitions.map((one) => one.name)]) {
        if (home === this.source.cell && home.eachNames.has(name)) continue;
        const definition = this.source.names.resolve(name, home);
        if (!definition || definition.typeOnly) continue;
        mine.set(name, definition);
        const there = this.top.get(name);
        const renamed =
          definition.travels === "value" && this.source.names.storedName(definition) !== name && definition.home !== this.source.cell;
        if (renamed || (there !== undefined && there !== definition)) clashes.set(name, definition);
      }
    }
    for (const [name, definition] of mine) if (!clashes.has(name)) this.top.set(name, definition);
    return clashes;
  }

  private addPiece(unit: Unit, home: CompiledCell): void {
    const text = home.analysis.text;
    const first = unit.keep[0]!;
    const start = text.lastIndexOf("\n", first.start - 1) + 1;
    const end = unit.keep.at(-1)!.end;
    const base = this.length - start;
    for (const at of unit.references.dynamicImports) this.dynamicImports.push(base + at);
    this.addLines(keepOnly(text, start, end, unit.keep) + ";", home, countLines(text.slice(0, start)));
  }

  /** Pieces of one cell in a scope of their own, where a name may mean something else than at the top. */
  private addScoped(home: CompiledCell, units: readonly Unit[], clashes: ReadonlyMap<string, Definition>): void {
    const parameters: string[] = [];
    const values: string[] = [];
    for (const [name, definition] of clashes) {
      if (definition.travels === "portable") continue;
      parameters.push(name);
      if (definition.travels === "import") {
        const local = `${name}$${this.imports.length}`;
        this.addImport(definition, local);
        values.push(local);
      } else {
        const from = definition.travels === "param" ? "params" : "inputs";
        values.push(`__heddle.${from}[${JSON.stringify(this.source.names.storedName(definition))}]`);
      }
    }
    const given = new Set<string>();
    for (const { name, typeOnly } of units.flatMap((unit) => unit.definitions)) {
      if (!typeOnly && !clashes.has(name) && !isPrivate(name)) given.add(name);
    }
    const names = [...given].join(", ");
    this.addText(`const { ${names} } = ((${parameters.join(", ")}) => {`);
    for (const unit of units) this.addPiece(unit, home);
    this.addText(`return { ${names} }; })(${values.join(", ")});`);
  }

  private addImport(definition: Definition, local: string): void {
    const { module, imported } = definition.declaration!.import!;
    const { cell } = definition.home;
    this.imports.push({
      module,
      imported,
      local,
      cell: cell.id,
      line: countLines(cell.source.slice(0, definition.declaration!.start)),
    });
  }

  private addOwnText(early: ReadonlySet<Unit>): Program["display"] {
    const { cell, reach } = this.source;
    const { analysis } = cell;
    const blanks: TextRange[] = [...analysis.blanks];
    for (const unit of analysis.units) {
      if (unit.from && unit.definitions.length === 0) {
        this.imports.push({
          module: unit.from.module,
          imported: "*",
          local: "",
          cell: cell.cell.id,
          line: countLines(analysis.text.slice(0, unit.from.start)),
        });
      }
      const isCopied = early.has(unit);
      const isUnused =
        unit.role === "portable" && !reach.units.has(unit) && unit.keep.length === 1 && !unit.definitions.every((one) => one.typeOnly);
      if (isCopied || isUnused) blanks.push(...unit.keep);
      else for (const at of unit.references.dynamicImports) this.dynamicImports.push(this.length + at);
    }
    const display = analysis.display && {
      start: this.length + analysis.display.start,
      end: this.length + analysis.display.end,
    };
    this.addLines(blank(analysis.text, blanks), cell, 1);
    return display;
  }

  private addLines(text: string, home: CompiledCell, cellLine: number): void {
    const count = countLines(text);
    this.lines.push({ line: this.lineCount + 1, count, cell: home.cell.id, cellKey: home.key, cellLine });
    this.addText(text);
  }

  private addText(text: string): void {
    this.parts.push(text);
    this.length += text.length + 1;
    this.lineCount += countLines(text);
  }
}
