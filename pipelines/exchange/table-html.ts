import type { Display } from "../protocol/display";
import { cellText } from "./cell-outputs";
import { escapeHtml } from "./escape-html";

export function tableHtml({ columns, rows, rowCount }: Extract<Display, { type: "table" }>): string {
  const head = columns.map(({ name, type }) => `<th${type === "number" ? ' class="number"' : ""}>${escapeHtml(name)}</th>`).join("");
  const body = rows
    .map(
      (row) =>
        `<tr>${row.map((value, at) => `<td${columns[at]?.type === "number" ? ' class="number"' : ""}>${escapeHtml(cellText(value))}</td>`).join("")}</tr>`,
    )
    .join("");
  const more = rows.length < rowCount ? `<p>${rowCount - rows.length} more rows</p>` : "";
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>${more}`;
}
