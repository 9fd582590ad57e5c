/** A cell as text: shown, and copied. Pure. */
import type { TableCell, TableColumnType } from "@/pipelines/protocol/table";
import { formatNumber } from "../_ui/format-number";

export function shownText(cell: TableCell | undefined, type: TableColumnType): string {
  if (cell === null || cell === undefined) return "–";
  // Years and small counts read better without a comma.
  if (typeof cell === "number") return Number.isInteger(cell) && Math.abs(cell) < 10_000 ? String(cell) : formatNumber(cell, 6);
  if (typeof cell === "string")
    return type === "date"
      ? cell
          .replace("T", " ")
          .replace(/(:00)?\.000Z$/, "")
          .replace(/ 00:00$/, "")
          .replace(/Z$/, "")
      : cell;
  return typeof cell === "boolean" ? String(cell) : JSON.stringify(cell);
}

export function exactText(cell: TableCell | undefined): string {
  return cell === null || cell === undefined ? "" : typeof cell === "string" ? cell : JSON.stringify(cell);
}

/** Tab-separated, as sheets take it. */
export function toSeparated(rows: readonly (readonly (TableCell | undefined)[])[]): string {
  return rows.map((row) => row.map((cell) => quoted(exactText(cell))).join("\t")).join("\n");
}

function quoted(text: string): string {
  return /["\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
