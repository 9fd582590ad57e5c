"use client";
/** Two texts as one, what went struck above what came; long stretches that are the same are folded. */
import { javascript } from "@codemirror/lang-javascript";
import { syntaxHighlighting } from "@codemirror/language";
import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import "../../_code/code.css";
import { codeHighlight, codeTheme } from "../../_code/code-theme";
import styles from "./compare.module.css";

const diffTheme = EditorView.theme({
  ".cm-changedLine": { backgroundColor: "var(--succeeded-wash)" },
  ".cm-deletedChunk": { backgroundColor: "var(--failed-wash)", paddingLeft: "8px" },
  ".cm-changedText": {
    background: "none",
    textDecoration: "underline",
    textDecorationColor: "var(--succeeded)",
    textUnderlineOffset: "3px",
  },
  ".cm-deletedText": { background: "none", textDecoration: "line-through", textDecorationColor: "var(--failed)" },
  ".cm-deletedLine, .cm-deletedLine del": { textDecoration: "none" },
  ".cm-changedLineGutter": { background: "var(--succeeded)" },
  ".cm-deletedLineGutter": { background: "var(--failed)" },
  ".cm-collapsedLines": { color: "var(--text-quiet)", background: "var(--sunken)", padding: "2px 12px" },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: "none" },
});

export function UnifiedDiff({ before, after }: { readonly before: string; readonly after: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const view = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: after,
        extensions: [
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({ "aria-label": "Changes of the code", tabindex: "0" }),
          lineNumbers(),
          javascript({ typescript: true }),
          syntaxHighlighting(codeHighlight),
          codeTheme,
          diffTheme,
          unifiedMergeView({ original: before, mergeControls: false, gutter: true, collapseUnchanged: { margin: 3, minSize: 6 } }),
        ],
      }),
    });
    return () => view.destroy();
  }, [before, after]);
  return <div ref={host} className={styles.diffBox} />;
}
