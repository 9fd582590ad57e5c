"use client";
/**
 * One CodeMirror editor. The text lives in the notebook: changes go out by `onChange`, changes from elsewhere (undo, load
 * theirs) come in by `value`. Neighbours: code-theme.ts, editor-extensions.ts, static-code.tsx (stands in until mounted).
 */
import type { CompletionContext, CompletionSource } from "@codemirror/autocomplete";
import { setDiagnostics } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import { useEffect, useEffectEvent, useImperativeHandle, useRef, type Ref } from "react";
import "./code.css";
import type { CodeIntelligence } from "./code-intelligence";
import { languageExtensions, makeState, type EditorKeys, type Language } from "./editor-extensions";
import { toOffset } from "./to-offset";

export interface CodeDiagnostic {
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface CodeEditorHandle {
  focus(at?: "start" | "end"): void;
  /** Puts the cursor at a 1-based place, scrolls there and lights the line up for a moment. */
  reveal(line: number, column: number): void;
  focusAtPoint(x: number, y: number): void;
}

export interface CodeEditorProps {
  readonly value: string;
  readonly language: Language;
  readonly label: string;
  readonly onChange: (value: string) => void;
  readonly onFocus?: () => void;
  readonly keys: EditorKeys;
  readonly diagnostics?: readonly CodeDiagnostic[];
  /** Names that completion offers beside those of the text itself. */
  readonly names?: () => readonly { readonly name: string; readonly detail: string }[];
  /** Whoever knows the types; completion is by names alone without. */
  readonly intelligence?: CodeIntelligence | undefined;
  /** Completes a text of a language without types: SQL. */
  readonly complete?: CompletionSource | undefined;
  readonly readOnly?: boolean;
  /** Told of the editor when it is there; the answer is called when it goes. */
  readonly attach?: (view: EditorView) => () => void;
  /** The text comes from whoever was told, and `value` only begins it. */
  readonly isBound?: () => boolean;
  /** Shows the types that are implied, in the text. */
  readonly inlay?: boolean;
  readonly ref?: Ref<CodeEditorHandle>;
}

const noDiagnostics: readonly CodeDiagnostic[] = [];

/** From one text to another by the one place where they differ, so that the cursor and folds elsewhere stay. */
function findChange(before: string, after: string): { readonly from: number; readonly to: number; readonly insert: string } {
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from++;
  let end = 0;
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}

export function CodeEditor({
  value,
  language,
  label,
  onChange,
  onFocus,
  keys,
  diagnostics = noDiagnostics,
  names,
  intelligence,
  complete,
  inlay = false,
  readOnly = false,
  attach,
  isBound,
  ref,
}: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  /** What the editor gave out and has not come back yet. */
  const echoes = useRef<string[]>([]);
  const changed = useEffectEvent((text: string) => onChange(text));
  const focused = useEffectEvent(() => onFocus?.());
  const press = useEffectEvent((key: keyof EditorKeys) => keys[key]?.() ?? false);
  const completeText = useEffectEvent((context: CompletionContext) => complete?.(context) ?? null);
  const attached = useEffectEvent((made: EditorView) => attach?.(made));
  const bound = useEffectEvent(() => isBound?.() ?? false);
  const listNames = useEffectEvent(() => names?.() ?? []);

  useEffect(() => {
    const made = new EditorView({
      parent: host.current!,
      state: makeState(value, {
        label,
        language,
        readOnly,
        press: (key) => press(key),
        names: () => listNames(),
        ...(language === "sql" && { complete: (context: CompletionContext) => completeText(context) }),
        listen: EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((each) => each.isUserEvent("load"))) {
            const text = update.state.doc.toString();
            echoes.current.push(text);
            changed(text);
          }
          if (update.focusChanged && update.view.hasFocus) focused();
        }),
      }),
    });
    view.current = made;
    const detach = attached(made);
    return () => {
      detach?.();
      made.destroy();
      view.current = undefined;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- made once; later values come in below
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (bound()) {
      echoes.current = [];
      return;
    }
    // A letter may have been typed since this value was given out: its echo must not take that letter back.
    if (editor?.state.doc.toString() === value) echoes.current = [];
    const echo = echoes.current.indexOf(value);
    echoes.current.splice(0, echo + 1);
    if (!editor || echo >= 0 || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: findChange(editor.state.doc.toString(), value), userEvent: "load" });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({ effects: languageExtensions.reconfigure(language) });
  }, [language]);

  useEffect(() => {
    let stale = false;
    if (language === "sql") {
      // Its colours come after its text.
      void import("./sql-colours").then(({ sqlColours }) => {
        if (!stale) view.current?.dispatch({ effects: languageExtensions.withIntelligence(sqlColours) });
      });
      return () => {
        stale = true;
      };
    }
    if (!intelligence || language !== "typescript") {
      view.current?.dispatch({ effects: languageExtensions.withIntelligence([]) });
      return;
    }
    // Comes after the page: nobody needs it to read or to write the first letter.
    void import("./intelligence-extensions").then(({ intelligenceExtensions }) => {
      if (!stale) view.current?.dispatch({ effects: languageExtensions.withIntelligence(intelligenceExtensions(intelligence, inlay)) });
    });
    return () => {
      stale = true;
    };
  }, [intelligence, language, inlay]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) return;
    const { doc } = editor.state;
    editor.dispatch(
      setDiagnostics(
        editor.state,
        diagnostics.map((each) => {
          const start = toOffset(doc, each.line, each.column);
          const to = Math.max(toOffset(doc, each.endLine, each.endColumn), Math.min(start + 1, doc.length));
          // What is missing at the very end is marked at the last letter that is there.
          const from = start === to ? Math.max(0, start - 1) : start;
          return { from, to, severity: each.severity, message: each.message };
        }),
      ),
    );
  }, [diagnostics]);

  useImperativeHandle(
    ref,
    () => ({
      focus(at) {
        const editor = view.current;
        if (!editor) return;
        editor.focus();
        if (at !== undefined)
          editor.dispatch({ selection: { anchor: at === "start" ? 0 : editor.state.doc.length }, scrollIntoView: true });
      },
      reveal(line, column) {
        const editor = view.current;
        if (!editor) return;
        const at = toOffset(editor.state.doc, line, column);
        editor.focus();
        editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
        const element = editor.domAtPos(at).node.parentElement?.closest(".cm-line") ?? undefined;
        element?.scrollIntoView({ block: "center" });
        element?.classList.add("cm-flash");
        setTimeout(() => element?.classList.remove("cm-flash"), 1200);
      },
      focusAtPoint(x, y) {
        const editor = view.current;
        if (!editor) return;
        editor.focus();
        const at = editor.posAtCoords({ x, y });
        if (at !== null) editor.dispatch({ selection: { anchor: at } });
      },
    }),
    [],
  );

  return <div ref={host} data-code-editor />;
}
