"use client";
import type { RunDetail } from "../../../_trpc/outputs";
import table from "../../../_ui/data-table.module.css";
import { formatNumber } from "../../../_ui/format-number";
import { EmptyState } from "../../../_ui/notice";
import { paramText } from "../../_list/prepare-columns";
import styles from "./tabs.module.css";

export function ParametersTab({ run }: { readonly run: RunDetail }) {
  const names = Object.keys(run.params);
  if (names.length === 0) {
    return (
      <EmptyState title="No parameters">
        A notebook with a <code>[params]</code> cell runs with values that can be chosen at each start; they are listed here.
      </EmptyState>
    );
  }
  const readers = (name: string) => run.tasks.filter((task) => task.params.includes(name)).map((task) => task.title || task.key);
  return (
    <div className={styles.scroll}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">Parameter</th>
            <th scope="col">Value</th>
            <th scope="col">Read by</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const value = run.params[name];
            return (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td className={styles.value}>{typeof value === "number" ? formatNumber(value, 8) : paramText(value)}</td>
                <td className={styles.quiet}>{readers(name).join(", ") || "no task"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
