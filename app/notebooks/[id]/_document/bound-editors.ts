import type { EditorView } from "@codemirror/view";

export type Bind = (cellId: string, view: EditorView) => () => void;

/** The editors of cells that are mounted, for whoever keeps their texts in step with others (_together/shared-session.ts). */
export class BoundEditors {
  private readonly views = new Map<EditorView, { readonly cellId: string; unbind: (() => void) | undefined }>();
  private bind: Bind | undefined;

  /** Texts come from there now, and no more by React. */
  get isBound(): boolean {
    return this.bind !== undefined;
  }

  attach(cellId: string, view: EditorView): () => void {
    this.views.set(view, { cellId, unbind: this.bind?.(cellId, view) });
    return () => {
      this.views.get(view)?.unbind?.();
      this.views.delete(view);
    };
  }

  /** All that are there, and all that come. */
  bindAll(bind: Bind): void {
    this.bind = bind;
    for (const [view, entry] of this.views) entry.unbind = bind(entry.cellId, view);
  }
}
