/** Notebook → one markdown text, with what its cells showed: for a README, an issue, a page that knows markdown. */
import { cellKey } from "../notebook/cell-key";
import { describeNotebook } from "../notebook/describe-notebook";
import { formatHeader } from "../notebook/header";
import type { Cell, Notebook } from "../notebook/notebook";
import { readFrontMatter } from "../notebook/front-matter";
import type { Display } from "../protocol/display";
import { toBase64 } from "./base64";
import { cellText, displayText, noOutputs, type Outputs } from "./cell-outputs";
import { chartSvg } from "./chart-svg";

const mostRows = 30;

export function toMarkdown(notebook: Notebook, outputs: Outputs = noOutputs): string {
  const { title, description } = describeNotebook(notebook);
  const parts: string[] = [];
  // One that opens with its own heading has it already.
  if (title !== undefined && readFrontMatter(notebook.frontMatter).title !== undefined && !opensWithHeading(notebook))
    parts.push(`# ${title}`);
  if (description !== undefined) parts.push(description);
  notebook.cells.forEach((cell, index) => {
    if (cell.kind === "markdown") {
      if (cell.source.trim() !== "") parts.push(cell.source);
      return;
    }
    if (cell.title !== "") parts.push(`**${cell.title.replace(/([\\`*_[\]<>])/g, "\\$1")}**`);
    if (cell.source.trim() !== "") parts.push(fenced(languageOf(cell), `${headerLine(cell)}${cell.source}`));
    const shown = outputs.get(cellKey(cell, index));
    for (const display of shown?.displays ?? []) parts.push(displayMarkdown(display));
    if (shown?.error) parts.push(fenced("", `${shown.error.name}: ${shown.error.message}`));
  });
  return `${parts.join("\n\n")}\n`;
}

/** Where a header says more than a title, its line stands in the code. */
function headerLine(cell: Cell): string {
  return cell.options.length === 0 && cell.kind === "code"
    ? ""
    : `${cell.kind === "script" || cell.kind === "sql" ? "# " : "// "}${formatHeader(cell).replace(/^\/\/ /, "")}\n`;
}

export function languageOf(cell: Cell): string {
  if (cell.kind === "sql") return "sql";
  if (cell.kind === "approval") return "markdown";
  if (cell.kind !== "script") return "ts";
  const run = cell.options.find(({ key }) => key === "run")?.value ?? "";
  const program = run.split(/[\s/]/).findLast((word) => word !== "" && !word.startsWith("-")) ?? "";
  return program.startsWith("python") ? "python" : program === "Rscript" ? "r" : program;
}

function opensWithHeading({ cells: [first] }: Notebook): boolean {
  return first?.kind === "markdown" && /^\s*#\s/.test(first.source);
}

/** A fence longer than any inside. */
function fenced(language: string, text: string): string {
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}`;
}

function displayMarkdown(display: Display): string {
  switch (display.type) {
    case "markdown":
      return display.text;
    case "text":
    case "tree":
      return fenced(display.type === "tree" ? "json" : "", displayText(display));
    case "table": {
      const escape = (value: unknown) =>
        cellText(value)
          .replace(/\\/g, "\\\\")
          .replace(/\|/g, "\\|")
          .replace(/\s*\n\s*/g, " ")
          .replace(/</g, "&lt;");
      const rows = display.rows.slice(0, mostRows);
      return [
        `| ${display.columns.map(({ name }) => escape(name)).join(" | ")} |`,
        `| ${display.columns.map(({ type }) => (type === "number" ? "---:" : "---")).join(" | ")} |`,
        ...rows.map((row) => `| ${row.map(escape).join(" | ")} |`),
        ...(rows.length < display.rowCount ? ["", `… ${display.rowCount - rows.length} more rows`] : []),
      ].join("\n");
    }
    case "image":
      return `![output](data:${display.mediaType};base64,${display.base64})`;
    case "chart":
      return `![${(display.title ?? "chart").replace(/[[\]\\]/g, " ")}](data:image/svg+xml;base64,${toBase64(chartSvg(display))})`;
    case "html":
      return "*(HTML: open the notebook, or its .html export, to see it.)*";
  }
}
