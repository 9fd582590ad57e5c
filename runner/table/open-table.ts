/** Bytes → a table of columns, or why they are none. Classes of notebooks are not known here: their instances are their fields. */
import { readFileSync, statSync } from "node:fs";
import * as arrow from "apache-arrow";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { parseCsv } from "@/pipelines/sdk/csv";
import type { TableRefusal, TableRequest } from "@/pipelines/protocol/table";
import { ClassRegistry } from "../values/class-registry";
import { decodeColumns, decodeValue, requiredModules } from "../values/decode";
import { Extensions } from "../values/extensions";
import { summarize } from "../values/summary";
import { asTable, type TableView } from "../values/table";
import { fromDecoded, fromView, type ColumnTable } from "./column-table";

/** Larger ones are for queries (a SQL cell reads them piece by piece), not for looking at. */
const mostBytes: Readonly<Record<TableRequest["format"], number>> = {
  value: 1536 * 1024 ** 2,
  arrow: 1024 * 1024 ** 2,
  csv: 256 * 1024 ** 2,
  json: 256 * 1024 ** 2,
  ndjson: 256 * 1024 ** 2,
  parquet: 256 * 1024 ** 2,
};

export type Opened = { readonly type: "table"; readonly table: ColumnTable; readonly bytes: number } | TableRefusal;

const extensions = new Extensions();
extensions.learn("apache-arrow", arrow as unknown as Record<string, unknown>);

export async function openTable({ path, format, inline }: Pick<TableRequest, "path" | "format" | "inline">): Promise<Opened> {
  try {
    const size = inline === undefined ? statSync(path).size : inline.length;
    if (size > mostBytes[format]) {
      const limit = `${Math.round(mostBytes[format] / 1024 ** 2)} MB`;
      return refuse("too-large", `It is larger than ${limit}, which is the most that is shown as a table. A SQL cell can read it.`);
    }
    const bytes = inline === undefined ? alignedRead(path) : Buffer.from(inline, "base64");
    const table = await readTable(bytes, format);
    return "type" in table ? table : { type: "table", table, bytes: bytes.length };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return refuse("unreadable", "It is not there any more.");
    return refuse("unreadable", `It could not be read as ${words[format]}: ${message.split("\n")[0]!.slice(0, 300)}`);
  }
}

const words: Readonly<Record<TableRequest["format"], string>> = {
  value: "a value",
  csv: "CSV",
  json: "JSON",
  ndjson: "JSON lines",
  parquet: "Parquet",
  arrow: "Arrow",
};

async function readTable(bytes: Buffer, format: TableRequest["format"]): Promise<ColumnTable | TableRefusal> {
  switch (format) {
    case "value":
      return readValue(bytes);
    case "csv":
      return ofRows(parseCsv(bytes.toString("utf8")));
    case "json":
      return ofRows(JSON.parse(bytes.toString("utf8")) as unknown);
    case "ndjson":
      return ofRows(
        bytes
          .toString("utf8")
          .split("\n")
          .filter((line) => line.trim() !== "")
          .map((line) => JSON.parse(line) as unknown),
      );
    case "arrow":
      return ofRows(arrow.tableFromIPC(bytes));
    case "parquet": {
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
      const metadata = parquetMetadata(file);
      const rows = await parquetReadObjects({ file, metadata, compressors });
      return ofRows(
        rows,
        metadata.schema.slice(1).map(({ name }) => name),
      );
    }
  }
}

function readValue(bytes: Buffer): ColumnTable | TableRefusal {
  const columns = decodeColumns(bytes);
  if (columns) return fromDecoded(columns);
  const foreign = requiredModules(bytes).find((module) => module !== "apache-arrow");
  if (foreign !== undefined) return refuse("not-a-table", `It is a value of the package ${foreign}, not a table.`);
  return ofRows(decodeValue(bytes, new ClassRegistry(), extensions));
}

function ofRows(value: unknown, names: readonly string[] = []): ColumnTable | TableRefusal {
  const view: TableView | undefined =
    asTable(value) ?? (names.length > 0 ? { columns: names.map((name) => ({ name, at: () => undefined })), rowCount: 0 } : undefined);
  if (!view) {
    const hint = "A table is an array of objects, or an Arrow table.";
    return refuse(
      "not-a-table",
      `It is ${Array.isArray(value) && value.length === 0 ? "an empty array" : summarize(value)}, not a table. ${hint}`,
    );
  }
  return fromView(view);
}

export function refuse(reason: TableRefusal["reason"], message: string): TableRefusal {
  return { type: "refused", reason, message };
}

/** Columns are read in place, so that they must begin where memory is aligned. */
function alignedRead(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
}
