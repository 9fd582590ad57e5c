/** A cell's text → syntax tree. Recovers from errors where Babel can; never throws. */
import { parse, parseExpression, type ParserOptions } from "@babel/parser";
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
    return { program: file.program as unknown as SyntaxNode, errors: (file.errors ?? []).map(toParseError) };
  } catch (error) {
    return { program: undefined, errors: [toParseError(error)] };
  }
}

/** One expression, as in `when="…"`. */
export function parseCellExpression(text: string): { expression: SyntaxNode } | { error: ParseError } {
  try {
    const node = parseExpression(text, { ...options, errorRecovery: false });
    return { expression: node as unknown as SyntaxNode };
  } catch (error) {
    return { error: toParseError(error) };
  }
}

function toParseError(error: unknown): ParseError {
  const { message, pos } = error as { message?: unknown; pos?: unknown };
  return {
    message: String(message ?? error).replace(/ \(\d+:\d+\)$/, ""),
    at: typeof pos === "number" ? pos : 0,
  };
}
