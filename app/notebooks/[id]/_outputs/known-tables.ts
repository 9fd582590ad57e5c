"use client";
/** The notebook's tables as the last run left them: for whoever completes a query or draws a chart. One object for good. */
import { createContext, useLayoutEffect, useRef, useState } from "react";
import type { Parameter, Task } from "@/pipelines/compile/dag";
import type { TableAnswer, TableColumnType, TableQuestion } from "@/pipelines/protocol/table";
import { useTRPCClient } from "../../../_trpc/client";
import type { CellView } from "../_runs/cell-view";

export interface KnownTable {
  readonly name: string;
  /** Where it is made. */
  readonly cell: string;
  readonly taskRunId: string;
  readonly summary: string;
}

export interface KnownColumn {
  readonly name: string;
  readonly type: TableColumnType;
}

/** What the chart builder opens with: a table, or the cell whose chart is changed. */
export interface ChartWish {
  readonly table?: string;
  readonly cell?: string;
  readonly source?: string;
  readonly after?: string;
}

export interface KnownTables {
  /** Values of the notebook that other cells read or that are exported, whether they ran or not. */
  values(): readonly { readonly name: string; readonly cell: string; readonly table: KnownTable | undefined }[];
  tables(): readonly KnownTable[];
  params(): readonly string[];
  files(): Promise<readonly string[]>;
  /** Undefined: it has not run, or is no table. */
  columns(of: KnownTable | { readonly file: string }): Promise<readonly KnownColumn[] | undefined>;
  ask(table: KnownTable, question: TableQuestion, signal?: AbortSignal): Promise<TableAnswer>;
  chart(wish: ChartWish): void;
}

export const KnownTablesContext = createContext<KnownTables | undefined>(undefined);

/** What the runner's one line says of a table. */
const tableSummary = /\[\] · [\d,]+ rows? ×|^Table · /;

export function useKnownTables(
  tasks: readonly Task[],
  views: ReadonlyMap<string, CellView>,
  params: readonly Parameter[],
  chart: (wish: ChartWish) => void,
): KnownTables {
  const client = useTRPCClient();
  const latest = useRef({ tasks, views, params });
  useLayoutEffect(() => {
    latest.current = { tasks, views, params };
  });
  const [known] = useState((): KnownTables => {
    const columns = new Map<string, Promise<readonly KnownColumn[] | undefined>>();
    const values: KnownTables["values"] = () =>
      latest.current.tasks.flatMap((task) => {
        const result = latest.current.views.get(task.key)?.result;
        return task.outputs.map((name) => {
          const summary = result?.outputs.find((output) => output.name === name)?.summary;
          const isTable = result && summary !== undefined && tableSummary.test(summary);
          return { name, cell: task.cell, table: isTable ? { name, cell: task.cell, taskRunId: result.taskRun.id, summary } : undefined };
        });
      });
    const source = (of: KnownTable | { readonly file: string }) =>
      "file" in of ? { type: "file" as const, path: of.file } : { type: "value" as const, taskRunId: of.taskRunId, name: of.name };
    const ask = (of: KnownTable | { readonly file: string }, question: TableQuestion, signal?: AbortSignal) =>
      client.table.ask.query({ source: source(of), question }, signal ? { signal } : {});
    return {
      values,
      tables: () => values().flatMap(({ table }) => table ?? []),
      params: () => latest.current.params.map(({ name }) => name),
      files: async () => (await client.data.list.query()).map(({ path }) => path),
      columns: (of) => {
        const key = JSON.stringify(source(of));
        let found = columns.get(key);
        if (!found) {
          const question = { type: "page", view: { sort: [], filters: [] }, from: 0, count: 1 } as const;
          found = ask(of, question as unknown as TableQuestion).then((answer) => (answer.type === "page" ? answer.columns : undefined));
          columns.set(key, found);
          found.catch(() => columns.delete(key));
        }
        return found;
      },
      ask,
      chart,
    };
  });
  return known;
}
