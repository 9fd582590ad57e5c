"use client";
/** Widths of columns, which are hidden, and which are inside the window. */
import { useMemo, useState } from "react";
import type { TableCell, TablePage } from "@/pipelines/protocol/table";
import { shownText } from "./cell-text";

export interface GridColumn {
  /** Its place in the table. */
  readonly index: number;
  readonly name: string;
  readonly type: TablePage["columns"][number]["type"];
  readonly left: number;
  readonly width: number;
}

const least = 56;
const character = 7.3;

export function useColumns(head: Pick<TablePage, "columns" | "rows"> | undefined) {
  const [widths, setWidths] = useState<Readonly<Record<number, number>>>({});
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const names = head?.columns;
  // Widths are of the rows that came first: columns do not move while one scrolls.
  const [sample, setSample] = useState<{ readonly key: string; readonly rows: readonly (readonly TableCell[])[] }>();
  const key = names?.map(({ name }) => name).join("\u0000");
  if (head && key !== undefined && sample?.key !== key && head.rows.length > 0) setSample({ key, rows: head.rows.slice(0, 40) });
  const columns = useMemo(() => {
    const shown: GridColumn[] = [];
    for (const [index, { name, type }] of (names ?? []).entries()) {
      if (hidden.has(index)) continue;
      const before = shown.at(-1);
      const texts = (sample?.rows ?? []).map((row) => shownText(row[index], type).length);
      const natural = Math.max(name.length + 5, ...texts) * character + 24;
      const width = widths[index] ?? Math.round(Math.min(300, Math.max(least + 16, natural)));
      shown.push({ index, name, type, left: before ? before.left + before.width : 0, width });
    }
    return shown;
  }, [names, hidden, widths, sample]);
  return {
    columns,
    total: columns.reduce((sum, { width }) => sum + width, 0),
    hidden: (names ?? []).map((column, index) => ({ ...column, index })).filter(({ index }) => hidden.has(index)),
    resize: (index: number, width: number) => setWidths((now) => ({ ...now, [index]: Math.max(least, Math.round(width)) })),
    hide: (index: number) => setHidden((now) => new Set([...now, index])),
    show: (indexes: readonly number[]) => setHidden((now) => new Set([...now].filter((each) => !indexes.includes(each)))),
  };
}
