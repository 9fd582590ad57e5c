/** What an editor asks of whoever knows the types of its text. Places are 1-based, as in diagnostics. */
import type { CompletionDetail, Completions, Hover, InlayHint, Signatures } from "@/pipelines/language/messages";

export interface Spot {
  readonly line: number;
  readonly column: number;
}

export interface CodeIntelligence {
  complete(text: string, at: Spot): Promise<Completions | undefined>;
  explain(item: number): Promise<CompletionDetail | undefined>;
  hover(text: string, at: Spot): Promise<Hover | undefined>;
  signature(text: string, at: Spot): Promise<Signatures | undefined>;
  inlay(text: string): Promise<readonly InlayHint[] | undefined>;
  define(text: string, at: Spot): void;
  references(text: string, at: Spot): void;
  rename(text: string, at: Spot, word: string): void;
}
