/**
 * Values as files. In: `in/<name>.json` always (but for plain bytes); `in/<name>.arrow` beside it for tables and columns;
 * `in/<name>.bin` for bytes and beside typed arrays. Out: one of `out/<name>.json`, `.arrow` and `.bin`.
 */
import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { UnserializableValue } from "../values/unserializable";
import type { Environment } from "./environment";
import { ScriptFailure } from "./script-failure";

type Row = Readonly<Record<string, unknown>>;

const rowsAtOnce = 1000;

export async function writeScriptInput(folder: string, name: string, value: unknown, environment: Environment): Promise<void> {
  const path = join(folder, name);
  if (value instanceof ArrayBuffer || Buffer.isBuffer(value) || value instanceof Uint8Array) {
    writeFileSync(`${path}.bin`, value instanceof ArrayBuffer ? new Uint8Array(value) : value);
    return;
  }
  const ipc = await toArrow(value, environment);
  if (ipc) writeFileSync(`${path}.arrow`, ipc);
  if (ArrayBuffer.isView(value)) writeFileSync(`${path}.bin`, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  writeJson(`${path}.json`, name, isArrowTable(value) ? (value.toArray() as unknown[]).map(plainRow) : value);
}

export async function readScriptOutput(folder: string, name: string, environment: Environment): Promise<unknown> {
  const found = ["json", "arrow", "bin"].filter((ending) => existsSync(join(folder, `${name}.${ending}`)));
  const [ending] = found;
  if (ending === undefined) {
    throw new ScriptFailure("exception", `The script ended without writing out/${name}.json (or .arrow or .bin), which out= names.`);
  }
  if (found.length > 1) {
    throw new ScriptFailure(
      "exception",
      `The script wrote ${found.map((one) => `out/${name}.${one}`).join(" and ")}: "${name}" is one value, so write one of them.`,
    );
  }
  const path = join(folder, `${name}.${ending}`);
  if (ending === "bin") return readFileSync(path);
  if (ending === "json") {
    try {
      return JSON.parse(readFileSync(path, "utf8")) as unknown;
    } catch (error) {
      throw new ScriptFailure("exception", `out/${name}.json is no JSON: ${(error as Error).message}`);
    }
  }
  const arrow = await loadArrow(environment);
  if (!arrow)
    throw new ScriptFailure("exception", `out/${name}.arrow needs the package "apache-arrow" in the notebook's environment to be read.`);
  try {
    return arrow.tableFromIPC(readFileSync(path));
  } catch (error) {
    throw new ScriptFailure("exception", `out/${name}.arrow is no Arrow file or stream: ${(error as Error).message}`);
  }
}

interface Arrow {
  tableFromIPC(bytes: Uint8Array): unknown;
  tableFromJSON(rows: readonly Row[]): unknown;
  tableFromArrays(columns: Readonly<Record<string, unknown>>): unknown;
  tableToIPC(table: unknown, kind: "file"): Uint8Array;
}

async function loadArrow(environment: Environment): Promise<Arrow | undefined> {
  return environment.load("apache-arrow").then(
    (loaded) => loaded as unknown as Arrow,
    () => undefined,
  );
}

/** Undefined: not a table, or not one that Arrow can hold. */
async function toArrow(value: unknown, environment: Environment): Promise<Uint8Array | undefined> {
  const isTable = isArrowTable(value);
  if (!isTable && !isRows(value) && !isColumns(value) && !isNumbers(value)) return undefined;
  const arrow = await loadArrow(environment);
  if (!arrow) return undefined;
  try {
    const table = isTable
      ? value
      : isRows(value)
        ? arrow.tableFromJSON(value)
        : arrow.tableFromArrays(isColumns(value) ? value : { value });
    return arrow.tableToIPC(table, "file");
  } catch {
    // Columns of mixed kinds: the JSON holds them all.
    return undefined;
  }
}

function isArrowTable(value: unknown): value is { toArray(): unknown[]; schema: object } {
  return typeof value === "object" && value !== null && "schema" in value && "batches" in value && "toArray" in value;
}

function isRows(value: unknown): value is readonly Row[] {
  return Array.isArray(value) && value.length > 0 && value.every((row) => isPlain(row));
}

function isColumns(value: unknown): value is Readonly<Record<string, ArrayLike<unknown>>> {
  if (!isPlain(value)) return false;
  const columns = Object.values(value);
  const [first] = columns;
  const length = (first as { length?: unknown } | undefined)?.length;
  return columns.length > 0 && columns.every((one) => (Array.isArray(one) || isNumbers(one)) && one.length === length);
}

function isNumbers(value: unknown): value is ArrayLike<unknown> {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function isPlain(value: unknown): value is Row {
  return typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value) as never);
}

function plainRow(row: unknown): unknown {
  return (row as { toJSON(): unknown }).toJSON();
}

/** Arrays go piece by piece: a text of a gigabyte cannot be made in one go. */
function writeJson(path: string, name: string, value: unknown): void {
  const fd = openSync(path, "wx");
  try {
    if (!Array.isArray(value) || value.length <= rowsAtOnce) {
      writeSync(fd, toText(name, value));
      return;
    }
    for (let at = 0; at < value.length; at += rowsAtOnce) {
      const text = toText(name, value.slice(at, at + rowsAtOnce));
      writeSync(fd, (at === 0 ? "[" : ",\n") + text.slice(1, -1));
    }
    writeSync(fd, "]");
  } finally {
    closeSync(fd);
  }
}

function toText(name: string, value: unknown): string {
  try {
    return JSON.stringify(value ?? null, function (this: Record<string, unknown>, key, one: unknown) {
      // A buffer has been asked for its own idea of JSON by now.
      const raw = this[key];
      return toJson(Buffer.isBuffer(raw) ? raw : one);
    });
  } catch (error) {
    throw new UnserializableValue(
      name,
      `something JSON cannot hold (${(error as Error).message})`,
      "Give scripts plain data: in= is written as JSON.",
    );
  }
}

function toJson(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
  if (value instanceof Set) return [...(value as Set<unknown>)];
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("base64");
  if (Buffer.isBuffer(value) || value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (isNumbers(value)) return Array.from(value);
  if (value instanceof Error) return { name: value.name, message: value.message };
  return value;
}
