/** A cell's text → syntax tree. Recovers from errors where Babel can; never throws. */
import { parse, parseExpression, type ParserOptions } from "@babel/parser";
import { explainSyntax } from "./explain-syntax";
import type { SyntaxNode } from "./syntax-node";

export interface ParsedCell {
  /** Undefined when the text is too broken for a tree. */
  readonly program: SyntaxNode | undefined;
  readonly errors: readonly ParseError[];
}

export interface ParseError {
  readonly message: string;
  /** Offset in the text. */
  readonly at: number;
}

const options: ParserOptions = {
  sourceType: "module",
  plugins: ["typescript", "decorators", "explicitResourceManagement", "importAttributes"],
  errorRecovery: true,
  attachComment: false,
  allowAwaitOutsideFunction: true,
  // Both are said better than by the parser: see check-unsupported.ts and check-names.ts.
  allowReturnOutsideFunction: true,
  allowUndeclaredExports: true,
};

export function parseCell(text: string): ParsedCell {
  try {
    const file = parse(text, options);
    return { program: file.program as unknown as SyntaxNode, errors: (file.errors ?? []).map((error) => toParseError(error, text)) };
  } catch (error) {
    return { program: undefined, errors: [toParseError(error, text)] };
  }
}

/** One expression, as in `when="…"`. */
export function parseCellExpression(text: string): { expression: SyntaxNode } | { error: ParseError } {
  try {
    const node = parseExpression(text, { ...options, errorRecovery: false });
    return { expression: node as unknown as SyntaxNode };
  } catch (error) {
    return { error: toParseError(error, text) };
  }
}

function toParseError(error: unknown, text: string): ParseError {
  const { message, reasonCode, details } = error as { message?: unknown; reasonCode?: string; details?: Record<string, unknown> };
  const at = offsetOf(error, text);
  const words = String(message ?? error).replace(/ \(\d+:\d+\)$/, "");
  return { message: explainSyntax({ message: words, reasonCode, details: details ?? {}, at }, text), at };
}

/** The parser does not always give an offset (`type A = -0s`), but then a line and a column. */
function offsetOf(error: unknown, text: string): number {
  const { pos, loc } = error as { pos?: unknown; loc?: { line?: number; column?: number } };
  let at = typeof pos === "number" ? pos : NaN;
  if (!Number.isInteger(at) && loc?.line !== undefined && loc.column !== undefined) {
    const before = text.split(/\r\n|[\n\r\u2028\u2029]/).slice(0, loc.line - 1);
    at = before.reduce((sum, line) => sum + line.length + 1, 0) + loc.column;
  }
  return Number.isInteger(at) ? Math.max(0, Math.min(at, text.length)) : 0;
}
