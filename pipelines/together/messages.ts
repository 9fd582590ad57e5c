/**
 * What page and server say about a shared document beside its updates, as JSON in Hocuspocus' stateless messages. The server
 * checks what it hears (server/collaborate/page-word.ts): the page needs no zod for it.
 */

/** Save all that was sent before this; `n` is the page's own count. */
export interface PageWord {
  readonly type: "save";
  readonly n: number;
}

export type ServerWord =
  /** It is in the database, as this version. */
  | { readonly type: "stored"; readonly n: number; readonly revision: number }
  | { readonly type: "failed"; readonly n: number; readonly message: string };

/** Why a page is not let in, when there is nothing to come back for. */
export const notThere = "There is no such notebook here.";

/** What everybody who has the notebook open tells the others of themselves. `user` is written by the server. */
export interface Presence {
  readonly user?: { readonly id: string; readonly name: string };
  /** The cell one is at. */
  readonly cell?: string | undefined;
  /** Where in its text, as relative positions of Yjs in JSON. */
  readonly selection?: { readonly anchor: unknown; readonly head: unknown } | undefined;
  /** Reads only. */
  readonly reads?: boolean;
}
