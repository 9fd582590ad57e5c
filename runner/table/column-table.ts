/** A table as columns: what a value, an Arrow table or a data file is read into (open-table.ts) before anybody asks for rows. */
import type { TableColumnType } from "@/pipelines/protocol/table";
import { Column, Validity } from "../values/tree";
import type { DecodedColumns } from "../values/decode";
import { columnType, type TableView } from "../values/table";

export interface TableColumn {
  readonly name: string;
  readonly type: TableColumnType;
  readonly get: (row: number) => unknown;
  readonly isMissing: (row: number) => boolean;
  /** One number for each row, for numbers, dates and flags. Rows that are missing hold anything. */
  readonly numbers: ArrayLike<number> | undefined;
  readonly dictionary: { readonly texts: readonly string[]; readonly indexes: ArrayLike<number> } | undefined;
  /** Texts one behind the other, as bytes. */
  readonly text: { readonly bytes: Buffer; readonly ends: Uint32Array } | undefined;
}

export interface ColumnTable {
  readonly rowCount: number;
  readonly columns: readonly TableColumn[];
}

const never = () => false;

export function fromDecoded({ rowCount, names, columns }: DecodedColumns): ColumnTable {
  return {
    rowCount,
    columns: columns.map(({ kind, validity, get, data, texts, ends, text }, index): TableColumn => {
      const name = names[index]!;
      if (kind === Column.Mixed) return fromAccessor(name, get, rowCount);
      const isMissing = validity ? (row: number) => validity[row] !== Validity.Present : never;
      const base = { name, get, isMissing, numbers: undefined, dictionary: undefined, text: undefined };
      switch (kind) {
        case Column.Int32:
        case Column.Float64:
          return { ...base, type: "number", numbers: data! };
        case Column.Date:
          return { ...base, type: "date", numbers: data! };
        case Column.Boolean:
          return { ...base, type: "boolean", numbers: data! };
        case Column.Dictionary:
          return { ...base, type: "string", dictionary: { texts: texts!, indexes: data! } };
        case Column.Text:
          return { ...base, type: "string", text: { bytes: text!, ends: ends! } };
      }
    }),
  };
}

export function fromView({ columns, rowCount }: TableView): ColumnTable {
  return { rowCount, columns: columns.map(({ name, at }) => fromAccessor(name, at, rowCount)) };
}

function fromAccessor(name: string, at: (row: number) => unknown, rowCount: number): TableColumn {
  const isMissing = (row: number) => {
    const value = at(row);
    return value === null || value === undefined;
  };
  const guessed = columnType(at, rowCount);
  const numeric = guessed === "number" || guessed === "date" || guessed === "boolean";
  const numbers = numeric ? toNumbers(at, rowCount, guessed) : undefined;
  // The guess is from the first rows: one that does not hold makes it a column of anything.
  const type = numeric && !numbers ? "json" : guessed;
  return { name, type, get: at, isMissing, numbers, dictionary: undefined, text: undefined };
}

function toNumbers(at: (row: number) => unknown, rowCount: number, type: "number" | "date" | "boolean"): Float64Array | undefined {
  const numbers = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const value = at(row);
    if (value === null || value === undefined) continue;
    const fits =
      type === "number"
        ? typeof value === "number" || typeof value === "bigint"
        : type === "boolean"
          ? typeof value === "boolean"
          : value instanceof Date;
    if (!fits) return undefined;
    numbers[row] = Number(value);
  }
  return numbers;
}
