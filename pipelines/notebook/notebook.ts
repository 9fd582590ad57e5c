/**
 * A notebook is a document of cells; this file is the centre of the language.
 * Neighbours: parse.ts and format.ts (text ⇄ Notebook), apply-edit.ts (the only way a notebook changes),
 * ../compile (Notebook → Dag and diagnostics).
 */

export const cellKinds = ["code", "markdown", "params", "approval", "wait", "script", "sql"] as const;
export type CellKind = (typeof cellKinds)[number];

export interface Cell {
  /** Identity within an editing session. Not part of the file: `parse` numbers cells `c1`, `c2`, … by position. */
  readonly id: string;
  /** The word in `[kind]`, as written; "code" when there is none. Unknown kinds are kept (diagnostic `bad-header`). */
  readonly kind: string;
  /** The title behind `// %%`, trimmed; "" when untitled. */
  readonly title: string;
  /** Header options as written, in order. Values are the strings after `=` with quotes and escapes resolved. */
  readonly options: readonly CellOption[];
  /** The cell's text. For markdown, approval, script and sql cells: the body without the leading `// `. */
  readonly source: string;
}

export interface CellOption {
  readonly key: string;
  /** Undefined when the word stood alone (an error the compiler reports; the word is kept). */
  readonly value?: string;
}

export interface Notebook {
  /** The lines between the `// ---` fences with their `// ` removed; undefined when the file has no front matter. */
  readonly frontMatter?: string;
  readonly cells: readonly Cell[];
}

/** Every change of a notebook, by a person or a program, is one of these. */
export type NotebookEdit =
  | { readonly type: "set-front-matter"; readonly frontMatter: string | undefined }
  | { readonly type: "insert-cell"; readonly index: number; readonly cell: Cell }
  | { readonly type: "delete-cell"; readonly id: string }
  | { readonly type: "move-cell"; readonly id: string; readonly index: number }
  | { readonly type: "set-source"; readonly id: string; readonly source: string }
  | { readonly type: "set-title"; readonly id: string; readonly title: string }
  | { readonly type: "set-kind"; readonly id: string; readonly kind: string }
  | { readonly type: "set-options"; readonly id: string; readonly options: readonly CellOption[] };
