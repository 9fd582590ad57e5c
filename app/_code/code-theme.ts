/** How code looks, in the editor and as static text (static-code.tsx): one set of classes for both. */
import { HighlightStyle } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tagHighlighter, tags } from "@lezer/highlight";

const kinds = [
  {
    class: "tok-keyword",
    colour: "var(--code-keyword)",
    tag: [
      tags.keyword,
      tags.controlKeyword,
      tags.definitionKeyword,
      tags.moduleKeyword,
      tags.operatorKeyword,
      tags.modifier,
      tags.self,
      tags.bool,
      tags.null,
    ],
  },
  { class: "tok-string", colour: "var(--code-string)", tag: [tags.string, tags.special(tags.string), tags.regexp, tags.escape] },
  { class: "tok-number", colour: "var(--code-number)", tag: [tags.number] },
  { class: "tok-comment", colour: "var(--code-comment)", tag: [tags.comment, tags.lineComment, tags.blockComment] },
  { class: "tok-type", colour: "var(--code-type)", tag: [tags.typeName, tags.className, tags.namespace, tags.definition(tags.typeName)] },
  {
    class: "tok-function",
    colour: "var(--code-function)",
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.function(tags.definition(tags.variableName))],
  },
];

export const codeHighlight = HighlightStyle.define(kinds.map(({ class: className, tag }) => ({ tag, class: className })));
export const staticHighlighter = tagHighlighter(kinds.map(({ class: className, tag }) => ({ tag, class: className })));

export const codeTheme = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--text)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px", overflowX: "auto" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 12px 0 8px" },
  ".cm-gutters": { backgroundColor: "transparent", border: "none", color: "var(--text-quiet)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "36px", padding: "0 6px 0 0", fontSize: "11px" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--hover) 55%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLineGutter": { color: "var(--text)", opacity: "1" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "light-dark(#c5e4e0, #1f4d49)",
  },
  ".cm-selectionMatch": { backgroundColor: "light-dark(#e3f1ef, #163532)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--control)" },
  ".cm-tooltip": {
    border: "1px solid var(--line-strong)",
    borderRadius: "6px",
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "12px" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "2px 8px" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--selected)", color: "var(--text)" },
  ".cm-completionDetail": { color: "var(--text-quiet)", fontStyle: "normal" },
  ".cm-diagnostic": {
    padding: "6px 10px",
    borderLeft: "3px solid",
    fontFamily: "var(--font)",
    fontSize: "13px",
    maxWidth: "480px",
    whiteSpace: "pre-wrap",
  },
  ".cm-diagnostic-error": { borderLeftColor: "var(--failed)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--waiting)" },
  ".cm-lintRange": { backgroundImage: "none", textUnderlineOffset: "4px" },
  ".cm-lintRange-error": { textDecoration: "underline wavy var(--failed) 1px" },
  ".cm-lintRange-warning": { textDecoration: "underline wavy var(--waiting) 1px" },
  ".cm-flash": { backgroundColor: "var(--failed-wash) !important" },
});
