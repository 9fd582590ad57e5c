/**
 * The document of the page, outside React: what the page dispatches is there at once, whether or not the shared document
 * (_together/shared-session.ts) has come yet. When it comes, what was written until then is brought into it; from then on
 * both are the same, and what others write arrives here. Neighbours: document.ts (the fold), use-document.ts.
 */
import type { Notebook } from "@/pipelines/notebook/notebook";
import { openDocument, reduceDocument, type DocumentAction, type EditorDocument } from "./document";

/** Where what is written here goes. */
export interface SharedWriter {
  write(before: Notebook, after: Notebook): void;
}

export class DocumentStore {
  private document: EditorDocument;
  private writer: SharedWriter | undefined;
  private readonly listeners = new Set<() => void>();

  /** `opened`: what the server gave. */
  constructor(readonly opened: Notebook) {
    this.document = openDocument(opened);
  }

  readonly get = (): EditorDocument => this.document;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  readonly dispatch = (action: DocumentAction): void => {
    const before = this.document;
    this.document = reduceDocument(before, action);
    if (this.document === before) return;
    if (action.type !== "arrive") this.writer?.write(before.notebook, this.document.notebook);
    for (const listener of this.listeners) listener();
  };

  /** Undefined: nobody, for now. */
  writeTo(writer: SharedWriter | undefined): void {
    this.writer = writer;
  }
}
