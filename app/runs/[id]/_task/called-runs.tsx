"use client";
/** Runs that the task started with `runNotebook`, as they stand; a click goes there. */
import Link from "next/link";
import type { TaskRunDetail, TaskRunRow } from "../../../_trpc/outputs";
import table from "../../../_ui/data-table.module.css";
import { StateLabel } from "../../../_ui/state-icon";
import { isLive } from "../../../_ui/state-words";
import { Duration } from "../../../_ui/times";
import { paramText } from "../../_list/prepare-columns";
import { RunNumber } from "../../run-number";
import styles from "./task.module.css";

export function CalledRuns({ row, called }: { readonly row: TaskRunRow; readonly called: TaskRunDetail["calledRuns"] }) {
  if (called.length === 0) return null;
  const live = called.filter((run) => isLive(run.status)).length;
  return (
    <section className={styles.called} aria-label="Runs that it started">
      <h3 className={styles.calledTitle}>
        {called.length === 1 ? "It started another run" : `It started ${called.length} other runs`}
        {row.status === "running" && live > 0 && (
          <span className={styles.quiet}>
            {" "}
            and waits for {live === 1 ? "one of them" : live === called.length ? "all of them" : `${live} of them`}
          </span>
        )}
      </h3>
      <div className={styles.calledScroll}>
        <table className={table.table}>
          <thead className="sr-only">
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Notebook</th>
              <th scope="col">State</th>
              <th scope="col">Took</th>
            </tr>
          </thead>
          <tbody>
            {called.map((run) => (
              <tr key={run.id} data-called-run={run.status}>
                <td>
                  <Link href={`/runs/${run.id}`}>
                    <RunNumber number={run.number} />
                  </Link>
                </td>
                <td className={styles.calledName} title={paramsText(run.params)}>
                  {run.notebookTitle} <span className={styles.quiet}>{paramsText(run.params)}</span>
                  {run.try > 0 && <span className={styles.quiet}> (started anew)</span>}
                </td>
                <td title={run.message}>
                  <StateLabel state={run.status} />
                </td>
                <td className={table.number}>
                  <Duration from={isLive(run.status) ? run.startedAt : undefined} ms={isLive(run.status) ? undefined : run.durationMs} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function paramsText(params: TaskRunDetail["calledRuns"][number]["params"]): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${paramText(value)}`)
    .join(" ");
}
