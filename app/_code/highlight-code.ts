/** TypeScript text → HTML with one span for each coloured piece. Everything of the text is escaped. */
import { tsxLanguage, typescriptLanguage } from "@codemirror/lang-javascript";
import { highlightCode } from "@lezer/highlight";
import { staticHighlighter } from "./code-theme";

export function highlightToHtml(text: string, jsx = false): string {
  let html = "";
  highlightCode(
    text,
    (jsx ? tsxLanguage : typescriptLanguage).parser.parse(text),
    staticHighlighter,
    (piece, classes) => {
      html += classes === "" ? escape(piece) : `<span class="${classes}">${escape(piece)}</span>`;
    },
    () => {
      html += "\n";
    },
  );
  return html;
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
