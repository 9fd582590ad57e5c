/** Where the rows of a viewer come from: the server, page by page, or a table that is here already. */
import type {
  TableAnswer,
  TableCell,
  TableColumnType,
  TablePage,
  TableQuestion,
  TableStatistics,
  TableView,
} from "@/pipelines/protocol/table";
import { filterLocal, sortLocal, statisticsLocal } from "./local-table";

export interface TableReader {
  /** Tells one table from another: part of the cache's key. */
  readonly key: readonly unknown[];
  page(view: TableView, from: number, count: number, signal?: AbortSignal): Promise<TablePage>;
  statistics(view: TableView, columns: readonly number[], signal?: AbortSignal): Promise<TableStatistics>;
}

export interface HeldTable {
  readonly columns: readonly { readonly name: string; readonly type: TableColumnType }[];
  readonly rows: readonly (readonly TableCell[])[];
}

/** The server's own sentence says what is wrong. */
export class TableRefused extends Error {}

export function remoteReader(
  key: readonly unknown[],
  ask: (question: TableQuestion, signal: AbortSignal | undefined) => Promise<TableAnswer>,
): TableReader {
  const answered = async <Type extends "page" | "statistics">(type: Type, question: TableQuestion, signal: AbortSignal | undefined) => {
    const answer = await ask(question, signal);
    if (answer.type === "refused") throw new TableRefused(answer.message);
    if (answer.type !== type) throw new Error("The server answered something else.");
    return answer as Extract<TableAnswer, { type: Type }>;
  };
  return {
    key,
    page: (view, from, count, signal) => answered("page", { type: "page", view, from, count }, signal),
    statistics: (view, columns, signal) => answered("statistics", { type: "statistics", view, columns: [...columns] }, signal),
  };
}

export function localReader(key: readonly unknown[], table: HeldTable): TableReader {
  const all = table.rows.map((_, index) => index);
  return {
    key,
    page: (view, from, count) => {
      const places = sortLocal(table, filterLocal(table, all, view.filters), view.sort);
      const shown = places.slice(from, from + count);
      return Promise.resolve({
        type: "page",
        columns: table.columns,
        rowCount: table.rows.length,
        matching: places.length,
        from,
        rows: shown.map((place) => table.rows[place]!),
        places: shown,
      });
    },
    statistics: (view, columns) => {
      const places = filterLocal(table, all, view.filters);
      return Promise.resolve({ type: "statistics", columns: columns.map((column) => statisticsLocal(table, places, column)) });
    },
  };
}
