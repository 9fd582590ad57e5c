/** Whether what one sees is in the database: said only when the server has said so. */
export type SaveState =
  | { readonly type: "saved" }
  | { readonly type: "unsaved" }
  /** No connection; `kept`: something was written that only this page has. */
  | { readonly type: "offline"; readonly kept: boolean }
  | { readonly type: "failed"; readonly message: string }
  /** Deleted, or taken away: nothing is saved any more. */
  | { readonly type: "gone" };
