/** Notebook → the cells as the compiler sees them: key, kind, parsed header, analysed text. Checks headers and titles. */
import { cellKey, toSlug } from "../notebook/cell-key";
import { cellKinds, type Cell, type CellKind } from "../notebook/notebook";
import type { Analyses, CellAnalysis } from "./analyse-cell";
import type { TaskOptions } from "./dag";
import { parseEach, parseExpressionText, type ParsedEach, type ParsedExpression } from "./parse-each";
import { parseForm } from "./parse-form";
import { parseOptions, readDuration, readNames, type ParsedOptions } from "./parse-options";
import { momentWanted, readMoment } from "./wait-end";
import { toDefinitions, type Definition } from "./find-names";
import { checkGlobals } from "./check-names";
import { checkImports } from "./check-packages";
import { findParameters, type ParamStatement } from "./find-parameters";
import { isName } from "./reserved-names";
import { placeInHeader, placeInSource, placeOfOption, Reporter, wholeOption } from "./reporter";

export interface CompiledCell {
  readonly cell: Cell;
  readonly key: string;
  /** Whether the key is that of its title. */
  readonly isTitled: boolean;
  /** Undefined for a kind that nobody knows. */
  readonly kind: CellKind | undefined;
  readonly analysis: CellAnalysis;
  readonly parsed: ParsedOptions;
  readonly each: Extract<ParsedEach, { variables: unknown }> | undefined;
  readonly eachNames: ReadonlySet<string>;
  readonly when: ParsedExpression | undefined;
  readonly isTask: boolean;
  /** It would be a task, were it not for `disabled=on`. Its names stay its own. */
  readonly isDisabled: boolean;
  /** Names given by a header: `out=` of a script, `form=` of an approval. */
  readonly headerNames: readonly { readonly name: string; readonly option: string }[];
  /** Of a params cell. */
  readonly paramStatements: readonly ParamStatement[];
  /** What it defines, by name. */
  readonly definitions: ReadonlyMap<string, Definition>;
  /** What is wrong with it by itself. */
  readonly faults: Reporter;
}

/** Cells read before, by identity: an edit makes a new one of the cell that it changes and keeps the others. */
export interface CellCache {
  /** Front matter's defaults. */
  readonly base: TaskOptions;
  readonly packages: readonly string[] | undefined;
  readonly byCell: WeakMap<Cell, CompiledCell>;
}

export function readCells(cells: readonly Cell[], analyses: Analyses, cache: CellCache, reporter: Reporter): CompiledCell[] {
  const compiled = cells.map((cell, index) => {
    const before = cache.byCell.get(cell);
    // Only an untitled cell is called by its position.
    const isKept = before && (before.isTitled || before.key === cellKey(cell, index));
    const read = isKept ? before : readCell(cell, cellKey(cell, index), analyses, cache);
    if (!isKept) cache.byCell.set(cell, read);
    reporter.repeat(read.faults);
    return read;
  });
  checkTitles(compiled, reporter);
  const [, ...others] = compiled.filter((one) => one.kind === "params");
  for (const other of others) {
    reporter.bar(other);
    reporter.report(
      "bad-param",
      placeInHeader(other, (spans) => spans.kind),
      `A notebook has at most one [params] cell: move these parameters to the first.`,
    );
  }
  return compiled;
}

function readCell(cell: Cell, key: string, analyses: Analyses, { base, packages }: CellCache): CompiledCell {
  const reporter = new Reporter();
  const kind = cellKinds.find((one) => one === cell.kind);
  const located = { cell, key };
  if (!kind) {
    const known = cellKinds.map((one) => `[${one}]`).join(", ");
    reporter.report(
      "bad-header",
      placeInHeader(located, (spans) => spans.kind),
      `There is no kind of cell [${cell.kind}]. Use one of ${known}, or none for code.`,
    );
  }
  const parsed = parseOptions(cell.kind, kind ? cell.options : [], base);
  for (const fault of parsed.faults) {
    reporter.report(
      "bad-header",
      placeInHeader(located, (spans) => wholeOption(spans, fault.index)),
      fault.message,
    );
  }
  if (kind === "wait" && (parsed.settings["for"] === undefined) === (parsed.settings["until"] === undefined)) {
    reporter.report(
      "bad-header",
      placeInHeader(located, (spans) => spans.kind),
      `A [wait] cell needs one of for=20s and until=….`,
    );
  }

  for (const { option, message } of settingFaults(kind, parsed)) {
    reporter.bar(located);
    reporter.report("bad-header", placeOfOption(located, option, "whole"), message);
  }

  const headerNames = namesInHeader(kind, parsed);
  for (const { name, option } of headerNames) {
    if (isName(name)) continue;
    reporter.bar(located);
    const message = `"${name}" cannot be a name: ${option}= takes names as a variable has them, such as best_rows.`;
    reporter.report("bad-header", placeOfOption(located, option, "whole"), message);
  }

  const analysis = analyses.analyse(kind === "code" || kind === "params" ? cell.source : "");
  for (const error of analysis.errors) {
    reporter.report(
      "syntax-error",
      placeInSource(located, { start: error.at, end: Math.min(error.at + 1, cell.source.length) }),
      error.message,
    );
  }
  if (analysis.broken) reporter.bar(located);
  for (const fault of analysis.unsupported) {
    reporter.bar(located);
    reporter.report("unsupported-syntax", placeInSource(located, fault), fault.message);
  }
  checkGlobals(located, analysis, reporter);
  checkImports(located, analysis, packages, reporter);

  const each = parsed.each === undefined ? undefined : parseEach(parsed.each);
  if (each && "fault" in each) {
    reporter.bar(located);
    reporter.report("bad-each", placeOfOption(located, "each"), each.fault);
  }
  const when = parsed.when === undefined ? undefined : parseExpressionText(parsed.when);
  if (when && "fault" in when) {
    reporter.bar(located);
    reporter.report("bad-when", placeOfOption(located, "when"), `when="${parsed.when}" is no TypeScript expression: ${when.fault}`);
  }
  const goesOver = each && "variables" in each ? each : undefined;
  const compiled: CompiledCell = {
    cell,
    key,
    isTitled: toSlug(cell.title) !== "",
    kind,
    analysis,
    parsed,
    each: goesOver,
    when: when && "text" in when ? when : undefined,
    eachNames: new Set(goesOver?.variables.map((one) => one.name)),
    isTask: isTask(kind, analysis) && !parsed.disabled,
    isDisabled: isTask(kind, analysis) && parsed.disabled,
    paramStatements: kind === "params" ? findParameters(cell.source) : [],
    headerNames: headerNames.filter(({ name }) => isName(name)),
    definitions: new Map(),
    faults: reporter,
  };
  return Object.assign(compiled, { definitions: toDefinitions(compiled) });
}

/** Portable definitions only, markdown and parameters are no tasks. */
function isTask(kind: CellKind | undefined, analysis: CellAnalysis): boolean {
  if (kind === undefined || kind === "markdown" || kind === "params") return false;
  if (kind !== "code") return true;
  const isUnread = analysis.broken && analysis.units.length === 0;
  return isUnread || analysis.display !== undefined || analysis.ownUnits.length > 0;
}

/** What the header of a cell that waits cannot mean. */
function settingFaults(kind: CellKind | undefined, { settings }: ParsedOptions): readonly { option: string; message: string }[] {
  if (kind === "approval") {
    const form = parseForm(settings["form"]);
    return "fault" in form ? [{ option: "form", message: form.fault }] : [];
  }
  if (kind !== "wait") return [];
  const { for: time, until } = settings;
  const read = time === undefined ? undefined : readDuration(time);
  if (read && "wanted" in read) return [{ option: "for", message: `for= needs ${read.wanted}, not "${time}".` }];
  if (until !== undefined && readMoment(until, 0) === undefined) {
    return [{ option: "until", message: `until= needs ${momentWanted}, not "${until}".` }];
  }
  return [];
}

function namesInHeader(kind: CellKind | undefined, parsed: ParsedOptions): CompiledCell["headerNames"] {
  if (kind === "approval") {
    const form = parseForm(parsed.settings["form"]);
    return "fields" in form ? form.fields.map(({ name }) => ({ name, option: "form" })) : [];
  }
  const option = kind === "script" || kind === "sql" ? "out" : undefined;
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
    reporter.bar(one);
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
