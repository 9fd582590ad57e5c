/** Answers questions about tables; keeps those that were asked for last, with the orders of rows that were shown. */
import type { TableAnswer, TablePage, TableRequest, TableView } from "@/pipelines/protocol/table";
import { cell } from "../values/preview";
import { BadWish, chartRows } from "./chart-rows";
import { statisticsOf } from "./column-statistics";
import type { ColumnTable } from "./column-table";
import { BadFilter, filterRows } from "./filter-rows";
import { openTable, refuse } from "./open-table";
import { sortKeys, sortRows, type Rows } from "./sort-rows";

const mostTables = 8;
const mostBytesTogether = 1536 * 1024 ** 2;
const mostOrders = 6;

class OpenTable {
  private readonly keys = new Map<number, Float64Array>();
  private readonly filtered = new Map<string, Rows>();
  private readonly sorted = new Map<string, Rows>();

  constructor(
    readonly table: ColumnTable,
    readonly bytes: number,
  ) {}

  matching(filters: TableView["filters"]): Rows {
    return remember(this.filtered, JSON.stringify(filters), () => filterRows(this.table, filters));
  }

  rows({ sort, filters }: TableView): Rows {
    const matching = this.matching(filters);
    if (sort.length === 0) return matching;
    return remember(this.sorted, JSON.stringify([sort, filters]), () =>
      sortRows(
        matching,
        sort.map(({ column, down }) => {
          const wanted = this.table.columns[column];
          if (!wanted) throw new BadFilter(`The table has no column ${column}.`);
          let keys = this.keys.get(column);
          if (!keys) this.keys.set(column, (keys = sortKeys(this.table, wanted)));
          return { keys, down };
        }),
      ),
    );
  }
}

function remember(known: Map<string, Rows>, key: string, make: () => Rows): Rows {
  const rows = known.get(key) ?? make();
  known.delete(key);
  known.set(key, rows);
  for (const oldest of known.keys()) {
    if (known.size <= mostOrders) break;
    known.delete(oldest);
  }
  return rows;
}

export class TableDesk {
  private readonly open = new Map<string, OpenTable>();

  async answer(request: TableRequest): Promise<TableAnswer> {
    const table = await this.find(request);
    if (!(table instanceof OpenTable)) return table;
    const { question } = request;
    try {
      switch (question.type) {
        case "page":
          return page(table, question);
        case "statistics": {
          const rows = table.matching(question.view.filters);
          const columns = question.columns.flatMap((index) => {
            const column = table.table.columns[index];
            return column ? [statisticsOf(index, column, rows)] : [];
          });
          return { type: "statistics", columns };
        }
        case "chart":
          return chartRows(table.table, question);
      }
    } catch (error) {
      if (error instanceof BadFilter || error instanceof BadWish) return refuse("bad-question", error.message);
      throw error;
    }
  }

  private async find(request: TableRequest): Promise<OpenTable | TableAnswer> {
    const key = `${request.path}\0${request.stamp}`;
    const known = this.open.get(key);
    if (known) {
      this.open.delete(key);
      this.open.set(key, known);
      return known;
    }
    // Room first: what is opened may be as large as all the others.
    this.makeRoom(mostTables - 1, mostBytesTogether / 2);
    const opened = await openTable(request);
    if (opened.type === "refused") return opened;
    const table = new OpenTable(opened.table, opened.bytes);
    this.open.set(key, table);
    return table;
  }

  private makeRoom(tables: number, bytes: number): void {
    let held = 0;
    for (const table of this.open.values()) held += table.bytes;
    for (const [key, table] of this.open) {
      if (this.open.size <= tables && held <= bytes) return;
      this.open.delete(key);
      held -= table.bytes;
    }
  }
}

function page(open: OpenTable, { view, from, count }: { view: TableView; from: number; count: number }): TablePage {
  const { table } = open;
  const rows = open.rows(view);
  const shown = [...rows.subarray(from, from + count)];
  return {
    type: "page",
    columns: table.columns.map(({ name, type }) => ({ name, type })),
    rowCount: table.rowCount,
    matching: rows.length,
    from,
    rows: shown.map((row) => table.columns.map((column) => cell(column.get(row)))),
    places: shown,
  };
}
