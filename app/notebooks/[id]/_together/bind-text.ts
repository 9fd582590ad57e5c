/**
 * One CodeMirror editor and the shared text of its cell, kept the same in both directions, letter by letter and at once: a
 * detour over React would give letters back that were typed meanwhile. Also shows where others are in the text.
 * y-codemirror.next does this for one editor; a notebook has hundreds, of which a remote cursor must wake only its own.
 */
import { Annotation, StateEffect, StateField, Transaction, type ChangeSpec } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, WidgetType, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import type * as Y from "yjs";
import { diffText } from "@/pipelines/notebook/merge-text";

/** Where somebody is. Offsets in the text. */
export interface RemoteCaret {
  readonly key: number;
  readonly name: string;
  /** A CSS colour. */
  readonly colour: string;
  readonly anchor: number;
  readonly head: number;
}

export interface BoundText {
  readonly text: () => Y.Text | undefined;
  readonly edit: (origin: EditorView, change: (text: Y.Text) => void) => void;
  /** The selection in the editor, while it has the focus. */
  readonly select: (selection: { readonly anchor: number; readonly head: number } | undefined) => void;
}

const arrived = Annotation.define<true>();
const showCarets = StateEffect.define<readonly RemoteCaret[]>();

/** Returns what ends it. The text of the editor becomes the shared one. */
export function bindText(view: EditorView, bound: BoundText): () => void {
  let ended = false;
  const plugin = ViewPlugin.define(() => ({
    update(update: ViewUpdate) {
      if (ended) return;
      if (update.docChanged && !update.transactions.some((each) => each.annotation(arrived))) {
        bound.edit(view, (text) => writeChanges(text, update));
      }
      if (update.selectionSet || update.focusChanged || update.docChanged) {
        const { anchor, head } = update.state.selection.main;
        bound.select(update.view.hasFocus ? { anchor, head } : undefined);
      }
    },
  }));
  const text = bound.text()?.toString();
  if (text !== undefined) bringIn(view, diffText(view.state.doc.toString(), text), true);
  view.dispatch({ effects: StateEffect.appendConfig.of([plugin, carets]) });
  return () => {
    ended = true;
  };
}

/** What was changed elsewhere; `others`: not by this person, so that it is not theirs to take back. */
export function bringIn(
  view: EditorView,
  splices: readonly { readonly at: number; readonly remove: number; readonly insert: string }[],
  others: boolean,
): void {
  if (splices.length === 0) return;
  const changes: ChangeSpec = splices.map(({ at, remove, insert }) => ({ from: at, to: at + remove, insert }));
  view.dispatch({
    changes,
    userEvent: "load",
    annotations: [arrived.of(true), ...(others ? [Transaction.remote.of(true), Transaction.addToHistory.of(false)] : [])],
  });
}

export function putCarets(view: EditorView, list: readonly RemoteCaret[]): void {
  view.dispatch({ effects: showCarets.of(list) });
}

function writeChanges(text: Y.Text, update: ViewUpdate): void {
  if (text.length !== update.startState.doc.length) {
    // Never seen; better right than fast.
    for (const { at, remove, insert } of [...diffText(text.toString(), update.state.doc.toString())].reverse()) {
      text.delete(at, remove);
      text.insert(at, insert);
    }
    return;
  }
  let shift = 0;
  update.changes.iterChanges((from, to, _fromNow, _toNow, inserted) => {
    const insert = inserted.toString();
    if (to > from) text.delete(from + shift, to - from);
    if (insert !== "") text.insert(from + shift, insert);
    shift += insert.length - (to - from);
  });
}

const carets = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(showCarets)) return draw(effect.value, transaction.newDoc.length);
    return transaction.docChanged ? shown.map(transaction.changes) : shown;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function draw(list: readonly RemoteCaret[], length: number): DecorationSet {
  return Decoration.set(
    list.flatMap((caret) => {
      const clamp = (at: number) => Math.max(0, Math.min(length, at));
      const [from, to, head] = [clamp(Math.min(caret.anchor, caret.head)), clamp(Math.max(caret.anchor, caret.head)), clamp(caret.head)];
      const flag = Decoration.widget({ widget: new Flag(caret.name, caret.colour, `${caret.anchor} ${caret.head}`), side: 1 }).range(head);
      const style = `background: color-mix(in srgb, ${caret.colour} 24%, transparent)`;
      return from === to ? [flag] : [flag, Decoration.mark({ class: "cm-remote-selection", attributes: { style } }).range(from, to)];
    }),
    true,
  );
}

class Flag extends WidgetType {
  constructor(
    private readonly name: string,
    private readonly colour: string,
    /** Somebody who moves is named anew. */
    private readonly place: string,
  ) {
    super();
  }

  override eq(other: Flag): boolean {
    return other.name === this.name && other.colour === this.colour && other.place === this.place;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = "cm-remote-caret";
    caret.style.setProperty("--person", this.colour);
    caret.setAttribute("aria-hidden", "true");
    caret.dataset.name = this.name;
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}
