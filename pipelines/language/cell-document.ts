/**
 * One cell as a module of its own for the type checker: what it reads of other cells is imported above it, what others read
 * of it is exported below, and its own text stands between, letter for letter. Lines shift by a constant; columns are the
 * user's own. Neighbours: notebook-documents.ts (all cells together), seal-paths.ts (what the text may not import).
 */

export interface CellDocument {
  readonly text: string;
  /** 0-based line of the document at which the cell's own text begins, and how many lines it has. */
  readonly firstLine: number;
  readonly lineCount: number;
  /** Lines that hold an expression of the header, by the option that it stands in. */
  readonly headerLines: ReadonlyMap<number, string>;
}

/** 1-based, inside a cell's text, as diagnostics count. */
export interface CellPosition {
  readonly line: number;
  readonly column: number;
}

/** 0-based, as the language server protocol counts. */
export interface DocumentPosition {
  readonly line: number;
  readonly character: number;
}

export interface DocumentParts {
  /** Import statements, without line ends. */
  readonly imports: readonly string[];
  /** Statements made of expressions of the header. */
  readonly header: readonly { readonly option: string; readonly before: string; readonly expression: string; readonly after: string }[];
  readonly text: string;
  readonly exports: readonly string[];
}

export function makeDocument({ imports, header, text, exports }: DocumentParts): CellDocument {
  // Never empty: a comment of the cell must not become the first of the file, where it could mean something.
  const lines = [`export {};${imports.join("")}`];
  const headerLines = new Map<number, string>();
  for (const { option, before, expression, after } of header) {
    headerLines.set(lines.length, option);
    // The end stands on a line of its own, lest a comment in the expression swallows it.
    lines.push(before + expression.replace(/[\r\n\u2028\u2029]/g, " "), after);
  }
  const firstLine = lines.length;
  const own = text.split("\n");
  return {
    // A text that ends inside a comment or a string takes the exports with it: then nothing of it is exported.
    text: [...lines, ...own, "", ...exports].join("\n"),
    firstLine,
    lineCount: own.length,
    headerLines,
  };
}

export function toDocumentPosition({ firstLine }: CellDocument, { line, column }: CellPosition): DocumentPosition {
  return { line: firstLine + line - 1, character: column - 1 };
}

/** Undefined where the line is none of the cell's own. */
export function toCellPosition({ firstLine, lineCount }: CellDocument, { line, character }: DocumentPosition): CellPosition | undefined {
  return line >= firstLine && line < firstLine + lineCount ? { line: line - firstLine + 1, column: character + 1 } : undefined;
}
