/** What the store keeps beside a value so that a page can show it (pipelines/protocol/preview.ts). */
import type { Preview } from "@/pipelines/protocol/preview";
import { toJsonTree, type Json } from "./json-tree";
import { numberStatistics, textStatistics } from "./statistics";
import { asTable, columnType } from "./table";

const mostBytes = 200_000;
/** Statistics of longer columns are taken from this many rows, evenly spaced: a preview must not cost like a scan. */
const mostScanned = 250_000;

export function previewOf(value: unknown): Preview {
  const table = asTable(value);
  if (table) return tablePreview(table);
  const numbers = asNumbers(value);
  if (numbers) return numbersPreview(numbers);
  return { type: "tree", ...toJsonTree(value, mostBytes / 2) };
}

function tablePreview(table: NonNullable<ReturnType<typeof asTable>>): Preview {
  const { rowCount } = table;
  const stride = Math.ceil(rowCount / mostScanned);
  const scanned = Math.ceil(rowCount / stride);
  const columns = table.columns.slice(0, 200).map(({ name, at }) => {
    const type = columnType(at, rowCount);
    const spaced = (index: number) => at(index * stride);
    const statistics = type === "number" ? numberStatistics(scanned, spaced) : textStatistics(scanned, type === "json" ? () => "" : spaced);
    return { name, type, statistics };
  });
  const rows: Json[][] = [];
  let left = mostBytes - JSON.stringify(columns).length;
  for (let row = 0; row < Math.min(rowCount, 1000) && left > 0; row++) {
    const cells = table.columns.slice(0, 200).map(({ at }) => cell(at(row)));
    left -= JSON.stringify(cells).length;
    if (left > 0 || rows.length === 0) rows.push(cells);
  }
  return { type: "table", columns, rows, rowCount };
}

/** A value of a table as JSON; also used by displays. */
export function cell(value: unknown): Json {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "string":
      return value.length > 1000 ? `${value.slice(0, 1000)}…` : value;
    case "boolean":
      return value;
    case "undefined":
      return null;
    case "bigint":
      return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : String(value);
  }
  if (value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  return toJsonTree(value, 1000).value;
}

interface Numbers {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<unknown>;
}

function asNumbers(value: unknown): Numbers | undefined {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const data = value as unknown as ArrayLike<unknown>;
    return { dtype: value.constructor.name.replace(/Array$/, "").toLowerCase(), shape: [data.length], data };
  }
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "number")) {
    return { dtype: "number", shape: [value.length], data: value };
  }
  const tensor = value as { shape?: unknown; dtype?: unknown; ref?: { dataSync?: () => ArrayLike<unknown> } } | null;
  if (typeof value === "object" && Array.isArray(tensor?.shape) && tensor.dtype !== undefined && tensor.ref?.dataSync) {
    return { dtype: String(tensor.dtype), shape: tensor.shape as number[], data: tensor.ref.dataSync() };
  }
  return undefined;
}

function numbersPreview({ dtype, shape, data }: Numbers): Preview {
  const stride = Math.max(1, Math.ceil(data.length / 2000));
  const sample: (number | null)[] = [];
  for (let index = 0; index < data.length; index += stride) {
    const value = Number(data[index]);
    sample.push(Number.isFinite(value) ? Number(value.toPrecision(6)) : null);
  }
  const scan = Math.max(1, Math.ceil(data.length / mostScanned));
  const statistics = numberStatistics(Math.ceil(data.length / scan), (index) => data[index * scan]);
  return { type: "numbers", dtype, shape: [...shape], sample, stride, statistics };
}
