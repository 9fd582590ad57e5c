/**
 * Everything that one cell's text says by itself, without the rest of the notebook. Kept by text in `Analyses`, so that
 * an edit re-reads one cell only.
 */
import { findDeclarations, type CellDeclarations, type Declaration, type Declared } from "./find-declarations";
import { findReferences, type References } from "./find-references";
import type { Mutation } from "./find-mutations";
import { findSuspects, type Suspect } from "./find-suspects";
import { findTraits, noTraits, type Traits } from "./find-traits";
import { findUnsupported, type Unsupported } from "./find-unsupported";
import { parseCell, type ParseError } from "./parse-cell";
import { printShape } from "./print-shape";
import { sha256 } from "./sha256";
import { nodesAt, type SyntaxNode } from "./syntax-node";
import type { Touch } from "./touch";

export interface CellAnalysis {
  readonly text: string;
  readonly errors: readonly ParseError[];
  readonly broken: boolean;
  readonly units: readonly Unit[];
  /** The units that the cell's own task runs: all that do not travel as source. */
  readonly ownUnits: readonly Unit[];
  /** What the own units run, as a hash. */
  readonly ownDigest: string;
  readonly declarations: readonly (Declaration & { readonly unit: Unit })[];
  readonly blanks: CellDeclarations["blanks"];
  readonly exports: CellDeclarations["exports"];
  /** The expression of the last statement. */
  readonly display: { readonly start: number; readonly end: number } | undefined;
  readonly unsupported: readonly Unsupported[];
  /** Of all units together. */
  readonly assignments: readonly Touch[];
  readonly mutations: readonly Mutation[];
  readonly calls: ReadonlyMap<string, readonly Touch[]>;
}

/** A top-level statement (or one declarator of it) with all that is asked of its tree; the tree itself is not kept. */
export interface Unit extends Omit<Declared, "nodes"> {
  readonly references: References;
  /** What a portable unit runs, as a hash; "" for types, of which nothing runs, and for the others. */
  readonly digest: string;
  readonly traits: Traits;
  /** For each variable, parts of its initialiser that may be unable to travel. */
  readonly suspects: ReadonlyMap<string, readonly Suspect[]>;
}

/** What was learnt about texts: pass the same object again and unchanged cells cost next to nothing. */
export class Analyses {
  private current = new Map<string, CellAnalysis>();
  private before = new Map<string, CellAnalysis>();

  /** Texts that no longer occur are forgotten after the next compile. */
  turn(): void {
    this.before = this.current;
    this.current = new Map();
  }

  analyse(text: string): CellAnalysis {
    const found = this.current.get(text) ?? this.before.get(text) ?? analyseCell(text);
    this.current.set(text, found);
    return found;
  }
}

function analyseCell(text: string): CellAnalysis {
  const { program, errors } = parseCell(text);
  if (!program) {
    const units = guessUnits(text);
    return { ...toAnalysis(text, units), errors, broken: true, units: [], ownUnits: [] };
  }
  const { units: declared, blanks, exports } = findDeclarations(program);
  const own = declared.filter(isOwn);
  return {
    ...toAnalysis(text, declared.map(toUnit)),
    errors,
    broken: errors.length > 0,
    ownDigest: toDigest(own.map((unit) => printShape(unit.nodes)).join("\n")),
    blanks,
    exports,
    display: findDisplay(program, text),
    unsupported: findUnsupported(program, text),
  };
}

function toAnalysis(text: string, units: readonly Unit[]): CellAnalysis {
  const calls = new Map<string, Touch[]>();
  for (const unit of units) {
    for (const call of unit.references.calls) {
      const list = calls.get(call.name);
      if (list) list.push(call);
      else calls.set(call.name, [call]);
    }
  }
  return {
    text,
    errors: [],
    broken: false,
    units,
    ownUnits: units.filter(isOwn),
    ownDigest: "",
    declarations: units.flatMap((unit) => unit.definitions.map((one) => ({ ...one, unit }))),
    blanks: [],
    exports: [],
    display: undefined,
    unsupported: [],
    calls,
    assignments: units.flatMap((unit) => unit.references.assignments),
    mutations: units.flatMap((unit) => unit.references.mutations),
  };
}

function isOwn({ role }: Pick<Declared, "role">): boolean {
  return role === "value" || role === "statement";
}

function toDigest(shape: string): string {
  return shape === "" ? "" : sha256(shape);
}

const noSuspects: Unit["suspects"] = new Map();

function toUnit({ role, nodes, keep, definitions, from }: Declared): Unit {
  const isPortable = role === "portable";
  return {
    role,
    keep,
    definitions,
    ...(from && { from }),
    references: findReferences(nodes),
    digest: isPortable ? toDigest(printShape(nodes)) : "",
    traits: isPortable ? findTraits(nodes[0]!) : noTraits,
    suspects: role === "value" ? findSuspects(nodes) : noSuspects,
  };
}

/** The last statement, if it is an expression. A lone string is a directive to the parser, an expression to the reader. */
function findDisplay(program: SyntaxNode, text: string): { start: number; end: number } | undefined {
  const last = nodesAt(program, "body").at(-1) ?? nodesAt(program, "directives").at(-1);
  if (last?.type !== "ExpressionStatement" && last?.type !== "Directive") return undefined;
  return { start: last.start, end: text[last.end - 1] === ";" ? last.end - 1 : last.end };
}

/** A text without a tree still says, line by line, what it would define: its readers wait for it instead of running without. */
function guessUnits(text: string): readonly Unit[] {
  const pattern = /^(?:export\s+)?(?:async\s+)?(?:const|let|var|function\*?|class|enum)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu;
  return [...text.matchAll(pattern)].map((match) => {
    const name = match[1]!;
    const end = match.index + match[0].length;
    const definition = { name, sort: "var", start: end - name.length, end, exported: false, typeOnly: false } as const;
    return toUnit({ role: "value", nodes: [], keep: [], definitions: [definition] });
  });
}
