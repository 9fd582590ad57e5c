/** What a cell shows, from what it returned or handed to table(), chart(), image()… (pipelines/protocol/display.ts). */
import type { Display } from "@/pipelines/protocol/display";
import { toJsonTree, type Json } from "../values/json-tree";
import { cell, previewOf } from "../values/preview";
import { summarize } from "../values/summary";
import { asTable, columnType } from "../values/table";

const mostRows = 1000;
const mostCells = 50_000;
const mostText = 200_000;

/** Marks what sdk functions like chart() return, so that a cell may end with one. */
export const displayMark = Symbol.for("heddle.display");

export function toDisplay(value: unknown): Display | undefined {
  if (value === undefined) return undefined;
  const marked = (value as { [displayMark]?: Display } | null)?.[displayMark];
  if (marked) return marked;
  if (typeof value === "string") return { type: "text", text: value.slice(0, mostText), cut: value.length > mostText };
  const table = tableDisplay(value);
  if (table) return table;
  if (value instanceof Uint8Array) {
    const image = imageDisplay(value);
    if (image) return image;
  }
  if (ArrayBuffer.isView(value)) {
    const preview = previewOf(value);
    const shown =
      preview.type === "numbers" ? ({ statistics: preview.statistics, sample: preview.sample.slice(0, 100) } as unknown as Json) : null;
    return { type: "tree", value: shown, summary: summarize(value), cut: true };
  }
  const { value: json, cut } = toJsonTree(value, mostText);
  return { type: "tree", value: json, summary: summarize(value), cut };
}

export function tableDisplay(value: unknown): Display | undefined {
  const table = asTable(value);
  if (!table) return undefined;
  const shown = Math.min(table.rowCount, mostRows, Math.max(10, Math.floor(mostCells / table.columns.length)));
  return {
    type: "table",
    columns: table.columns.map(({ name, at }) => ({ name, type: columnType(at, table.rowCount) })),
    rows: Array.from({ length: shown }, (_, row) => table.columns.map(({ at }) => cell(at(row)) as never)),
    rowCount: table.rowCount,
  };
}

const signatures: readonly (readonly [mediaType: string, bytes: readonly number[]])[] = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46]],
];

export function imageDisplay(bytes: Uint8Array): Display | undefined {
  const found = signatures.find(([, signature]) => signature.every((byte, index) => bytes[index] === byte));
  if (!found) return undefined;
  return { type: "image", mediaType: found[0], base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64") };
}
