/**
 * Notebook → `.ipynb` (nbformat 4.5), with what its cells showed. Everything that Jupyter has no word for stands in `metadata.heddle`,
 * so that from-ipynb.ts gives the same notebook back.
 */
import { cellKey } from "../notebook/cell-key";
import type { Cell, Notebook } from "../notebook/notebook";
import type { Display } from "../protocol/display";
import { fromBase64 } from "./base64";
import { displayText, noOutputs, type CellOutputs, type Outputs } from "./cell-outputs";
import { chartSvg } from "./chart-svg";
import { escapeHtml } from "./escape-html";
import { tableHtml } from "./table-html";

const languages: Readonly<Record<string, string>> = {
  python: "python",
  python3: "python",
  bash: "shellscript",
  sh: "shellscript",
  Rscript: "r",
  julia: "julia",
};

export function toIpynb(notebook: Notebook, outputs: Outputs = noOutputs): string {
  const cells = notebook.cells.map((cell, index) => toCell(cell, index, outputs.get(cellKey(cell, index))));
  const document = {
    cells,
    metadata: {
      heddle: { version: 1, ...(notebook.frontMatter !== undefined && { frontMatter: notebook.frontMatter }) },
      kernelspec: { display_name: "TypeScript", language: "typescript", name: "typescript" },
      language_info: { name: "typescript", file_extension: ".ts", mimetype: "text/x.typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(document, undefined, 1)}\n`;
}

function toCell(cell: Cell, index: number, shown: CellOutputs | undefined): object {
  const { kind, title, options } = cell;
  const language =
    kind === "sql"
      ? "sql"
      : kind === "script"
        ? languages[(options.find(({ key }) => key === "run")?.value ?? "").split(" ")[0]!]
        : undefined;
  const common = {
    id: `heddle-${index + 1}`,
    metadata: { heddle: { kind, title, options }, ...(language !== undefined && { vscode: { languageId: language } }) },
    source: toLines(cell.source),
  };
  if (kind === "markdown" || kind === "approval") return { cell_type: "markdown", ...common };
  if (kind === "wait") return { cell_type: "raw", ...common };
  return { cell_type: "code", ...common, execution_count: null, outputs: shown ? toOutputs(shown) : [] };
}

function toOutputs({ displays, error }: CellOutputs): object[] {
  return [
    ...displays.map((display) => ({ output_type: "display_data", metadata: {}, data: toBundle(display) })),
    ...(error ? [{ output_type: "error", ename: error.name, evalue: error.message, traceback: [`${error.name}: ${error.message}`] }] : []),
  ];
}

/** Words of Jupyter for it, the plain text last, and the display itself for Heddle. */
function toBundle(display: Display): Record<string, unknown> {
  const plain = { "text/plain": toLines(displayText(display)) };
  switch (display.type) {
    case "text":
      return plain;
    case "markdown":
      return { "text/markdown": toLines(display.text), ...plain };
    case "html":
      return { "text/html": toLines(display.html), ...plain };
    case "image":
      return {
        [display.mediaType]: display.mediaType === "image/svg+xml" ? toLines(fromBase64(display.base64)) : display.base64,
        ...plain,
      };
    case "table":
      return { "application/vnd.heddle.display+json": display, "text/html": toLines(tableHtml(display)), ...plain };
    case "chart":
      return { "application/vnd.heddle.display+json": display, "image/svg+xml": toLines(chartSvg(display)), ...plain };
    case "tree":
      return {
        "application/vnd.heddle.display+json": display,
        "text/html": [`<pre>${escapeHtml(displayText(display))}</pre>`],
        ...plain,
      };
  }
}

/** As nbformat has it: each line with its end. */
function toLines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}
