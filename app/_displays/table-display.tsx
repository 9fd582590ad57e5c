"use client";
import { ArrowDown, ArrowUp, ChevronLeft, ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import type { Display } from "@/pipelines/protocol/display";
import { IconButton } from "../_ui/button";
import { formatNumber, plural } from "../_ui/format-number";
import { compareCells } from "./compare-cells";
import styles from "./displays.module.css";

type Table = Extract<Display, { type: "table" }>;
type Cell = Table["rows"][number][number];

const pageSize = 50;

/** Sorts and pages the rows that were kept; says how many there are in all. */
export function TableDisplay({ table }: { readonly table: Table }) {
  const [sort, setSort] = useState<{ column: number; down: boolean }>();
  const [page, setPage] = useState(0);
  const rows = useMemo(() => {
    if (!sort) return table.rows;
    const sign = sort.down ? -1 : 1;
    return table.rows.toSorted((a, b) => sign * compareCells(a[sort.column], b[sort.column]));
  }, [table.rows, sort]);
  const pages = Math.max(1, Math.ceil(rows.length / pageSize));
  const shown = rows.slice(page * pageSize, (page + 1) * pageSize);
  const sortBy = (column: number) => {
    setPage(0);
    setSort((now) => (now?.column !== column ? { column, down: false } : now.down ? undefined : { column, down: true }));
  };
  return (
    <div>
      <div className={styles.table} tabIndex={0} role="region" aria-label="Table">
        <table>
          <thead>
            <tr>
              {table.columns.map((column, index) => {
                const sorted = sort?.column === index ? (sort.down ? "descending" : "ascending") : "none";
                return (
                  <th key={index} scope="col" aria-sort={sorted} className={column.type === "number" ? styles.number : undefined}>
                    <button type="button" onClick={() => sortBy(index)} title={`${column.name}: ${column.type}. Click to sort.`}>
                      {column.name}
                      {sorted === "ascending" ? <ArrowUp size={12} /> : sorted === "descending" ? <ArrowDown size={12} /> : null}
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              <tr key={page * pageSize + index}>
                {table.columns.map((column, at) => (
                  <td
                    key={at}
                    className={column.type === "number" ? styles.number : undefined}
                    title={typeof row[at] === "string" ? row[at] : undefined}
                  >
                    <CellText cell={row[at]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={styles.foot}>
        <span>
          {plural(table.rowCount, "row")} × {table.columns.length}
          {table.rows.length < table.rowCount && ` · the first ${formatNumber(table.rows.length)} are shown and sorted`}
        </span>
        {pages > 1 && (
          <span className={styles.pager}>
            <IconButton small label="Previous rows" disabled={page === 0} onClick={() => setPage(page - 1)}>
              <ChevronLeft size={14} />
            </IconButton>
            {formatNumber(page * pageSize + 1)}–{formatNumber(Math.min(rows.length, (page + 1) * pageSize))}
            <IconButton small label="Next rows" disabled={page >= pages - 1} onClick={() => setPage(page + 1)}>
              <ChevronRight size={14} />
            </IconButton>
          </span>
        )}
      </div>
    </div>
  );
}

function CellText({ cell }: { readonly cell: Cell | undefined }) {
  if (cell === null || cell === undefined) return <span className={styles.missing}>–</span>;
  // Years and small counts read better without a comma.
  if (typeof cell === "number" && Number.isInteger(cell) && Math.abs(cell) < 10_000) return <>{cell}</>;
  if (typeof cell === "number") return <>{formatNumber(cell, 6)}</>;
  if (typeof cell === "string") return <>{cell}</>;
  if (typeof cell === "boolean") return <>{String(cell)}</>;
  return <code>{JSON.stringify(cell)}</code>;
}
