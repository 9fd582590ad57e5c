"use client";
/** A chart out of choices: what it will look like beside them, and the code that says the same. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { aggregations, type Aggregation, type TableChart, type TableQuestion } from "@/pipelines/protocol/table";
import { ChartFigure } from "../../../_displays/chart-figure";
import { Button } from "../../../_ui/button";
import { Dialog } from "../../../_ui/dialog";
import { Field, Input, Select } from "../../../_ui/field";
import { formatNumber } from "../../../_ui/format-number";
import { ErrorNotice, Notice, Skeleton } from "../../../_ui/notice";
import type { EditorActions } from "../editor-context";
import styles from "./chart-builder.module.css";
import { marks, readChart, writeChart, type ChartChoices, type Mark } from "./chart-code";
import type { ChartWish, KnownColumn, KnownTables } from "./known-tables";

const markWords: Readonly<Record<Mark, string>> = { bar: "Bars", line: "Line", scatter: "Dots", area: "Area" };
const aggregationWords: Readonly<Record<Aggregation, string>> = {
  none: "Every row",
  count: "Number of rows",
  sum: "Sum",
  mean: "Mean",
  median: "Median",
  min: "Smallest",
  max: "Largest",
};

export function ChartBuilder({
  wish,
  tables,
  actions,
  onClose,
}: {
  readonly wish: ChartWish;
  readonly tables: KnownTables;
  readonly actions: EditorActions;
  readonly onClose: () => void;
}) {
  const known = tables.tables();
  const before = useMemo(() => (wish.source === undefined ? undefined : readChart(wish.source)), [wish.source]);
  const [rows, setRows] = useState(before?.rows ?? wish.table ?? known[0]?.name ?? "");
  const table = known.find(({ name }) => name === rows);
  const columns = useQuery({
    queryKey: ["chart-columns", table?.taskRunId, rows],
    queryFn: async () => (await tables.columns(table!)) ?? null,
    enabled: table !== undefined,
    staleTime: Infinity,
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={before ? "Edit the chart" : "Make a chart"} wide>
      {known.length === 0 ? (
        <Notice>There is no table yet. Run a cell that defines one and that another cell reads or that is exported, then come back.</Notice>
      ) : (
        <>
          <div className={styles.value}>
            <Field label="Table">
              {(props) => (
                <Select {...props} value={rows} onChange={(event) => setRows(event.target.value)}>
                  {table === undefined && <option value={rows}>{rows} (has not run)</option>}
                  {known.map(({ name, summary }) => (
                    <option key={name} value={name}>
                      {name} · {summary}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </div>
          {columns.error ? (
            <ErrorNotice doing={`read the columns of ${rows}`} error={columns.error} onRetry={() => void columns.refetch()} />
          ) : table === undefined ? (
            <Notice>Run the cell that defines {rows} first: its columns are known then.</Notice>
          ) : columns.data === undefined ? (
            <Skeleton height={320} />
          ) : columns.data === null || columns.data.length === 0 ? (
            <Notice>{rows} has no columns.</Notice>
          ) : (
            <Choices
              key={rows}
              rows={rows}
              columns={columns.data}
              before={before?.rows === rows ? before : undefined}
              ask={(question, signal) => tables.ask(table, question, signal)}
              word={before ? "Update cell" : "Insert cell"}
              onDone={(source) => {
                if (wish.cell !== undefined && before) actions.edit({ type: "set-source", id: wish.cell, source });
                else actions.insertWritten({ kind: "code", title: "", options: [], source }, wish.after);
                onClose();
              }}
            />
          )}
        </>
      )}
    </Dialog>
  );
}

function firstChoices(rows: string, columns: readonly KnownColumn[]): ChartChoices {
  const numbers = columns.filter(({ type }) => type === "number");
  const words = columns.filter(({ type }) => type === "string" || type === "boolean" || type === "date");
  const x = words[0]?.name ?? numbers[0]?.name ?? columns[0]!.name;
  const y = numbers.find(({ name }) => name !== x)?.name ?? x;
  const isScatter = words.length === 0 && numbers.length > 1;
  return {
    rows,
    x,
    y,
    mark: isScatter ? "scatter" : "bar",
    aggregation: isScatter ? "none" : y === x ? "count" : "mean",
    series: undefined,
    title: "",
  };
}

function Choices({
  rows,
  columns,
  before,
  ask,
  word,
  onDone,
}: {
  readonly rows: string;
  readonly columns: readonly KnownColumn[];
  readonly before: ChartChoices | undefined;
  readonly ask: (question: TableQuestion, signal: AbortSignal) => ReturnType<KnownTables["ask"]>;
  readonly word: string;
  readonly onDone: (source: string) => void;
}) {
  const [choices, setChoices] = useState(() => before ?? firstChoices(rows, columns));
  const choose = (changes: Partial<ChartChoices>) => setChoices((now) => ({ ...now, ...changes }));
  const { x, y, aggregation, series, mark, title } = choices;
  const code = writeChart(choices);
  const question = { type: "chart" as const, x, y, aggregation, ...(series !== undefined && { series }) };
  const drawn = useQuery({
    queryKey: ["chart-preview", rows, question],
    queryFn: async ({ signal }): Promise<TableChart> => {
      const answer = await ask(question, signal);
      if (answer.type === "refused") throw new Error(answer.message);
      return answer as TableChart;
    },
    staleTime: 60_000,
    retry: false,
    placeholderData: (last) => last,
  });
  const field = aggregation === "count" ? "count" : y;
  const chart = useMemo(
    () =>
      drawn.data && {
        type: "chart" as const,
        mark,
        ...(title.trim() !== "" && { title }),
        x: { field: x },
        y: { field },
        ...(series !== undefined && { series }),
        rows: drawn.data.rows as never,
      },
    [drawn.data, mark, title, x, field, series],
  );
  const pick = (label: string, value: string, onChange: (value: string) => void, options: readonly (readonly [string, string])[]) => (
    <Field label={label}>
      {(props) => (
        <Select {...props} value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map(([key, text]) => (
            <option key={key} value={key}>
              {text}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
  const names = columns.map(({ name, type }) => [name, `${name} · ${type}`] as const);
  return (
    <div className={styles.builder}>
      <div className={styles.choices}>
        {pick(
          "Kind",
          mark,
          (value) => choose({ mark: value as Mark }),
          marks.map((one) => [one, markWords[one]]),
        )}
        {pick("Across (x)", x, (value) => choose({ x: value }), names)}
        {pick(
          "Points",
          aggregation,
          (value) => choose({ aggregation: value as Aggregation }),
          aggregations.map((one) => [one, aggregationWords[one]]),
        )}
        {aggregation !== "count" && pick("Up (y)", y, (value) => choose({ y: value }), names)}
        {pick("Colour", series ?? "", (value) => choose({ series: value === "" ? undefined : value }), [["", "None"], ...names])}
        <Field label="Title">
          {(props) => <Input {...props} value={title} onChange={(event) => choose({ title: event.target.value })} />}
        </Field>
      </div>
      <div className={styles.preview}>
        {drawn.error ? (
          <Notice look="warning">{drawn.error.message}</Notice>
        ) : chart ? (
          <>
            <ChartFigure chart={chart} />
            {drawn.data!.points > drawn.data!.rows.length && (
              <p className={styles.quiet}>
                {formatNumber(drawn.data!.rows.length)} of {formatNumber(drawn.data!.points)} points are drawn here.
              </p>
            )}
          </>
        ) : (
          <Skeleton height={300} />
        )}
        <pre className={styles.code} aria-label="Code of the chart">
          {code}
        </pre>
        <div className={styles.actions}>
          <Button look="primary" disabled={drawn.error !== null} onClick={() => onDone(code)}>
            {word}
          </Button>
        </div>
      </div>
    </div>
  );
}
