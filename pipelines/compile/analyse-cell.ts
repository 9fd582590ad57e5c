/**
 * Everything that one cell's text says by itself, without the rest of the notebook. Kept by text in `Analyses`, so that
 * an edit re-reads one cell only.
 */
import { findDeclarations, type CellDeclarations, type Declaration, type Declared } from "./find-declarations";
import { findReferences, type Mutation, type References, type Touch } from "./find-references";
import { parseCell, type ParseError } from "./parse-cell";
import { printShape } from "./print-shape";
import { sha256 } from "./sha256";
import { nodesAt, type SyntaxNode } from "./syntax-node";

export interface CellAnalysis {
  readonly text: string;
  readonly errors: readonly ParseError[];
  readonly broken: boolean;
  readonly units: readonly Unit[];
  readonly declarations: readonly (Declaration & { readonly unit: Unit })[];
  readonly blanks: CellDeclarations["blanks"];
  readonly exports: CellDeclarations["exports"];
  /** The expression of the last statement. */
  readonly display: { readonly start: number; readonly end: number } | undefined;
  readonly program: SyntaxNode | undefined;
  /** Of all units together. */
  readonly assignments: readonly Touch[];
  readonly mutations: readonly Mutation[];
  readonly calls: ReadonlyMap<string, readonly Touch[]>;
}

export interface Unit extends Declared {
  /** Tells units of the same text apart; never leaves this process. */
  readonly id: number;
  readonly references: References;
  /** What it runs, as a hash. */
  readonly digest: string;
}

/** What was learnt about texts: pass the same object again and unchanged cells cost next to nothing. */
export class Analyses {
  private current = new Map<string, CellAnalysis>();
  private before = new Map<string, CellAnalysis>();
  private nextUnit = 1;

  /** Texts that no longer occur are forgotten after the next compile. */
  turn(): void {
    this.before = this.current;
    this.current = new Map();
  }

  analyse(text: string): CellAnalysis {
    let found = this.current.get(text) ?? this.before.get(text);
    found ??= analyseCell(text, () => this.nextUnit++);
    this.current.set(text, found);
    return found;
  }
}

function analyseCell(text: string, nextId: () => number): CellAnalysis {
  const { program, errors } = parseCell(text);
  if (!program) {
    return {
      text,
      errors,
      broken: true,
      units: [],
      declarations: guessDeclarations(text, nextId),
      blanks: [],
      exports: [],
      display: undefined,
      program,
      assignments: [],
      mutations: [],
      calls: new Map(),
    };
  }
  const { units: declared, blanks, exports } = findDeclarations(program);
  const units = declared.map((unit) => toUnit(unit, nextId()));
  const declarations = units.flatMap((unit) => unit.definitions.map((one) => ({ ...one, unit })));
  const calls = new Map<string, Touch[]>();
  for (const unit of units) {
    for (const call of unit.references.calls) calls.set(call.name, [...(calls.get(call.name) ?? []), call]);
  }
  return {
    text,
    errors,
    units,
    declarations,
    blanks,
    exports,
    program,
    calls,
    broken: errors.length > 0,
    display: findDisplay(program, text),
    assignments: units.flatMap((unit) => unit.references.assignments),
    mutations: units.flatMap((unit) => unit.references.mutations),
  };
}

function toUnit(declared: Declared, id: number): Unit {
  let digest: string | undefined;
  return {
    ...declared,
    id,
    references: findReferences(declared.nodes),
    get digest() {
      return (digest ??= sha256(printShape(declared.nodes)));
    },
  };
}

/** The last statement, if it is an expression. A lone string is a directive to the parser, an expression to the reader. */
function findDisplay(program: SyntaxNode, text: string): { start: number; end: number } | undefined {
  const last = nodesAt(program, "body").at(-1) ?? nodesAt(program, "directives").at(-1);
  if (last?.type !== "ExpressionStatement" && last?.type !== "Directive") return undefined;
  return { start: last.start, end: text[last.end - 1] === ";" ? last.end - 1 : last.end };
}

/** A text without a tree still says, line by line, what it would define: its readers wait for it instead of running without. */
function guessDeclarations(text: string, nextId: () => number): (Declaration & { unit: Unit })[] {
  const found: (Declaration & { unit: Unit })[] = [];
  const pattern =
    /^(?:export\s+)?(?:async\s+)?(?:const|let|var|function\*?|class|enum)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu;
  for (const match of text.matchAll(pattern)) {
    const name = match[1]!;
    const start = match.index + match[0].length - name.length;
    const definition: Declaration = {
      name,
      sort: "var",
      start,
      end: start + name.length,
      exported: false,
      typeOnly: false,
    };
    const unit = toUnit({ role: "value", nodes: [], keep: [], definitions: [definition] }, nextId());
    found.push({ ...definition, unit });
  }
  return found;
}
