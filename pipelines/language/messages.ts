/**
 * What a page and the language server say to each other over /api/language, in JSON. A page speaks of cells and of places in
 * them, never of files. Neighbour: server/language, which answers.
 */
import { z } from "zod";
import type { PortType } from "./travel-check";

const cellSchema = z.strictObject({
  id: z.string().max(200),
  kind: z.string().max(100),
  title: z.string().max(10_000),
  options: z
    .array(z.strictObject({ key: z.string().max(1000), value: z.string().max(20_000).optional() }))
    .max(200)
    .transform((list) => list.map(({ key, value }) => (value === undefined ? { key } : { key, value }))),
  source: z.string().max(2_000_000),
});

const mostCells = 5_000;

const place = { cell: z.string().max(200), line: z.int().min(1).max(1_000_000), column: z.int().min(1).max(1_000_000) };

export const questionSchema = z.discriminatedUnion("what", [
  z.strictObject({ what: z.literal("complete"), ...place }),
  /** More about one item of the last answer to `complete`, and what choosing it changes elsewhere. */
  z.strictObject({ what: z.literal("completion"), item: z.int().min(0).max(100_000) }),
  z.strictObject({ what: z.literal("hover"), ...place }),
  z.strictObject({ what: z.literal("signature"), ...place }),
  z.strictObject({ what: z.literal("definition"), ...place }),
  z.strictObject({ what: z.literal("references"), ...place }),
  z.strictObject({ what: z.literal("rename"), ...place, to: z.string().max(200) }),
  z.strictObject({ what: z.literal("inlay"), cell: z.string().max(200) }),
]);
export type Question = z.infer<typeof questionSchema>;

export const pageMessageSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("open"), notebook: z.string().max(64) }),
  /** The cells that are new or changed, and the order of all when that changed. Numbered upwards. */
  z.strictObject({
    type: z.literal("sync"),
    version: z.int().min(0),
    cells: z.array(cellSchema).max(mostCells),
    order: z.array(z.string().max(200)).max(mostCells).optional(),
  }),
  z.strictObject({ type: z.literal("ask"), id: z.int().min(0), question: questionSchema }),
]);
export type PageMessage = z.infer<typeof pageMessageSchema>;

/** 1-based; the end is exclusive. */
export interface CellRange {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface CellPlace extends CellRange {
  readonly cell: string;
}

export interface CellChange extends CellPlace {
  readonly text: string;
}

export interface CompletionItem {
  /** Number to ask more with. */
  readonly item: number;
  readonly label: string;
  /** As CodeMirror names kinds: `function`, `variable`, `property`, … */
  readonly kind: string;
  /** The package that choosing it imports from. */
  readonly from?: string;
  readonly order: string;
  readonly deprecated?: true;
}

export interface Completions {
  readonly items: readonly CompletionItem[];
  /** Ask anew with each letter. */
  readonly incomplete: boolean;
}

export interface CompletionDetail {
  /** TypeScript. */
  readonly code: string;
  /** Markdown. */
  readonly documentation: string;
  /** Changes of the same cell beside the word itself: an import. */
  readonly changes: readonly CellChange[];
}

export interface Hover {
  readonly code: string;
  readonly documentation: string;
  readonly range?: CellRange;
}

export interface Signatures {
  readonly active: number;
  readonly signatures: readonly {
    readonly label: string;
    readonly documentation: string;
    /** From and to in the label, of the parameter that is being written. */
    readonly parameter?: readonly [number, number];
    readonly parameterDocumentation: string;
  }[];
}

export type DefinitionAnswer =
  | { readonly type: "cell"; readonly place: CellPlace }
  /** The header of a cell gives the name: `each`, `form` or `out`. */
  | { readonly type: "header"; readonly cell: string; readonly option: string }
  /** A declaration file of a package, to be read. */
  | { readonly type: "package"; readonly module: string; readonly text: string; readonly line: number }
  | { readonly type: "none" };

export interface RenameAnswer {
  readonly changes: readonly CellChange[];
  /** Why it cannot be. */
  readonly fault?: string;
}

export interface InlayHint {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export interface Answers {
  readonly complete: Completions;
  readonly completion: CompletionDetail | undefined;
  readonly hover: Hover | undefined;
  readonly signature: Signatures | undefined;
  readonly definition: DefinitionAnswer;
  readonly references: readonly CellPlace[];
  readonly rename: RenameAnswer;
  readonly inlay: readonly InlayHint[];
}

export interface TypeDiagnostic extends CellRange {
  /** TypeScript's number. */
  readonly code: number;
  readonly message: string;
  readonly severity: "error" | "warning";
  /** In an option of the header instead of the text. */
  readonly option?: string;
}

export type ServerMessage =
  | { readonly type: "state"; readonly state: "ready" | "starting" | "unavailable"; readonly message?: string }
  | { readonly type: "answer"; readonly id: number; readonly answer?: unknown; readonly fault?: string }
  /** Of the cells whose diagnostics changed. */
  | { readonly type: "diagnostics"; readonly version: number; readonly cells: Readonly<Record<string, readonly TypeDiagnostic[]>> }
  | { readonly type: "ports"; readonly version: number; readonly ports: readonly PortType[] };
