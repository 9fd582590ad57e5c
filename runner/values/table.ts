/** Finds the table in a value: an array of plain objects, or anything Arrow-like. Used by previews and displays. */
export type ColumnType = "number" | "string" | "boolean" | "date" | "json";

export interface TableView {
  readonly columns: readonly { readonly name: string; readonly at: (row: number) => unknown }[];
  readonly rowCount: number;
}

export function asTable(value: unknown): TableView | undefined {
  if (Array.isArray(value)) return rowsAsTable(value);
  const arrow = value as {
    numRows?: unknown;
    schema?: { fields?: { name: string }[] };
    getChild?: (name: string) => { get(row: number): unknown } | null;
  };
  if (typeof value === "object" && value !== null && typeof arrow.numRows === "number" && arrow.schema?.fields && arrow.getChild) {
    const columns = arrow.schema.fields.map(({ name }) => {
      const vector = arrow.getChild!(name);
      return { name, at: (row: number) => vector?.get(row) };
    });
    return { columns, rowCount: arrow.numRows };
  }
  return undefined;
}

function rowsAsTable(rows: readonly unknown[]): TableView | undefined {
  if (rows.length === 0) return undefined;
  const names = new Set<string>();
  for (let index = 0; index < Math.min(rows.length, 200); index++) {
    const row = rows[index];
    if (typeof row !== "object" || row === null || Array.isArray(row) || ArrayBuffer.isView(row)) return undefined;
    if (row instanceof Map || row instanceof Set || row instanceof Date) return undefined;
    for (const name of Object.keys(row)) {
      names.add(name);
      if (names.size > 500) return undefined;
    }
  }
  if (names.size === 0) return undefined;
  const columns = [...names].map((name) => ({
    name,
    at: (row: number) => (rows[row] as Record<string, unknown> | null | undefined)?.[name],
  }));
  return { columns, rowCount: rows.length };
}

export function columnType(at: (row: number) => unknown, rowCount: number): ColumnType {
  let type: ColumnType | undefined;
  for (let row = 0; row < Math.min(rowCount, 1000); row++) {
    const value = at(row);
    if (value === null || value === undefined) continue;
    const here: ColumnType =
      typeof value === "number" || typeof value === "bigint"
        ? "number"
        : typeof value === "string"
          ? "string"
          : typeof value === "boolean"
            ? "boolean"
            : value instanceof Date
              ? "date"
              : "json";
    if (type === undefined) type = here;
    else if (type !== here) return "json";
  }
  return type ?? "json";
}
