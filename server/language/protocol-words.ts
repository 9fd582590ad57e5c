/** The parts of the language server protocol that are heard here, and what becomes of them. */
import type { CellRange, CompletionItem, Hover, Signatures, TypeDiagnostic } from "@/pipelines/language/messages";
import { toCellPosition, type CellDocument, type DocumentPosition } from "@/pipelines/language/cell-document";
import { hiddenPrefix } from "@/pipelines/language/notebook-documents";
import type { Scrubber } from "./scrub-paths";

export interface LspRange {
  readonly start: DocumentPosition;
  readonly end: DocumentPosition;
}

export interface LspLocation {
  readonly uri: string;
  readonly range: LspRange;
}

export interface LspEdit {
  readonly range: LspRange;
  readonly newText: string;
}

export interface LspDiagnostic {
  readonly range: LspRange;
  readonly severity?: number;
  readonly code?: number;
  readonly message: string;
}

type Markup = string | { readonly value: string };

export interface LspCompletionItem {
  readonly label: string;
  readonly kind?: number;
  readonly sortText?: string;
  readonly tags?: readonly number[];
  readonly detail?: string;
  readonly documentation?: Markup;
  readonly additionalTextEdits?: readonly LspEdit[];
  readonly data?: { readonly autoImport?: { readonly name?: string; readonly moduleSpecifier?: string }; readonly source?: string };
}

export interface LspSignatureHelp {
  readonly activeSignature?: number;
  readonly activeParameter?: number;
  readonly signatures: readonly {
    readonly label: string;
    readonly documentation?: Markup;
    readonly activeParameter?: number;
    readonly parameters?: readonly { readonly label: string | readonly [number, number]; readonly documentation?: Markup }[];
  }[];
}

export interface LspInlayHint {
  readonly position: DocumentPosition;
  readonly label: string | readonly { readonly value: string }[];
}

export function markupText(markup: Markup | undefined): string {
  return markup === undefined ? "" : typeof markup === "string" ? markup : markup.value;
}

export function hintText({ label }: LspInlayHint): string {
  return typeof label === "string" ? label : label.map(({ value }) => value).join("");
}

/** Undefined where it does not lie in the cell's own text. The end may: what is missing at the end of a cell is found after it. */
export function toCellRange(document: CellDocument, { start, end }: LspRange): CellRange | undefined {
  const from = toCellPosition(document, start);
  if (!from) return undefined;
  const to = toCellPosition(document, end) ?? from;
  return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
}

/** Implied types are worth a word, but nothing is wrong with them. */
const mild = new Set([7005, 7006, 7008, 7010, 7011, 7015, 7019, 7031, 7034, 7053]);
/** A package without types of its own is used without. */
const silent = new Set([7016, 2578]);

export function toDiagnostic(document: CellDocument, diagnostic: LspDiagnostic, scrubber: Scrubber): TypeDiagnostic | undefined {
  const { range, severity = 1, code = 0, message } = diagnostic;
  if (severity > 2 || silent.has(code)) return undefined;
  const words = cleanNames(scrubber.text(message));
  const shared = { code, message: words, severity: severity === 1 && !mild.has(code) ? ("error" as const) : ("warning" as const) };
  const place = toCellRange(document, range);
  if (place) return { ...place, ...shared };
  const option = document.headerLines.get(range.start.line);
  return option === undefined ? undefined : { line: 1, column: 1, endLine: 1, endColumn: 1, option, ...shared };
}

/** Without the words that only the generated lines use. */
export function cleanNames(text: string): string {
  return text.replaceAll(`${hiddenPrefix}_`, "").replaceAll(`${hiddenPrefix}.`, "");
}

export function toHover(contents: Markup, range: CellRange | undefined, scrubber: Scrubber): Hover {
  const { code, documentation } = splitMarkdown(scrubber.text(markupText(contents)));
  return { code: cleanCode(code), documentation, ...(range && { range }) };
}

/** The declaration, and what was written above it. */
export function splitMarkdown(text: string): { code: string; documentation: string } {
  const found = /^\s*```\w*\n([\s\S]*?)\n```\n?/.exec(text);
  return found ? { code: found[1]!, documentation: text.slice(found[0].length).trim() } : { code: "", documentation: text.trim() };
}

/** A name of another cell is no alias to whoever reads it. */
export function cleanCode(code: string): string {
  return cleanNames(code)
    .replace(/^\(alias\) /, "")
    .replace(/\nimport [^\n]*$/, "");
}

/** As CodeMirror's icons and styles name them. */
const kinds: Readonly<Record<number, string>> = {
  2: "method",
  3: "function",
  4: "class",
  5: "property",
  6: "variable",
  7: "class",
  8: "interface",
  9: "namespace",
  10: "property",
  12: "constant",
  13: "enum",
  14: "keyword",
  15: "text",
  17: "text",
  20: "enum",
  21: "constant",
  22: "type",
  25: "type",
};

export function toCompletion(item: LspCompletionItem, index: number): CompletionItem {
  const from = item.data?.autoImport?.moduleSpecifier;
  return {
    item: index,
    label: item.label,
    kind: kinds[item.kind ?? 0] ?? "text",
    order: item.sortText ?? "",
    ...(from !== undefined && { from }),
    ...(item.tags?.includes(1) && { deprecated: true as const }),
  };
}

export function toSignatures(help: LspSignatureHelp, scrubber: Scrubber): Signatures {
  return {
    active: help.activeSignature ?? 0,
    signatures: help.signatures.map(({ label, documentation, parameters = [], activeParameter = help.activeParameter ?? 0 }) => {
      const parameter = parameters[activeParameter];
      const at = typeof parameter?.label === "string" ? label.indexOf(parameter.label) : undefined;
      const span =
        parameter === undefined
          ? undefined
          : typeof parameter.label === "string"
            ? ([at!, at! + parameter.label.length] as const)
            : parameter.label;
      const shown = scrubber.text(label);
      return {
        label: shown,
        documentation: scrubber.text(markupText(documentation)),
        // Where words were taken out, the numbers count something else.
        ...(span && shown === label && span[0] >= 0 && { parameter: [span[0], span[1]] as const }),
        parameterDocumentation: scrubber.text(markupText(parameter?.documentation)),
      };
    }),
  };
}
