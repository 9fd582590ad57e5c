/** KaTeX, with its own letters: they are served from here. Loaded by the first formula. */
import katex from "katex";
import "katex/dist/katex.min.css";

export function renderFormula(text: string, into: HTMLElement, displayMode: boolean): void {
  // Faults are drawn in red, with their reason as a hint; trust: no links, no pictures, no styles of the text's own.
  katex.render(text, into, {
    displayMode,
    throwOnError: false,
    trust: false,
    strict: false,
    maxSize: 20,
    maxExpand: 500,
    output: "htmlAndMathml",
  });
}
