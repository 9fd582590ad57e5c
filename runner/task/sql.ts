/**
 * A SQL cell: the values that its query names become tables of a DuckDB of its own, in memory; `data/` is the only folder it
 * may read, and there is nothing it may write or reach. The last statement's result is the cell's value and its display.
 */
import { join } from "node:path";
import type { DisplayList } from "../displays/display-list";
import { tableDisplay, toDisplay } from "../displays/to-display";
import { summarize } from "../values/summary";
import { asTable, type TableView } from "../values/table";
import type { Environment } from "./environment";

/** As server/notebook/program.ts writes it into the program. */
export interface SqlOrder {
  readonly source: string;
  readonly statements: readonly { readonly start: number; readonly end: number }[];
  readonly tables: readonly string[];
  readonly out?: string;
  readonly wanted: readonly string[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly cell: { readonly cell: string; readonly cellKey: string };
}

interface SqlPlace {
  cell: string;
  cellKey: string;
  line: number;
  column: number;
}

/** What is wrong in the query, at its line and column. */
export class SqlFault extends Error {
  constructor(
    name: string,
    message: string,
    readonly place: SqlPlace,
  ) {
    super(message);
    this.name = name;
  }
}

interface Surroundings {
  readonly environment: Environment;
  readonly cwd: string;
  readonly displays: DisplayList;
  readonly memoryBytes: number;
}

/** As much of @duckdb/node-api as is used here. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string, options: Record<string, string>): Promise<{ connect(): Promise<Connection>; closeSync(): void }>;
  };
  readonly DuckDBDataChunk: {
    create(types: readonly unknown[], rows: number): { setColumnValues(column: number, values: readonly unknown[]): void };
  };
  readonly StatementType: Readonly<Record<string, number>>;
  readonly DOUBLE: unknown;
  readonly BIGINT: unknown;
  readonly BOOLEAN: unknown;
  readonly VARCHAR: unknown;
  readonly TIMESTAMP: unknown;
  readonly DuckDBTimestampValue: new (micros: bigint) => unknown;
}
interface Connection {
  run(sql: string): Promise<unknown>;
  prepare(sql: string): Promise<Prepared>;
  createAppender(table: string): Promise<{ appendDataChunk(chunk: unknown): void; closeSync(): void }>;
  closeSync(): void;
}
interface Prepared {
  readonly statementType: number;
  readonly parameterCount: number;
  parameterName(index: number): string;
  bind(values: Record<string, unknown>): void;
  runAndReadAll(): Promise<{
    getRowObjectsJS(): Record<string, unknown>[];
    columnNames(): string[];
    columnTypes(): { toString(): string }[];
  }>;
}

const chunkRows = 2048;
const packageName = "@duckdb/node-api";
/** What reaches beyond the tables of the cell. */
const refusedKinds = [
  "COPY",
  "EXPORT",
  "COPY_DATABASE",
  "LOAD",
  "EXTENSION",
  "UPDATE_EXTENSIONS",
  "ATTACH",
  "DETACH",
  "VARIABLE_SET",
  "SET",
  "PRAGMA",
];

export async function runSql(order: SqlOrder, around: Surroundings): Promise<Record<string, unknown>> {
  const duck = (await around.environment.load(packageName)) as unknown as DuckDb;
  const instance = await duck.DuckDBInstance.create(":memory:", {
    threads: "2",
    // The process itself needs some, too.
    memory_limit: `${Math.max(128, Math.floor((around.memoryBytes * 0.7) / 1024 ** 2))}MB`,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    allow_community_extensions: "false",
    temp_directory: "",
  }).catch((error: Error) => {
    throw new Error(`DuckDB could not be started: ${error.message}`);
  });
  const connection = await instance.connect();
  try {
    for (const name of order.tables) {
      if (name in order.values) await makeTable(duck, connection, name, order.values[name], order);
    }
    // From here on the query is alone with its tables and `data/`.
    const data = join(around.cwd, "data").replaceAll("'", "''");
    await connection.run(`set allowed_directories = ['data/', '${data}/']`);
    await connection.run("set enable_external_access = false");
    await connection.run("set lock_configuration = true");
    const rows = await runStatements(duck, connection, order);
    around.displays.add(rows.length > 0 ? (tableDisplay(rows) ?? toDisplay(rows)) : emptyTable(rows), rows);
    return order.out !== undefined && order.wanted.includes(order.out) ? { [order.out]: [...rows] } : {};
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

type ResultRows = Record<string, unknown>[] & { columns?: readonly string[] };

function emptyTable(rows: ResultRows) {
  return { type: "table" as const, columns: (rows.columns ?? []).map((name) => ({ name, type: "json" as const })), rows: [], rowCount: 0 };
}

async function runStatements(duck: DuckDb, connection: Connection, order: SqlOrder): Promise<ResultRows> {
  let rows: ResultRows = [];
  for (const { start, end } of order.statements) {
    const text = order.source.slice(start, end);
    try {
      const prepared = await connection.prepare(text);
      const kind = Object.keys(duck.StatementType).find((name) => duck.StatementType[name] === prepared.statementType) ?? "";
      if (refusedKinds.includes(kind)) {
        throw new Error(
          `Permission Error: ${kind.replaceAll("_", " ")} is not allowed in a cell: a query reads its tables and data/, and gives rows.`,
        );
      }
      const bound: Record<string, unknown> = {};
      for (let index = 1; index <= prepared.parameterCount; index++) {
        const name = prepared.parameterName(index);
        bound[name] = toBound(name, order.values[name]);
      }
      if (prepared.parameterCount > 0) prepared.bind(bound);
      const result = await prepared.runAndReadAll();
      const types = result.columnTypes().map(String);
      const names = result.columnNames();
      const isTime = new Set(names.filter((_, index) => /^TIME( |$|_|\()/.test(types[index]!) && !/^TIMESTAMP/.test(types[index]!)));
      rows = result.getRowObjectsJS().map((row) => {
        for (const name in row) row[name] = isTime.has(name) ? timeText(row[name]) : plain(row[name]);
        return row;
      });
      rows.columns = names;
    } catch (error) {
      throw toFault(error as Error, order, start);
    }
  }
  return rows;
}

/** The words of DuckDB, without its drawing of the place: that is what the cell's own line is for. */
function toFault(error: Error, order: SqlOrder, start: number): Error {
  const before = order.source.slice(0, start).split("\n");
  const [head = "", ...rest] = error.message.split("\n");
  const kind = /^([A-Z][\w ]*Error): /.exec(head);
  const at = rest.findIndex((line) => /^LINE \d+:/.test(line));
  const detail = (at < 0 ? rest : rest.slice(0, at)).filter((line) => line.trim() !== "");
  let line = 1;
  let column = 1;
  if (at >= 0) {
    const [label, number] = /^LINE (\d+): ?/.exec(rest[at]!)!;
    line = Number(number);
    const source = order.source.slice(start).split("\n")[line - 1] ?? "";
    // A long line is shown in part: the part is looked for.
    const shown = rest[at]!.slice(label.length).replace(/^\.\.\.|\.\.\.$/g, "");
    const cut = rest[at]!.slice(label.length).startsWith("...") ? 3 : 0;
    const caret = (rest[at + 1] ?? "").indexOf("^") - label.length - cut;
    column = Math.max(1, Math.max(0, source.indexOf(shown)) + caret + 1);
  }
  const place = {
    ...order.cell,
    line: before.length - 1 + line,
    column: line === 1 ? before.at(-1)!.length + column : column,
  };
  const message = [kind ? head.slice(kind[0].length) : head, ...detail].join("\n");
  return new SqlFault(kind ? kind[1]!.replaceAll(" ", "") : "SqlError", message, place);
}

function toBound(name: string, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") return value;
  if (value instanceof Date) return value.toISOString().replace("T", " ").replace("Z", "");
  if (Array.isArray(value) && value.every((one) => typeof one !== "object" || one === null)) return JSON.stringify(value);
  throw new Error(`Invalid Input Error: $${name} is ${summarize(value)}: a query takes numbers, texts, booleans and dates.`);
}

/** Numbers are numbers again where that loses nothing. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  if (typeof value !== "object" || value === null || value instanceof Date || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

function timeText(value: unknown): unknown {
  if (typeof value !== "bigint") return plain(value);
  return new Date(Number(value / 1000n))
    .toISOString()
    .slice(11, 23)
    .replace(/\.000$/, "");
}

async function makeTable(duck: DuckDb, connection: Connection, name: string, value: unknown, order: SqlOrder): Promise<void> {
  const table = asTable(value) ?? listAsTable(value);
  if (!table) {
    const at = order.source.search(new RegExp(`\\b${name.replace(/[$]/g, "\\$")}\\b`, "i"));
    const before = order.source.slice(0, Math.max(0, at)).split("\n");
    const place = { ...order.cell, line: before.length, column: before.at(-1)!.length + 1 };
    throw new SqlFault(
      "NotATable",
      `"${name}" is ${summarize(value)}, which is no table: an array of objects is one, and so is an Arrow table.`,
      place,
    );
  }
  const columns = table.columns.map(({ name: column, at }) => ({ column, at, type: sqlType(at, table.rowCount) }));
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await connection.run(`create table ${quoted(name)} (${columns.map(({ column, type }) => `${quoted(column)} ${type.sql}`).join(", ")})`);
  const appender = await connection.createAppender(name);
  const types = columns.map(({ type }) => duck[type.chunk]);
  for (let from = 0; from < table.rowCount; from += chunkRows) {
    const count = Math.min(chunkRows, table.rowCount - from);
    const chunk = duck.DuckDBDataChunk.create(types, count);
    columns.forEach(({ at, type }, index) => {
      const values = new Array<unknown>(count);
      for (let row = 0; row < count; row++) {
        const one = at(from + row);
        values[row] = one === null || one === undefined ? null : type.convert(one, duck);
      }
      chunk.setColumnValues(index, values);
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

function listAsTable(value: unknown): TableView | undefined {
  const list =
    Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView)) ? (value as ArrayLike<unknown>) : undefined;
  // Numbers in a row are a table of one column. Of no rows nobody knows the columns.
  return list ? { columns: [{ name: "value", at: (row) => list[row] }], rowCount: list.length } : undefined;
}

interface SqlType {
  readonly sql: string;
  readonly chunk: "DOUBLE" | "BIGINT" | "BOOLEAN" | "VARCHAR" | "TIMESTAMP";
  readonly convert: (value: unknown, duck: DuckDb) => unknown;
}

const asText = (value: unknown) =>
  typeof value === "string" ? value : (JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? String(one) : one)) ?? null);

/** By all rows: one odd value in a million would be an error otherwise. */
function sqlType(at: (row: number) => unknown, rowCount: number): SqlType {
  let [integers, numbers, flags, dates, texts, others] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < rowCount; row++) {
    const value = at(row);
    if (value === null || value === undefined) continue;
    if (typeof value === "number") {
      if (Number.isSafeInteger(value)) integers++;
      else numbers++;
    } else if (typeof value === "bigint" && value >= -(2n ** 63n) && value < 2n ** 63n) integers++;
    else if (typeof value === "boolean") flags++;
    else if (typeof value === "string") texts++;
    else if (value instanceof Date) dates++;
    else others++;
  }
  const kinds = [integers + numbers, flags, dates, texts, others].filter((count) => count > 0).length;
  if (kinds === 1 && others === 0) {
    if (flags > 0) return { sql: "boolean", chunk: "BOOLEAN", convert: (value) => value };
    if (dates > 0)
      return {
        sql: "timestamp",
        chunk: "TIMESTAMP",
        convert: (value, duck) => {
          const time = (value as Date).getTime();
          return Number.isNaN(time) ? null : new duck.DuckDBTimestampValue(BigInt(time) * 1000n);
        },
      };
    if (texts > 0) return { sql: "varchar", chunk: "VARCHAR", convert: (value) => value };
    if (numbers === 0) return { sql: "bigint", chunk: "BIGINT", convert: (value) => BigInt(value as number) };
    return { sql: "double", chunk: "DOUBLE", convert: Number };
  }
  return { sql: kinds === 0 || texts > 0 ? "varchar" : "json", chunk: "VARCHAR", convert: asText };
}
