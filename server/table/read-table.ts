/** From what a page names (a value of a task run, a data file) to the file that the table process reads. */
import { randomUUID } from "node:crypto";
import type { TableAnswer, TableQuestion, TableRequest } from "@/pipelines/protocol/table";
import type { Heddle } from "../heddle";
import { findValue } from "../run/preview-value";
import { findDataFile } from "../data/data-folder";

export type TableSource =
  | { readonly type: "value"; readonly taskRunId: string; readonly name: string; readonly index: number | undefined }
  | { readonly type: "file"; readonly path: string };

const formats: Readonly<Record<string, TableRequest["format"]>> = {
  csv: "csv",
  json: "json",
  ndjson: "ndjson",
  jsonl: "ndjson",
  parquet: "parquet",
  arrow: "arrow",
  feather: "arrow",
};

export async function readTable(heddle: Heddle, workspaceId: string, source: TableSource, question: TableQuestion): Promise<TableAnswer> {
  if (source.type === "file") {
    const file = await findDataFile(heddle.home.dataDir(workspaceId), source.path);
    const format = formats[source.path.split(".").at(-1)!.toLowerCase()];
    if (!format) {
      const message = `${source.path} is no table: CSV, JSON, JSON lines, Parquet and Arrow files are.`;
      return { type: "refused", reason: "not-a-table", message };
    }
    return heddle.tables.ask({ path: file.path, format, stamp: `${file.bytes} ${file.modified}`, question });
  }
  const { hash, codec, inline } = await findValue(heddle, workspaceId, source);
  if (codec !== "tree/1") {
    return { type: "refused", reason: "not-a-table", message: "It is kept as bytes, not as a value that could be a table." };
  }
  const { values } = heddle.execution;
  const path = values.path(workspaceId, hash);
  const base = { path, format: "value", stamp: hash, question } as const;
  if (inline !== undefined) return heddle.tables.ask({ ...base, inline });
  const holder = `table-${randomUUID()}`;
  await values.hold(workspaceId, [hash], holder);
  try {
    return await heddle.tables.ask(base);
  } finally {
    await values.release(holder);
  }
}
