/**
 * Types in an editor: completion with documentation and imports, hover, signatures, keys that go to definitions and
 * references and rename. Loaded after the page; code-editor.tsx puts it into the editors when there is an answer to be had.
 */
import { autocompletion, closeCompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import { Prec, StateEffect, StateField, type ChangeSpec, type EditorState, type Extension } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  hoverTooltip,
  keymap,
  showTooltip,
  ViewPlugin,
  WidgetType,
  type DecorationSet,
  type Tooltip,
} from "@codemirror/view";
import type { CompletionItem, Signatures } from "@/pipelines/language/messages";
import type { CodeIntelligence, Spot } from "./code-intelligence";
import { highlightToHtml } from "./highlight-code";
import { markdownToNodes } from "./documentation-text";
import { toOffset } from "./to-offset";

const word = /[\p{ID_Continue}$]*$/u;
const wholeWord = /^[\p{ID_Continue}$]*$/u;

export function intelligenceExtensions(code: CodeIntelligence, withInlay: boolean): Extension {
  return [
    autocompletion({ override: [(context) => complete(code, context)], activateOnTypingDelay: 40, interactionDelay: 40 }),
    hoverTooltip((view, at) => hover(code, view, at), { hoverTime: 350 }),
    signatures(code),
    withInlay ? inlayHints(code) : [],
    documentation(code),
    keymap.of([
      { key: "F12", run: (view) => act(view, (at) => code.define(textOf(view), at)) },
      { key: "Shift-F12", run: (view) => act(view, (at) => code.references(textOf(view), at)) },
      { key: "F2", run: (view) => act(view, (at, word) => code.rename(textOf(view), at, word)) },
    ]),
    EditorView.domEventHandlers({
      mousedown(event, view) {
        if (event.button !== 0 || !(event.ctrlKey || event.metaKey)) return false;
        const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
        if (at === null) return false;
        event.preventDefault();
        code.define(textOf(view), spotAt(view.state, at));
        return true;
      },
    }),
    looks,
  ];
}

function textOf(view: EditorView): string {
  return view.state.doc.toString();
}

function spotAt(state: EditorState, at: number): Spot {
  const line = state.doc.lineAt(at);
  return { line: line.number, column: at - line.from + 1 };
}

function act(view: EditorView, then: (at: Spot, word: string) => void): boolean {
  const { head } = view.state.selection.main;
  const range = view.state.wordAt(head);
  then(spotAt(view.state, head), range ? view.state.sliceDoc(range.from, range.to) : "");
  return true;
}

async function complete(code: CodeIntelligence, context: CompletionContext): Promise<CompletionResult | null> {
  const { state, pos, explicit } = context;
  const begun = context.matchBefore(word);
  const before = state.sliceDoc(Math.max(0, (begun?.from ?? pos) - 1), begun?.from ?? pos);
  const isNothing = begun === null || begun.from === begun.to;
  if (isNothing && !explicit && !/[."'`]/.test(before)) return null;
  if (!explicit && /Comment/.test(syntaxTree(state).resolveInner(pos, -1).name)) return null;
  // A number is no name.
  if (!explicit && /^\d/.test(begun?.text ?? "")) return null;
  const answer = await code.complete(state.doc.toString(), spotAt(state, pos));
  // Whoever has left the cell meanwhile would find the list over the next one.
  if (!answer || context.aborted || context.view?.hasFocus === false) return null;
  return {
    from: begun?.from ?? pos,
    options: answer.items.map((item) => toOption(code, item)),
    ...(answer.incomplete ? {} : { validFor: wholeWord }),
  };
}

function toOption(code: CodeIntelligence, item: CompletionItem): Completion {
  return {
    label: item.label,
    type: item.kind,
    sortText: `${item.order} ${item.label}`,
    // The notebook's own before what the language has, that before what would have to be imported.
    boost: item.order < "12" ? 20 : item.from === undefined ? 0 : -99,
    ...(item.from !== undefined && { detail: item.from }),
    info: async () => {
      const detail = await code.explain(item.item);
      return detail && (detail.code !== "" || detail.documentation !== "") ? { dom: describe(detail.code, detail.documentation) } : null;
    },
    ...(item.from !== undefined && {
      apply: (view: EditorView, _completion: Completion, from: number, to: number) => {
        void code.explain(item.item).then((detail) => {
          const { doc } = view.state;
          if (to > doc.length) return;
          const more: ChangeSpec[] = (detail?.changes ?? []).map((change) => ({
            from: toOffset(doc, change.line, change.column),
            to: toOffset(doc, change.endLine, change.endColumn),
            insert: change.text,
          }));
          view.dispatch({ changes: [{ from, to, insert: item.label }, ...more], userEvent: "input.complete" });
          const end = view.state.doc.length - (doc.length - to);
          view.dispatch({ selection: { anchor: end }, scrollIntoView: true });
        });
        closeCompletion(view);
      },
    }),
  };
}

function describe(code: string, documentation: string): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "cm-described";
  if (code !== "") {
    const pre = dom.appendChild(document.createElement("pre"));
    // Escaped letter by letter there.
    pre.innerHTML = highlightToHtml(code);
  }
  if (documentation !== "") {
    const text = dom.appendChild(document.createElement("div"));
    text.className = "cm-documentation";
    text.append(...markdownToNodes(documentation));
  }
  return dom;
}

async function hover(code: CodeIntelligence, view: EditorView, at: number): Promise<Tooltip | null> {
  const { doc } = view.state;
  const found = await code.hover(doc.toString(), spotAt(view.state, at));
  if (!found || view.state.doc !== doc || (found.code === "" && found.documentation === "")) return null;
  const { range } = found;
  return {
    pos: range ? toOffset(doc, range.line, range.column) : at,
    end: range ? toOffset(doc, range.endLine, range.endColumn) : at,
    above: true,
    create: () => ({ dom: describe(found.code, found.documentation) }),
  };
}

const setSignature = StateEffect.define<{ readonly signatures: Signatures; readonly pos: number } | undefined>();

const signatureField = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setSignature)) return effect.value ? signatureTooltip(effect.value.signatures, effect.value.pos) : null;
    }
    return value && transaction.docChanged ? { ...value, pos: transaction.changes.mapPos(value.pos) } : value;
  },
  provide: (field) => showTooltip.from(field),
});

function signatureTooltip({ signatures, active }: Signatures, pos: number): Tooltip {
  return {
    pos,
    above: true,
    create: () => {
      const signature = signatures[Math.min(active, signatures.length - 1)]!;
      const dom = document.createElement("div");
      dom.className = "cm-described cm-signature";
      const line = dom.appendChild(document.createElement("pre"));
      const [from, to] = signature.parameter ?? [0, 0];
      const strong = document.createElement("strong");
      strong.textContent = signature.label.slice(from, to);
      line.append(signature.label.slice(0, from), strong, signature.label.slice(to));
      if (signatures.length > 1) line.append(` (+${signatures.length - 1})`);
      const words = [signature.parameterDocumentation, signature.documentation].filter((text) => text !== "").join("\n\n");
      if (words !== "") {
        const text = dom.appendChild(document.createElement("div"));
        text.className = "cm-documentation";
        text.append(...markdownToNodes(words));
      }
      return { dom };
    },
  };
}

/** Shown while the arguments of a call are being written. */
function signatures(code: CodeIntelligence): Extension {
  let asked = 0;
  const ask = (view: EditorView) => {
    const mine = ++asked;
    const { head } = view.state.selection.main;
    void code.signature(textOf(view), spotAt(view.state, head)).then((found) => {
      if (mine !== asked || view.state.selection.main.head !== head || !view.hasFocus) return;
      const isShown = view.state.field(signatureField, false) !== null;
      if (found || isShown) view.dispatch({ effects: setSignature.of(found && { signatures: found, pos: head }) });
    });
  };
  const hide = (view: EditorView) => {
    asked++;
    if (!view.state.field(signatureField, false)) return false;
    view.dispatch({ effects: setSignature.of(undefined) });
    return true;
  };
  return [
    signatureField,
    EditorView.updateListener.of((update) => {
      const { view, state, docChanged, selectionSet } = update;
      if (update.focusChanged && !view.hasFocus) return void queueMicrotask(() => hide(view));
      if (!docChanged && !selectionSet) return;
      const typed = update.transactions.some((one) => one.isUserEvent("input.type"));
      const last = state.sliceDoc(state.selection.main.head - 1, state.selection.main.head);
      const isShown = state.field(signatureField, false) !== null;
      if (isShown || (typed && /[(,<]/.test(last))) queueMicrotask(() => ask(view));
    }),
    keymap.of([
      { key: "Mod-Shift-Space", run: (view) => (ask(view), true) },
      { key: "Escape", run: hide },
    ]),
  ];
}

const setDocumentation = StateEffect.define<Tooltip | null>();
const documentationField = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setDocumentation)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : value;
  },
  provide: (field) => showTooltip.from(field),
});

/** What the pointer shows, by a key: Shift Tab behind a word, as in Jupyter; before the first word of a line it outdents. */
function documentation(code: CodeIntelligence): Extension {
  const show = (view: EditorView): boolean => {
    const { main } = view.state.selection;
    const line = view.state.doc.lineAt(main.head);
    if (!main.empty || view.state.sliceDoc(line.from, main.head).trim() === "") return false;
    const word = view.state.wordAt(main.head);
    void hover(code, view, word?.from ?? main.head).then((tooltip) => {
      if (view.state.selection.main.head === main.head) view.dispatch({ effects: setDocumentation.of(tooltip) });
    });
    return true;
  };
  const hide = (view: EditorView): boolean => {
    if (!view.state.field(documentationField, false)) return false;
    view.dispatch({ effects: setDocumentation.of(null) });
    return true;
  };
  return [
    documentationField,
    // Before the key that leaves the cell: what floats goes first.
    Prec.highest(
      keymap.of([
        { key: "Shift-Tab", run: show },
        { key: "Escape", run: hide },
      ]),
    ),
  ];
}

class HintWidget extends WidgetType {
  constructor(readonly text: string) {
    super();
  }

  override eq(other: HintWidget): boolean {
    return other.text === this.text;
  }

  toDOM(): HTMLElement {
    const dom = document.createElement("span");
    dom.className = "cm-inlay";
    dom.textContent = this.text.length > 60 ? `${this.text.slice(0, 59)}…` : this.text;
    dom.ariaHidden = "true";
    return dom;
  }
}

const setHints = StateEffect.define<DecorationSet>();
const hintField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setHints)) return effect.value;
    return value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function inlayHints(code: CodeIntelligence): Extension {
  return [
    hintField,
    ViewPlugin.define((view) => {
      let timer: ReturnType<typeof setTimeout>;
      let gone = false;
      const ask = async () => {
        const { doc } = view.state;
        const hints = await code.inlay(doc.toString());
        if (gone || !hints || view.state.doc !== doc) return;
        const marks = hints.map(({ line, column, text }) =>
          Decoration.widget({ widget: new HintWidget(text), side: 1 }).range(toOffset(doc, line, column)),
        );
        view.dispatch({ effects: setHints.of(Decoration.set(marks, true)) });
      };
      const later = () => {
        clearTimeout(timer);
        timer = setTimeout(() => void ask(), 300);
      };
      later();
      return {
        update: ({ docChanged }) => docChanged && later(),
        destroy() {
          gone = true;
          clearTimeout(timer);
        },
      };
    }),
  ];
}

const looks = EditorView.theme({
  ".cm-described": { maxWidth: "560px", maxHeight: "320px", overflow: "auto", fontFamily: "var(--font)", fontSize: "13px" },
  ".cm-described pre": {
    margin: "0",
    padding: "6px 10px",
    font: "12px / 18px var(--mono)",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
  ".cm-described pre + .cm-documentation": { borderTop: "1px solid var(--line)" },
  ".cm-documentation": { padding: "6px 10px" },
  ".cm-documentation p + p, .cm-documentation pre + p, .cm-documentation p + pre": { marginTop: "6px" },
  ".cm-documentation pre": { padding: "4px 8px", backgroundColor: "var(--hover)", borderRadius: "4px" },
  ".cm-signature strong": { color: "var(--accent)" },
  ".cm-tooltip-section:not(:first-child)": { borderTop: "1px solid var(--line)" },
  ".cm-completionInfo": { padding: "0", border: "1px solid var(--line-strong)", borderRadius: "6px" },
  ".cm-inlay": { color: "var(--text-quiet)", fontSize: "12px", padding: "0 2px", opacity: "0.85" },
});
