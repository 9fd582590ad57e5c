/**
 * The line that opens a cell: `// %% Title [kind] key=value …`. `parseHeader` and `formatHeader` are inverse: a title,
 * kind, key or value that would read as something else is written as a JSON string.
 */
import type { Cell, CellOption } from "./notebook";

export type Header = Pick<Cell, "title" | "kind" | "options">;

export interface Span {
  /** Offsets in the header line, end exclusive. */
  readonly start: number;
  readonly end: number;
}

export interface HeaderSpans {
  readonly line: Span;
  readonly title: Span;
  readonly kind: Span;
  readonly options: readonly { readonly key: Span; readonly value: Span }[];
}

/** A marker is a line that begins so, whatever stands around it. */
const marker = /^\/\/ %%/;

export function isMarker(line: string): boolean {
  return marker.test(line);
}

/** Reads a marker line. Total: whatever stands there becomes title, kind and options. */
export function parseHeader(line: string): Header & { readonly spans: HeaderSpans } {
  const text = line.replace(/\s+$/, "");
  let at = skipSpace(text, "// %%".length);
  let title = "";
  let titleSpan: Span = { start: at, end: at };
  const quoted = readJsonString(text, at);
  if (quoted && startsOption(text, skipSpace(text, quoted.end))) {
    title = quoted.value;
    titleSpan = { start: at, end: quoted.end };
    at = quoted.end;
  } else {
    const end = findTitleEnd(text, at);
    title = text.slice(at, end).trim();
    titleSpan = { start: at, end: at + title.length };
    at = end;
  }

  let kind: string | undefined;
  let kindSpan: Span = { start: titleSpan.end, end: titleSpan.end };
  const options: CellOption[] = [];
  const spans: { key: Span; value: Span }[] = [];
  for (at = skipSpace(text, at); at < text.length; at = skipSpace(text, at)) {
    const found = kind === undefined && options.length === 0 ? readKind(text, at) : undefined;
    if (found) {
      kind = found.value;
      kindSpan = { start: at, end: found.end };
      at = found.end;
      continue;
    }
    const key = readKey(text, at);
    if (text[key.end] !== "=") {
      options.push({ key: key.value });
      spans.push({ key: { start: at, end: key.end }, value: { start: at, end: key.end } });
      at = key.end;
      continue;
    }
    const from = key.end + 1;
    const value = readJsonString(text, from) ?? readWord(text, from);
    options.push({ key: key.value, value: value.value });
    spans.push({ key: { start: at, end: key.end }, value: { start: from, end: Math.max(value.end, from) } });
    at = value.end;
  }
  return {
    title,
    kind: kind ?? "code",
    options,
    spans: { line: { start: 0, end: text.length }, title: titleSpan, kind: kindSpan, options: spans },
  };
}

/** The first of these that reads back as the same header: the plainest form wins. */
export function formatHeader(header: Header): string {
  const options = header.options.map(formatOption).join(" ");
  const kind = header.kind === "code" ? "" : /^[^\]\s"]*$/.test(header.kind) ? `[${header.kind}]` : `[${JSON.stringify(header.kind)}]`;
  const line = (title: string, kindWord: string) => ["// %%", title, kindWord, options].filter((part) => part !== "").join(" ");
  const title = JSON.stringify(header.title);
  const last = line(title, kind || "[code]");
  const forms = [line(header.title, kind), line(header.title, kind || "[code]"), line(title, kind)];
  return forms.find((text) => !/[\r\n]/.test(text) && isSameHeader(parseHeader(text), header)) ?? last;
}

/** Where title, kind and options stand in the line that `formatHeader` writes: the places of diagnostics. */
export function headerSpans(header: Header): HeaderSpans {
  return parseHeader(formatHeader(header)).spans;
}

function isSameHeader(a: Header, b: Header): boolean {
  return (
    a.title === b.title &&
    a.kind === b.kind &&
    a.options.length === b.options.length &&
    a.options.every((option, i) => option.key === b.options[i]?.key && option.value === b.options[i]?.value)
  );
}

function formatOption({ key, value }: CellOption): string {
  const word = /^[^\s="[][^\s="]*$/.test(key) ? key : JSON.stringify(key);
  if (value === undefined) return word;
  return `${word}=${/^[^\s"]\S*$/.test(value) ? value : JSON.stringify(value)}`;
}

function skipSpace(text: string, at: number): number {
  while (at < text.length && /\s/.test(text[at]!)) at++;
  return at;
}

/** A bare title ends before the first `[kind]` or `key=`. */
function findTitleEnd(text: string, from: number): number {
  for (let at = from; at < text.length;) {
    if (/\S/.test(text[at]!)) {
      if (startsOption(text, at)) return at;
      while (at < text.length && /\S/.test(text[at]!)) at++;
    } else at++;
  }
  return text.length;
}

function startsOption(text: string, at: number): boolean {
  if (at >= text.length) return true;
  if (readKind(text, at)) return true;
  const key = /[A-Za-z][\w-]*=/y;
  key.lastIndex = at;
  if (key.test(text)) return true;
  const quoted = readJsonString(text, at, true);
  return quoted !== undefined && text[quoted.end] === "=";
}

function readKind(text: string, at: number): { value: string; end: number } | undefined {
  if (text[at] !== "[") return undefined;
  const quoted = readJsonString(text, at + 1, true);
  const bare = /[^\]\s"]*/y;
  bare.lastIndex = at + 1;
  const value = quoted?.value ?? bare.exec(text)?.[0] ?? "";
  const end = quoted?.end ?? bare.lastIndex;
  if (text[end] !== "]" || (end + 1 < text.length && /\S/.test(text[end + 1]!))) return undefined;
  return { value, end: end + 1 };
}

function readKey(text: string, at: number): { value: string; end: number } {
  const quoted = readJsonString(text, at, true);
  if (quoted && (quoted.end === text.length || /[\s=]/.test(text[quoted.end]!))) return quoted;
  let end = at;
  while (end < text.length && /[^\s=]/.test(text[end]!)) end++;
  return { value: text.slice(at, end), end };
}

function readWord(text: string, at: number): { value: string; end: number } {
  let end = at;
  while (end < text.length && /\S/.test(text[end]!)) end++;
  return { value: text.slice(at, end), end };
}

/** A JSON string that starts at `at` and, unless `inner`, ends at a space or the end of the line. */
function readJsonString(text: string, at: number, inner = false): { value: string; end: number } | undefined {
  if (text[at] !== '"') return undefined;
  const pattern = /"(?:[^"\\]|\\.)*"/y;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (!found) return undefined;
  const end = pattern.lastIndex;
  if (!inner && end < text.length && /\S/.test(text[end]!)) return undefined;
  try {
    return { value: JSON.parse(found[0]) as string, end };
  } catch {
    return undefined;
  }
}
