"use client";
/** Two texts as one (what went struck above what came), or side by side; long stretches that are the same are folded. */
import { javascript } from "@codemirror/lang-javascript";
import { syntaxHighlighting } from "@codemirror/language";
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import "./code.css";
import styles from "./cell-diffs.module.css";
import { codeHighlight, codeTheme } from "./code-theme";

const diffTheme = EditorView.theme({
  ".cm-changedLine": { backgroundColor: "var(--succeeded-wash)" },
  "&.cm-merge-a .cm-changedLine": { backgroundColor: "var(--failed-wash)" },
  ".cm-deletedChunk": { backgroundColor: "var(--failed-wash)", paddingLeft: "8px" },
  ".cm-changedText": {
    background: "none",
    textDecoration: "underline",
    textDecorationColor: "var(--succeeded)",
    textUnderlineOffset: "3px",
  },
  "&.cm-merge-a .cm-changedText": { background: "none", textDecorationColor: "var(--failed)" },
  ".cm-deletedText": { background: "none", textDecoration: "line-through", textDecorationColor: "var(--failed)" },
  ".cm-deletedLine, .cm-deletedLine del": { textDecoration: "none" },
  ".cm-changedLineGutter": { background: "var(--succeeded)" },
  ".cm-deletedLineGutter": { background: "var(--failed)" },
  ".cm-collapsedLines": { color: "var(--text-quiet)", background: "var(--sunken)", padding: "2px 12px" },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: "none" },
});

const collapse = { margin: 3, minSize: 6 };

function readOnly(label: string): Extension[] {
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    lineNumbers(),
    javascript({ typescript: true }),
    syntaxHighlighting(codeHighlight),
    codeTheme,
    diffTheme,
  ];
}

export function TextDiff({ before, after, sideBySide }: { readonly before: string; readonly after: string; readonly sideBySide: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parent = host.current!;
    // Two columns of code do not fit on a telephone.
    const view =
      sideBySide && matchMedia("(min-width: 721px)").matches
        ? new MergeView({
            parent,
            a: { doc: before, extensions: readOnly("Before") },
            b: { doc: after, extensions: readOnly("After") },
            collapseUnchanged: collapse,
          })
        : new EditorView({
            parent,
            state: EditorState.create({
              doc: after,
              extensions: [
                ...readOnly("Changes of the code"),
                unifiedMergeView({ original: before, mergeControls: false, gutter: true, collapseUnchanged: collapse }),
              ],
            }),
          });
    return () => view.destroy();
  }, [before, after, sideBySide]);
  return <div ref={host} className={styles.box} />;
}
