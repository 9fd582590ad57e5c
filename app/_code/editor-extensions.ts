/** What an editor of a cell can do, put together from CodeMirror's parts. */
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  completionStatus,
  startCompletion,
  type CompletionContext,
  type CompletionSource,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript, localCompletionSource, scopeCompletionSource, typescriptLanguage } from "@codemirror/lang-javascript";
import { bracketMatching, codeFolding, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { linter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, selectNextOccurrence } from "@codemirror/search";
import { Compartment, EditorState, Prec, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { codeHighlight, codeTheme } from "./code-theme";

export type Language = "typescript" | "sql" | "plain";

/** Keys that mean something outside the editor. Each says whether it took the key. */
export interface EditorKeys {
  readonly leave?: () => boolean;
  readonly run?: () => boolean;
  readonly runAndNext?: () => boolean;
  readonly runAndInsert?: () => boolean;
  readonly up?: () => boolean;
  readonly down?: () => boolean;
}

interface Parts {
  readonly label: string;
  readonly language: Language;
  readonly readOnly: boolean;
  readonly press: (key: keyof EditorKeys) => boolean;
  readonly names: () => readonly { readonly name: string; readonly detail: string }[];
  readonly listen: Extension;
  /** For languages that nobody else completes. */
  readonly complete?: CompletionSource;
}

const compartment = new Compartment();
const intelligence = new Compartment();
const standardNames = scopeCompletionSource({
  Math,
  JSON,
  Object,
  Array,
  Number,
  String,
  Date,
  Map,
  Set,
  Promise,
  Float32Array,
  Float64Array,
  console,
});

/** The language of an editor can change with the kind of its cell; who knows the types of its text may come and go. */
export const languageExtensions = {
  reconfigure: (language: Language) => compartment.reconfigure(extensionsOf(language)),
  withIntelligence: (extension: Extension) => intelligence.reconfigure(extension),
};

function extensionsOf(language: Language): Extension {
  if (language === "plain") return EditorView.lineWrapping;
  if (language === "sql") return [lineNumbers(), highlightActiveLineGutter()];
  return [
    javascript({ typescript: true }),
    lineNumbers(),
    highlightActiveLineGutter(),
    typescriptLanguage.data.of({ autocomplete: localCompletionSource }),
    typescriptLanguage.data.of({ autocomplete: standardNames }),
  ];
}

/** Tab completes where there is something to complete, as in Jupyter; elsewhere it indents. */
function completeBehindWord(view: EditorView): boolean {
  const { main } = view.state.selection;
  const before = view.state.sliceDoc(Math.max(0, main.head - 1), main.head);
  return main.empty && /[\p{ID_Continue}$.]/u.test(before) && startCompletion(view);
}

export function makeState(text: string, { label, language, readOnly, press, names, listen, complete }: Parts): EditorState {
  const completeNames = (context: CompletionContext) => {
    const word = context.matchBefore(/[\w$]+/);
    if (!word || context.matchBefore(/\.[\w$]*/)) return null;
    return { from: word.from, options: names().map(({ name, detail }) => ({ label: name, detail, type: "variable", boost: 1 })) };
  };
  const edge = (direction: "up" | "down") => (view: EditorView) => {
    const { main } = view.state.selection;
    const line = view.state.doc.lineAt(main.head);
    const atEdge = direction === "up" ? line.number === 1 : line.number === view.state.doc.lines;
    return main.empty && atEdge && press(direction);
  };
  return EditorState.create({
    doc: text,
    extensions: [
      intelligence.of([]),
      Prec.highest(
        keymap.of([
          { key: "Mod-Enter", run: () => press("run") },
          { key: "Ctrl-Enter", run: () => press("run") },
          { key: "Shift-Enter", run: () => press("runAndNext") },
          { key: "Alt-Enter", run: () => press("runAndInsert") },
          // Escape closes an open list of completions first; one that is only being looked for does not hold anybody up.
          { key: "Escape", run: (view) => completionStatus(view.state) !== "active" && press("leave") },
        ]),
      ),
      compartment.of(extensionsOf(language)),
      history(),
      codeFolding(),
      drawSelection(),
      EditorState.allowMultipleSelections.of(true),
      EditorState.readOnly.of(readOnly),
      EditorState.tabSize.of(2),
      indentUnit.of("  "),
      indentOnInput(),
      bracketMatching(),
      closeBrackets(),
      highlightActiveLine(),
      highlightSelectionMatches(),
      autocompletion({ icons: false }),
      typescriptLanguage.data.of({ autocomplete: completeNames }),
      ...(complete ? [EditorState.languageData.of(() => [{ autocomplete: complete }])] : []),
      linter(null),
      syntaxHighlighting(codeHighlight),
      codeTheme,
      EditorView.contentAttributes.of({
        "aria-label": label,
        tabindex: "0",
        spellcheck: "false",
        autocorrect: "off",
        autocapitalize: "off",
      }),
      keymap.of([
        ...closeBracketsKeymap,
        ...completionKeymap,
        { key: "Tab", run: (view) => acceptCompletion(view) || completeBehindWord(view) },
        { key: "Mod-d", run: selectNextOccurrence, preventDefault: true },
        ...foldKeymap,
        { key: "ArrowUp", run: edge("up") },
        { key: "ArrowDown", run: edge("down") },
        ...defaultKeymap,
        ...historyKeymap,
        ...lintKeymap,
        indentWithTab,
      ]),
      listen,
    ],
  });
}
