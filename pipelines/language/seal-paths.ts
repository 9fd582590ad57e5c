/**
 * A cell's text without a way to other files: the type checker follows what stands in imports, so whatever is no package
 * of the environment is made unreadable in place, letter for letter, before the text reaches it.
 */
import { parseCell } from "../compile/parse-cell";
import { visitSpecifiers } from "../compile/visit-specifiers";
import { packageOf } from "../environment/package-of";

/** Whether a cell may import this. Relative and absolute paths, and packages from elsewhere, never are. */
export function isOpenModule(module: string, packages: ReadonlySet<string>): boolean {
  if (module === "heddle") return true;
  if (/(^|[/\\])\.{1,2}([/\\]|$)|[\\\0]|^[/.]/.test(module)) return false;
  if (/^node:[\w/]+$/.test(module)) return true;
  return packages.has(packageOf(module));
}

/** The text, as long as before and with the same lines. */
export function sealPaths(text: string, packages: ReadonlySet<string>): string {
  // Without one of these words nothing is imported; an escape inside a word is no word to every parser.
  if (!/import|export|require|module|\\u/.test(text)) return text;
  const { program, errors } = parseCell(text);
  // What is not understood in one way only is sealed wherever it looks like a path.
  if (!program || errors.length > 0 || text.startsWith("#!")) return sealSuspects(text);
  let sealed = text;
  visitSpecifiers(program, (node, module) => {
    if (module !== undefined && isOpenModule(module, packages)) return;
    sealed = sealed.slice(0, node.start) + blot(sealed.slice(node.start, node.end)) + sealed.slice(node.end);
  });
  return sealed;
}

/** Keeps the quotes at both ends. */
function blot(literal: string): string {
  return literal.slice(0, 1) + literal.slice(1, -1).replace(/[^\n]/g, "_") + literal.slice(-1);
}

const quote = `["'\`]`;
const suspects: readonly RegExp[] = [
  // "./x", "../x", ".", "/x", "C:\x", "file:…"
  new RegExp(`(?<=${quote})\\.{1,2}(?=[/\\\\]|${quote})`, "g"),
  new RegExp(`(?<=${quote})[/\\\\]`, "g"),
  new RegExp(`(?<=${quote}(?!node:)[A-Za-z][\\w+.-]{0,20}):`, "g"),
  // "x/../y"
  new RegExp(`(?<=[/\\\\])\\.{1,2}(?=[/\\\\]|${quote})`, "g"),
  // The same with escapes.
  /\\(?:x(?:2[ef]|5c)|u00(?:2[ef]|5c)|u\{0*(?:2[ef]|5c)\}|0?5[67]|134|[./]|\r?\n)/gi,
];

function sealSuspects(text: string): string {
  let sealed = text;
  for (const pattern of suspects) sealed = sealed.replace(pattern, (match) => match.replace(/[^\r\n]/g, "_"));
  return sealed;
}
