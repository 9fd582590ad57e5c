/**
 * What the store asks of the rest of the server when it writes: whether there is room, and that garbage collection
 * leaves alone what is about to be used again. storage-ledger.ts answers from the database; without one all is allowed.
 */
export interface StoreLedger {
  /** Throws a StoreFault with the reason `quota` when the workspace may not store so many bytes more. */
  admit(workspaceId: string, bytes: number): Promise<void>;
  /** So many bytes more are stored. */
  stored(workspaceId: string, bytes: number): void;
  /** Resolves once nothing removes the object, should it be there: a writer relies on what it finds after that. */
  spare(workspaceId: string, hash: string): Promise<void>;
  /** The object is damaged or gone: no stored result that holds it may be used. */
  lost(workspaceId: string, hash: string): Promise<void>;
}

export const openLedger: StoreLedger = {
  admit: () => Promise.resolve(),
  stored: () => undefined,
  spare: () => Promise.resolve(),
  lost: () => Promise.resolve(),
};
