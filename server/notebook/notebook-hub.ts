/** Who wants to hear that a notebook was changed otherwise than in its open document, inside one process. Told after each commit. */
export interface NotebookNews {
  /** "text": a version was added; "comments": something was said about a cell. */
  readonly type: "text" | "comments";
  readonly workspaceId: string;
  readonly notebookId: string;
}

export class NotebookHub {
  private readonly listeners = new Set<(news: NotebookNews) => void>();

  publish(news: NotebookNews): void {
    for (const listener of this.listeners) listener(news);
  }

  subscribe(listener: (news: NotebookNews) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

/** One for the process: stores tell it, sockets and subscriptions listen. */
export const notebookHub = new NotebookHub();
