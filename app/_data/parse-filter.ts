/** What one types above a column → a filter: `oak`, `=oak`, `!oak`, `> 5`, `<=2026-01-31`, `5..10`, `null`, `!null`. Pure. */
import type { TableColumnType, TableFilter } from "@/pipelines/protocol/table";

const comparisons = [
  [">=", "at-least"],
  ["<=", "at-most"],
  ["!=", "not-equals"],
  ["≥", "at-least"],
  ["≤", "at-most"],
  [">", "above"],
  ["<", "below"],
  ["=", "equals"],
  ["!", "not-equals"],
] as const;

export function parseFilter(column: number, type: TableColumnType, text: string): TableFilter | undefined {
  const typed = text.trim();
  if (typed === "") return undefined;
  if (/^(null|missing|empty|–)$/i.test(typed)) return { column, op: "missing", value: "" };
  if (/^!\s*(null|missing|empty|–)$/i.test(typed)) return { column, op: "present", value: "" };
  const ordered = type === "number" || type === "date";
  const range = ordered ? /^(.+?)\s*\.\.\s*(.+)$/.exec(typed) : null;
  if (range) return { column, op: "between", value: range[1]!, to: range[2]! };
  const sign = comparisons.find(([sign]) => typed.startsWith(sign));
  if (sign) {
    const value = typed.slice(sign[0].length).trim();
    return value === "" ? undefined : { column, op: sign[1], value };
  }
  if (type === "number" && !Number.isNaN(Number(typed))) return { column, op: "equals", value: typed };
  if (type === "boolean" && /^(true|false)$/i.test(typed)) return { column, op: "equals", value: typed.toLowerCase() };
  return { column, op: "contains", value: typed };
}

export function filterHint(type: TableColumnType): string {
  switch (type) {
    case "number":
      return "5, > 5, 5..10, null";
    case "date":
      return "> 2026-01-31, null";
    case "boolean":
      return "true, false, null";
    default:
      return "text, =text, !text";
  }
}
