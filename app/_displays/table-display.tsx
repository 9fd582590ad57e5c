"use client";
import dynamic from "next/dynamic";
import { useMemo } from "react";
import type { Display } from "@/pipelines/protocol/display";
import { remoteReader, localReader, type TableReader } from "../_data/table-reader";
import { useTRPCClient } from "../_trpc/client";
import { formatNumber } from "../_ui/format-number";
import { Skeleton } from "../_ui/notice";

type Table = Extract<Display, { type: "table" }>;

const shownRows = 14;

// The viewer comes with the first table; its place is held meanwhile.
const DataGrid = dynamic(() => import("../_data/data-grid").then((module) => module.DataGrid), {
  ssr: false,
  loading: () => <Skeleton height={shownRows * 26 + 76} />,
});

/** Where all rows of a table are: a value of a task run. */
export interface TablePlace {
  readonly taskRunId: string;
  readonly name: string;
  readonly index?: number | undefined;
}

const identities = new WeakMap<object, string>();
function identityOf(table: object): string {
  const known = identities.get(table) ?? crypto.randomUUID();
  identities.set(table, known);
  return known;
}

/** All rows where they were kept; else those that came with the display. */
export function TableDisplay({
  table,
  place,
  label = "Table",
}: {
  readonly table: Table;
  readonly place?: TablePlace | undefined;
  readonly label?: string;
}) {
  const client = useTRPCClient();
  const isWhole = table.rows.length >= table.rowCount;
  const { taskRunId, name, index } = place ?? {};
  const reader = useMemo((): TableReader => {
    if (isWhole || taskRunId === undefined || name === undefined) return localReader(["here", identityOf(table)], table);
    const source = { type: "value" as const, taskRunId, name, ...(index !== undefined && { index }) };
    return remoteReader([source], (question, signal) => client.table.ask.query({ source, question }, signal ? { signal } : {}));
  }, [isWhole, taskRunId, name, index, table, client]);
  const cut = !isWhole && taskRunId === undefined ? `only the first ${formatNumber(table.rows.length)} were kept` : undefined;
  const first = useMemo(() => {
    const rowCount = cut === undefined ? table.rowCount : table.rows.length;
    const { columns, rows } = table;
    return { type: "page" as const, columns, rows, rowCount, matching: rowCount, from: 0, places: rows.map((_, place) => place) };
  }, [table, cut]);
  return <DataGrid reader={reader} label={label} first={first} note={cut} rows={shownRows} />;
}
