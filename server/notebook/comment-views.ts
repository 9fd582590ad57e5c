export interface CommentView {
  readonly id: string;
  readonly text: string;
  readonly by: { readonly id: string; readonly name: string };
  readonly at: string;
  readonly mine: boolean;
  readonly mentionsMe: boolean;
}

/** What is said about one cell. */
export interface CommentThreadView {
  readonly id: string;
  readonly cellId: string;
  /** What the cell was called when it began. */
  readonly cellName: string;
  readonly resolved: { readonly at: string; readonly by: string } | undefined;
  readonly comments: readonly CommentView[];
}

/** Somebody named the reader in a thread that is still open. */
export interface MentionView {
  readonly threadId: string;
  readonly notebookId: string;
  readonly notebookTitle: string;
  readonly cellId: string;
  readonly cellName: string;
  readonly text: string;
  readonly by: string;
  readonly at: string;
}
