/** Text → Notebook. The inverse of format.ts; total: every text is some notebook. */
import { isMarker, parseHeader } from "./header";
import type { Cell, Notebook } from "./notebook";

/** Kinds whose body stands behind `// ` line by line, so that the file stays a TypeScript module. */
export const commentedKinds: ReadonlySet<string> = new Set(["markdown", "approval", "script", "sql"]);

export function parse(text: string): Notebook {
  const lines = text
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n")
    .split("\n");
  // The newline that ends the file ends its last line; it opens none.
  if (lines.at(-1) === "") lines.pop();

  const front = readFrontMatter(lines);
  const cells: Cell[] = [];
  const next = () => `c${cells.length + 1}`;
  let at = front ? front.end : 0;
  const firstMarker = findMarker(lines, at);
  const lead = trimSeparator(lines.slice(front && lines[at] === "" ? at + 1 : at, firstMarker), firstMarker < lines.length);
  if (lead.some((line) => line.trim() !== "")) {
    cells.push({ id: next(), kind: "code", title: "", options: [], source: readCode(lead) });
  }
  for (at = firstMarker; at < lines.length;) {
    const { title, kind, options } = parseHeader(lines[at]!);
    const end = findMarker(lines, at + 1);
    const body = trimSeparator(lines.slice(at + 1, end), end < lines.length);
    const source = commentedKinds.has(kind) ? readCommented(body) : readCode(body);
    cells.push({ id: next(), kind, title, options, source });
    at = end;
  }
  return front ? { frontMatter: front.text, cells } : { cells };
}

/** A line commented out by `format` as it stands in the cell. */
export function uncomment(line: string): string {
  return line.replace(/^\/\/ ?/, "");
}

function findMarker(lines: readonly string[], from: number): number {
  let at = from;
  while (at < lines.length && !isMarker(lines[at]!)) at++;
  return at;
}

/** One blank line stands between a cell and the next marker; it belongs to neither. */
function trimSeparator(lines: string[], beforeMarker: boolean): string[] {
  return beforeMarker && lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

function readCode(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/^\/\/ \\(\\*%%)/, "// $1")).join("\n");
}

function readCommented(lines: readonly string[]): string {
  let start = 0;
  let end = lines.length;
  while (start < end && lines[start]!.trim() === "") start++;
  while (end > start && lines[end - 1]!.trim() === "") end--;
  return lines
    .slice(start, end)
    .map((line) => uncomment(line).replace(/^\\(\\*%%)/, "$1"))
    .join("\n");
}

/** Front matter opens the file, is fenced by `// ---` and holds nothing but comment lines. */
function readFrontMatter(lines: readonly string[]): { text: string; end: number } | undefined {
  let start = 0;
  while (start < lines.length && lines[start]!.trim() === "") start++;
  if (!isFence(lines[start])) return undefined;
  for (let at = start + 1; at < lines.length; at++) {
    const line = lines[at]!;
    if (isFence(line)) {
      const body = lines.slice(start + 1, at).map((text) => uncomment(text).replace(/^\\(\\*(?:%%|---\s*$))/, "$1"));
      return { text: body.join("\n"), end: at + 1 };
    }
    if (!line.startsWith("//") || isMarker(line)) return undefined;
  }
  return undefined;
}

function isFence(line: string | undefined): boolean {
  return line !== undefined && /^\/\/ ---\s*$/.test(line);
}
