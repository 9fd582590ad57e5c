/**
 * Notebook → one HTML file with what its cells showed. Reads everywhere, without scripts and without a network: charts are SVG,
 * pictures are inside, HTML of cells stands in frames that may do nothing. Its policy forbids scripts altogether.
 */
import MarkdownIt from "markdown-it";
import { cellKey } from "../notebook/cell-key";
import { describeNotebook } from "../notebook/describe-notebook";
import type { Cell, Notebook } from "../notebook/notebook";
import type { Display } from "../protocol/display";
import { displayText, noOutputs, type Outputs } from "./cell-outputs";
import { chartSvg } from "./chart-svg";
import { colourCode } from "./colour-code";
import { escapeHtml } from "./escape-html";
import { tableHtml } from "./table-html";
import { languageOf } from "./to-markdown";

const markdown = new MarkdownIt({ html: false, linkify: true });

export interface HtmlOptions {
  readonly fallbackTitle: string;
  /** One line below the title: when, of which run. */
  readonly note?: string | undefined;
}

export function toHtml(notebook: Notebook, outputs: Outputs = noOutputs, { fallbackTitle, note }: HtmlOptions): string {
  const { title = fallbackTitle, description } = describeNotebook(notebook);
  const body = notebook.cells.map((cell, index) => cellHtml(cell, cellKey(cell, index), outputs)).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; media-src data:">
<meta name="generator" content="Heddle">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header><h1>${escapeHtml(title)}</h1>${description === undefined ? "" : `<p>${escapeHtml(description)}</p>`}${note === undefined ? "" : `<p class="note">${escapeHtml(note)}</p>`}</header>
${body}
</main>
</body>
</html>
`;
}

function cellHtml(cell: Cell, key: string, outputs: Outputs): string {
  if (cell.kind === "markdown") return `<section class="text">${markdown.render(cell.source)}</section>`;
  const shown = outputs.get(key);
  const words = [
    cell.title === "" ? "" : `<h2 id="${escapeHtml(key)}">${escapeHtml(cell.title)}</h2>`,
    cell.kind === "code" ? "" : `<span class="chip">${escapeHtml(cell.kind)}</span>`,
    ...cell.options.map(
      ({ key: name, value }) => `<span class="chip">${escapeHtml(value === undefined ? name : `${name}=${value}`)}</span>`,
    ),
  ].join("");
  const code = languageOf(cell) === "ts" ? colourCode(cell.source) : escapeHtml(cell.source);
  const made = [
    ...(shown?.displays ?? []).map(displayHtml),
    ...(shown?.error ? [`<pre class="error">${escapeHtml(`${shown.error.name}: ${shown.error.message}`)}</pre>`] : []),
  ];
  return `<section>${words === "" ? "" : `<div class="head">${words}</div>`}${cell.source.trim() === "" ? "" : `<pre class="code"><code>${code}</code></pre>`}${made.length === 0 ? "" : `<div class="output">${made.join("")}</div>`}</section>`;
}

function displayHtml(display: Display): string {
  switch (display.type) {
    case "markdown":
      return `<div class="text">${markdown.render(display.text)}</div>`;
    case "text":
    case "tree":
      return `<pre>${escapeHtml(displayText(display))}${display.cut ? "\n…" : ""}</pre>`;
    case "table":
      return `<div class="table" tabindex="0">${tableHtml(display)}</div>`;
    case "image":
      return /^image\/[\w.+-]+$/.test(display.mediaType) && /^[A-Za-z0-9+/=]*$/.test(display.base64)
        ? `<img alt="Output" src="data:${display.mediaType};base64,${display.base64}">`
        : `<pre>${escapeHtml(displayText(display))}</pre>`;
    case "chart":
      return chartSvg(display);
    case "html":
      return `<iframe title="Output" sandbox srcdoc="${escapeHtml(display.html)}"></iframe>`;
  }
}

const style = `
:root{color-scheme:light dark;--page:light-dark(#fff,#0e1313);--text:light-dark(#14201f,#e2e9e8);--quiet:light-dark(#52615f,#9aa9a7);--line:light-dark(#dfe6e5,#253030);--sunken:light-dark(#f3f6f5,#141a1a);--accent:light-dark(#0b6b66,#52bfb5);--failed:light-dark(#c02a2a,#fb7f78)}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/24px system-ui,sans-serif}
main{max-width:860px;margin:0 auto;padding:32px 16px 64px}
h1{font-size:28px;line-height:36px}
section{margin:24px 0}
.note,.chip{color:var(--quiet);font-size:13px}
.head{display:flex;flex-wrap:wrap;gap:4px 12px;align-items:baseline}
.head h2{margin:0;font-size:15px}
pre{overflow:auto;margin:8px 0;padding:12px;border-radius:6px;background:var(--sunken);font:13px/20px ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
pre.code{border-left:3px solid var(--accent);white-space:pre}
pre.error{color:var(--failed)}
.c{color:light-dark(#5f6f6c,#8b9b98)}.s{color:light-dark(#1c6e3d,#85cf9c)}.k{color:light-dark(#7a3e9d,#c99bea)}.n{color:light-dark(#9a4a00,#eaa868)}
.table{overflow:auto;max-height:480px}
table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
th,td{padding:4px 12px 4px 0;border-bottom:1px solid var(--line);text-align:start;vertical-align:top}
.number{text-align:end}
img,svg{max-width:100%;height:auto}
iframe{width:100%;height:360px;border:1px solid var(--line);border-radius:6px;background:#fff;resize:vertical;overflow:auto}
a{color:var(--accent)}
@media print{pre{white-space:pre-wrap}.table{max-height:none}}
`
  .trim()
  .replace(/\n/g, "");
