/** What a page asks of a place in a cell → what the checker is asked → places in cells, and text without paths. */
import fs from "node:fs";
import { placeInSource } from "@/pipelines/compile/reporter";
import { toDocumentPosition } from "@/pipelines/language/cell-document";
import type {
  Answers,
  CellChange,
  CellPlace,
  CompletionDetail,
  Completions,
  DefinitionAnswer,
  Question,
  RenameAnswer,
} from "@/pipelines/language/messages";
import { hiddenPrefix, type NotebookDocuments } from "@/pipelines/language/notebook-documents";
import { isOpenModule } from "@/pipelines/language/seal-paths";
import type { LanguageProcess } from "./language-process";
import {
  cleanCode,
  hintText,
  markupText,
  splitMarkdown,
  toCellRange,
  toCompletion,
  toHover,
  toSignatures,
  type LspCompletionItem,
  type LspEdit,
  type LspInlayHint,
  type LspLocation,
  type LspRange,
  type LspSignatureHelp,
} from "./protocol-words";
import type { Scrubber } from "./scrub-paths";

export interface Asked {
  readonly process: LanguageProcess;
  readonly documents: NotebookDocuments;
  readonly scrubber: Scrubber;
  readonly packages: readonly string[];
  /** Keeps the items of the last completion, which the checker wants back as they were. */
  readonly session: { lastItems: readonly LspCompletionItem[] };
}

type Placed = Extract<Question, { line: number }>;

export function answerQuestion(asked: Asked, question: Question): Promise<Answers[keyof Answers]> {
  switch (question.what) {
    case "complete":
      return complete(asked, question);
    case "completion":
      return explainCompletion(asked, question.item);
    case "hover":
      return hover(asked, question);
    case "signature":
      return signature(asked, question);
    case "definition":
      return definition(asked, question);
    case "references":
      return references(asked, question);
    case "rename":
      return rename(asked, question, question.to);
    case "inlay":
      return inlay(asked, question.cell);
    default:
      return question satisfies never;
  }
}

function placeOf({ documents, scrubber }: Asked, { cell, line, column }: Placed) {
  const found = documents.documentOf(cell);
  if (!found || line > found.document.lineCount) return undefined;
  return {
    document: found.document,
    cell: found.cell,
    at: { textDocument: { uri: scrubber.uri(found.file) }, position: toDocumentPosition(found.document, { line, column }) },
  };
}

async function complete(asked: Asked, question: Placed): Promise<Completions> {
  const place = placeOf(asked, question);
  if (!place) return { items: [], incomplete: false };
  const answer = await asked.process.request<
    { isIncomplete?: boolean; items: readonly LspCompletionItem[] } | readonly LspCompletionItem[] | null
  >("textDocument/completion", { ...place.at, context: { triggerKind: 1 } });
  const all = answer === null ? [] : "items" in answer ? answer.items : answer;
  const packages = new Set(asked.packages);
  const letters = place.cell.cell.source.split("\n")[question.line - 1]?.slice(0, question.column - 1) ?? "";
  const word = /[\p{ID_Continue}$]*$/u.exec(letters)![0];
  const isMember = /\.\s*$/.test(letters.slice(0, letters.length - word.length));
  const first = word.slice(0, 1).toLowerCase();
  const names = asked.documents;
  const items = all.filter(({ label, data }) => {
    if (label.startsWith(hiddenPrefix)) return false;
    // Of a thousand global names those that can still be meant.
    if (!isMember && first !== "" && !label.toLowerCase().includes(first)) return false;
    const from = data?.autoImport?.moduleSpecifier;
    if (from === undefined) return true;
    // Another cell's name needs no import, and what was imported anywhere in the notebook needs no second one.
    return isOpenModule(from, packages) && !names.definitionOf(label);
  });
  asked.session.lastItems = items.filter(({ data }) => !data?.autoImport || isRoot(data));
  return {
    items: asked.session.lastItems.map(toCompletion),
    incomplete: answer !== null && "items" in answer && answer.isIncomplete === true,
  };
}

/** The door of a package, not one of its inner rooms. */
function isRoot(data: LspCompletionItem["data"]): boolean {
  const from = data?.autoImport?.moduleSpecifier;
  return from !== undefined && (/^(@[^/]+\/)?[^/]+$/.test(from) || from.startsWith("node:"));
}

async function explainCompletion(asked: Asked, index: number): Promise<CompletionDetail | undefined> {
  const item = asked.session.lastItems[index];
  if (!item) return undefined;
  const { process, scrubber, documents } = asked;
  const whole = await process.request<LspCompletionItem>("completionItem/resolve", item);
  const { fileName } = (item.data ?? {}) as { fileName?: string };
  const cellId = fileName === undefined ? undefined : documents.cellOf(fileName.replace(/^.*\/|\.ts$/g, ""));
  const documentation = markupText(whole.documentation);
  // Some answers hold the declaration in the documentation, as a hover does.
  const { code, documentation: rest } = splitMarkdown(documentation);
  return {
    code: cleanCode(scrubber.text(whole.detail ?? code)),
    documentation: scrubber.text(whole.detail === undefined ? rest : documentation),
    changes: cellId === undefined ? [] : importChanges(asked, cellId, whole),
  };
}

function importChanges(
  { documents }: Asked,
  cell: string,
  { additionalTextEdits = [], label, data }: LspCompletionItem,
): readonly CellChange[] {
  const found = documents.documentOf(cell);
  if (!found || additionalTextEdits.length === 0) return [];
  const changes = additionalTextEdits.map(({ range, newText }) => {
    const place = toCellRange(found.document, range);
    return place && { cell, ...place, text: newText };
  });
  const inside = changes.filter((change) => change !== undefined);
  if (inside.length === changes.length) return inside;
  // It would have gone among the generated lines: the cell gets a line of its own instead.
  const module = data?.autoImport?.moduleSpecifier;
  if (module === undefined) return [];
  const isDefault = additionalTextEdits.some(({ newText }) => /import (type )?[\w$]+ from/.test(newText));
  const isType = additionalTextEdits.some(({ newText }) => /\btype\b/.test(newText));
  const words = isDefault ? label : `{ ${label} }`;
  const text = `import ${isType ? "type " : ""}${words} from ${JSON.stringify(module)};\n`;
  return [{ cell, line: 1, column: 1, endLine: 1, endColumn: 1, text }];
}

async function hover(asked: Asked, question: Placed): Promise<Answers["hover"]> {
  const place = placeOf(asked, question);
  if (!place) return undefined;
  const answer = await asked.process.request<{ contents: string | { value: string }; range?: LspRange } | null>(
    "textDocument/hover",
    place.at,
  );
  if (!answer) return undefined;
  return toHover(answer.contents, answer.range && toCellRange(place.document, answer.range), asked.scrubber);
}

async function signature(asked: Asked, question: Placed): Promise<Answers["signature"]> {
  const place = placeOf(asked, question);
  if (!place) return undefined;
  const help = await asked.process.request<LspSignatureHelp | null>("textDocument/signatureHelp", place.at);
  return help && help.signatures.length > 0 ? toSignatures(help, asked.scrubber) : undefined;
}

async function definition(asked: Asked, question: Placed): Promise<DefinitionAnswer> {
  const place = placeOf(asked, question);
  if (!place) return { type: "none" };
  const answer = await asked.process.request<LspLocation | readonly LspLocation[] | null>("textDocument/definition", place.at);
  for (const location of answer === null ? [] : Array.isArray(answer) ? answer : [answer as LspLocation]) {
    const found = await readLocation(asked, location);
    if (found.type !== "none") return found;
  }
  return { type: "none" };
}

const mostRead = 2_000_000;

async function readLocation({ documents, scrubber }: Asked, { uri, range }: LspLocation): Promise<DefinitionAnswer> {
  const target = scrubber.target(uri);
  if (!target) return { type: "none" };
  if (target.type === "readable") {
    const text = await fs.promises.readFile(target.path, "utf8");
    if (text.length > mostRead) return { type: "package", module: target.module, text: "", line: 1 };
    return { type: "package", module: target.module, text, line: range.start.line + 1 };
  }
  const cell = documents.cellOf(target.file);
  const found = cell === undefined ? undefined : documents.documentOf(cell);
  if (cell === undefined || !found) return { type: "none" };
  if (target.file === found.file) {
    const own = toCellRange(found.document, range);
    if (own) return { type: "cell", place: { cell, ...own } };
    const option = found.document.headerLines.get(range.start.line);
    if (option !== undefined) return { type: "header", cell, option };
  }
  // A generated line: whoever defines the name that stands there is meant.
  const line = documents.textOf(target.file)?.split("\n")[range.start.line] ?? "";
  const name = /^[\p{ID_Continue}$]+/u.exec(line.slice(range.start.character))?.[0].replace(`${hiddenPrefix}_`, "");
  const defined = name === undefined ? undefined : documents.definitionOf(name);
  if (!defined) return { type: "none" };
  if (defined.declaration) return { type: "cell", place: rangeOf(placeInSource(defined.home, defined.declaration)) };
  const option = defined.home.headerNames.find((one) => one.name === name)?.option;
  return option === undefined ? { type: "none" } : { type: "header", cell: defined.home.cell.id, option };
}

function rangeOf({ cell, line, column, endLine, endColumn }: CellPlace): CellPlace {
  return { cell, line, column, endLine, endColumn };
}

async function references(asked: Asked, question: Placed): Promise<readonly CellPlace[]> {
  const place = placeOf(asked, question);
  if (!place) return [];
  const answer = await asked.process.request<readonly LspLocation[] | null>("textDocument/references", {
    ...place.at,
    context: { includeDeclaration: true },
  });
  return (answer ?? []).flatMap(({ uri, range }) => toPlace(asked, uri, range) ?? []).slice(0, 2_000);
}

function toPlace({ documents, scrubber }: Asked, uri: string, range: LspRange): CellPlace | undefined {
  const target = scrubber.target(uri);
  const cell = target?.type === "cell" ? documents.cellOf(target.file) : undefined;
  const found = cell === undefined ? undefined : documents.documentOf(cell);
  if (cell === undefined || !found || target?.type !== "cell" || target.file !== found.file) return undefined;
  const own = toCellRange(found.document, range);
  return own && { cell, ...own };
}

/** Of what lives inside cells: members of types, local names. Names of the notebook are the page's own to rename. */
async function rename(asked: Asked, question: Placed, to: string): Promise<RenameAnswer> {
  const place = placeOf(asked, question);
  if (!place) return { changes: [], fault: "There is nothing to rename here." };
  interface Edits {
    readonly changes?: Readonly<Record<string, readonly LspEdit[]>>;
    readonly documentChanges?: readonly { readonly textDocument: { readonly uri: string }; readonly edits: readonly LspEdit[] }[];
  }
  let answer: Edits | null;
  try {
    answer = await asked.process.request<Edits | null>("textDocument/rename", { ...place.at, newName: to });
  } catch (error) {
    return { changes: [], fault: asked.scrubber.text((error as Error).message) };
  }
  const lists = [
    ...Object.entries(answer?.changes ?? {}),
    ...(answer?.documentChanges ?? []).map(({ textDocument, edits }) => [textDocument.uri, edits] as const),
  ];
  const changes: CellChange[] = [];
  for (const [uri, edits] of lists) {
    for (const { range, newText } of edits) {
      const own = toPlace(asked, uri, range);
      if (!own) return { changes: [], fault: "This name is not only the notebook's: it cannot be renamed here." };
      changes.push({ ...own, text: newText });
    }
  }
  return changes.length > 0 ? { changes } : { changes, fault: "There is nothing to rename here." };
}

async function inlay(asked: Asked, cell: string): Promise<Answers["inlay"]> {
  const found = asked.documents.documentOf(cell);
  if (!found) return [];
  const { firstLine, lineCount } = found.document;
  const hints = await asked.process.request<readonly LspInlayHint[] | null>("textDocument/inlayHint", {
    textDocument: { uri: asked.scrubber.uri(found.file) },
    range: { start: { line: firstLine, character: 0 }, end: { line: firstLine + lineCount, character: 0 } },
  });
  return (hints ?? []).slice(0, 2_000).flatMap((hint) => {
    const at = toCellRange(found.document, { start: hint.position, end: hint.position });
    return at ? [{ line: at.line, column: at.column, text: asked.scrubber.text(hintText(hint)) }] : [];
  });
}
