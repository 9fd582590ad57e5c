"use client";
/** The chart as a table, for those who read or copy numbers. */
import { Download } from "lucide-react";
import { useMemo } from "react";
import { Button } from "../_ui/button";
import { formatNumber } from "../_ui/format-number";
import table from "../_ui/data-table.module.css";
import { alignLines } from "./align-lines";
import styles from "./chart.module.css";
import { markWords, xText } from "./hover-card";
import type { LineModel } from "./prepare-lines";
import { downloadText } from "./download";

/** A table is read from the top; the whole of it is in the file. */
const most = 200;

export function LinesTable({ title, model }: { readonly title: string; readonly model: LineModel }) {
  const aligned = useMemo(() => alignLines(model), [model]);
  const marks = useMemo(() => model.lines.map((line) => new Map(line.marks.map((mark) => [mark.x, mark]))), [model]);
  const cell = (line: number, row: number) => {
    const value = aligned.columns[line]!.y[row];
    const mark = marks[line]!.get(aligned.x[row]!);
    return value === null || value === undefined ? (mark ? markWords[mark.value] : "") : formatNumber(value);
  };
  const download = () => {
    const rows = aligned.x.map((x, row) => [
      x,
      ...aligned.columns.map((columns, line) => columns.y[row] ?? marks[line]!.get(x)?.value ?? ""),
    ]);
    const quote = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
    const head = [model.xKind, ...model.lines.map((line) => line.label)].map(quote);
    downloadText(`${title.replaceAll(/[^\w.-]+/g, "-")}.csv`, "text/csv", [head, ...rows].map((row) => row.join(",")).join("\n"));
  };
  return (
    <div className={styles.tableBox} tabIndex={0}>
      <table className={table.table}>
        <caption className="sr-only">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{model.xKind === "step" ? "Step" : "Time"}</th>
            {model.lines.map((line) => (
              <th scope="col" key={line.id} className={table.number}>
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {aligned.x.slice(0, most).map((x, row) => (
            <tr key={x}>
              <th scope="row">{xText(model, x).replace("Step ", "")}</th>
              {model.lines.map((line, i) => (
                <td key={line.id} className={table.number}>
                  {cell(i, row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles.tableFoot}>
        {aligned.x.length > most && (
          <span>
            The first {most} of {formatNumber(aligned.x.length)} rows.
          </span>
        )}
        <Button small onClick={download}>
          <Download size={14} /> CSV
        </Button>
      </div>
    </div>
  );
}
