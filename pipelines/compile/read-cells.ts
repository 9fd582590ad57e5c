/** Notebook → the cells as the compiler sees them: key, kind, parsed header, analysed text. Checks headers and titles. */
import { cellKey } from "../notebook/cell-key";
import { cellKinds, type Cell, type CellKind } from "../notebook/notebook";
import type { Analyses, CellAnalysis } from "./analyse-cell";
import type { TaskOptions } from "./dag";
import { parseEach, parseExpressionText, type ParsedEach, type ParsedExpression } from "./parse-each";
import { parseOptions, readNames, type ParsedOptions } from "./parse-options";
import { placeInHeader, placeInSource, placeOfOption, type Reporter } from "./reporter";

export interface CompiledCell {
  readonly cell: Cell;
  readonly index: number;
  readonly key: string;
  /** Undefined for a kind that nobody knows. */
  readonly kind: CellKind | undefined;
  readonly analysis: CellAnalysis;
  readonly parsed: ParsedOptions;
  readonly each: Extract<ParsedEach, { variables: unknown }> | undefined;
  readonly eachNames: ReadonlySet<string>;
  readonly when: ParsedExpression | undefined;
  readonly isTask: boolean;
  /** Names given by a header: `out=` of a script, `form=` of an approval. */
  readonly headerNames: readonly { readonly name: string; readonly option: string }[];
  /** Something is wrong that makes its program meaningless: it and what depends on it is left out of the DAG. */
  barred: boolean;
}

/** What a header says, kept by cell: headers seldom change. */
export interface HeaderCache {
  readonly base: TaskOptions;
  readonly byCell: WeakMap<Cell, { parsed: ParsedOptions; each: ParsedEach | undefined; when: ReturnType<typeof parseExpressionText> | undefined }>;
}

export function readCells(cells: readonly Cell[], analyses: Analyses, headers: HeaderCache, reporter: Reporter): CompiledCell[] {
  const compiled = cells.map((cell, index) => readCell(cell, index, analyses, headers, reporter));
  checkTitles(compiled, reporter);
  const [, ...others] = compiled.filter((one) => one.kind === "params");
  for (const other of others) {
    other.barred = true;
    reporter.report("bad-param", placeInHeader(other, (spans) => spans.kind), `A notebook has at most one [params] cell: move these parameters to the first.`);
  }
  return compiled;
}

function readCell(cell: Cell, index: number, analyses: Analyses, headers: HeaderCache, reporter: Reporter): CompiledCell {
  const key = cellKey(cell, index);
  const kind = cellKinds.find((one) => one === cell.kind);
  const located = { cell, key };
  let barred = false;
  if (!kind) {
    const known = cellKinds.map((one) => `[${one}]`).join(", ");
    reporter.report("bad-header", placeInHeader(located, (spans) => spans.kind), `There is no kind of cell [${cell.kind}]. Use one of ${known}, or none for code.`);
  }
  let header = headers.byCell.get(cell);
  if (!header) {
    const parsed = parseOptions(cell.kind, kind ? cell.options : [], headers.base);
    header = {
      parsed,
      each: parsed.each === undefined ? undefined : parseEach(parsed.each),
      when: parsed.when === undefined ? undefined : parseExpressionText(parsed.when),
    };
    headers.byCell.set(cell, header);
  }
  const { parsed } = header;
  for (const fault of parsed.faults) {
    reporter.report("bad-header", placeInHeader(located, (spans) => {
      const option = spans.options[fault.index];
      return option && { start: option.key.start, end: Math.max(option.key.end, option.value.end) };
    }), fault.message);
  }
  if (kind === "wait" && (parsed.settings["for"] === undefined) === (parsed.settings["until"] === undefined)) {
    reporter.report("bad-header", placeInHeader(located, (spans) => spans.kind), `A [wait] cell needs one of for=20s and until=….`);
  }

  const analysis = analyses.analyse(kind === "code" || kind === "params" ? cell.source : "");
  for (const error of analysis.errors) {
    reporter.report("syntax-error", placeInSource(located, { start: error.at, end: error.at + 1 }), error.message);
  }
  if (analysis.broken) barred = true;

  let each: CompiledCell["each"];
  if (header.each && "fault" in header.each) {
    barred = true;
    reporter.report("bad-each", placeOfOption(located, "each"), header.each.fault);
  } else each = header.each;
  let when: ParsedExpression | undefined;
  if (header.when && "fault" in header.when) {
    barred = true;
    reporter.report("bad-when", placeOfOption(located, "when"), `when="${parsed.when}" is no TypeScript expression: ${header.when.fault}`);
  } else when = header.when;

  return {
    cell, index, key, kind, analysis, parsed, each, when, barred,
    eachNames: new Set(each?.variables.map((one) => one.name)),
    isTask: isTask(kind, analysis),
    headerNames: namesInHeader(kind, parsed),
  };
}

/** Portable definitions only, markdown and parameters are no tasks. */
function isTask(kind: CellKind | undefined, analysis: CellAnalysis): boolean {
  if (kind === undefined || kind === "markdown" || kind === "params") return false;
  if (kind !== "code" || analysis.program === undefined) return kind !== "code" || analysis.broken;
  return analysis.display !== undefined || analysis.units.some((unit) => unit.role === "value" || unit.role === "statement");
}

function namesInHeader(kind: CellKind | undefined, parsed: ParsedOptions): CompiledCell["headerNames"] {
  const option = kind === "approval" ? "form" : kind === "script" || kind === "sql" ? "out" : undefined;
  const text = option === undefined ? undefined : parsed.settings[option];
  const read = text === undefined ? undefined : readNames(text);
  return read && "value" in read ? read.value.map((name) => ({ name, option: option! })) : [];
}

function checkTitles(cells: readonly CompiledCell[], reporter: Reporter): void {
  const first = new Map<string, CompiledCell>();
  for (const one of cells) {
    const other = first.get(one.key);
    if (!other) {
      first.set(one.key, one);
      continue;
    }
    one.barred = true;
    const pair = [one, other].filter((cell) => cell.cell.title !== "");
    for (const cell of pair) {
      const twin = cell === one ? other : one;
      const place = placeInHeader(cell, (spans) => spans.title);
      const message = `Two cells are called "${cell.key}": give one of them another title.`;
      const twinPlace = placeInHeader(twin, (spans) => (twin.cell.title === "" ? spans.line : spans.title));
      reporter.report("duplicate-title", place, message, [{ ...twinPlace, message: "The other one is here." }]);
    }
  }
}
