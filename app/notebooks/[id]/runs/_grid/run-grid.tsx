"use client";
/** Columns are runs, oldest left; rows are tasks. A bar on top for how long the run took, a mark for how each task went. */
import Link from "next/link";
import { useRef, useState, type KeyboardEvent } from "react";
import { taskRunStatuses } from "@/pipelines/run/run";
import type { RunGrid } from "../../../../_trpc/outputs";
import { classNames } from "../../../../_ui/class-names";
import { formatDuration } from "../../../../_ui/format-duration";
import { formatExact } from "../../../../_ui/format-time";
import { StateIcon } from "../../../../_ui/state-icon";
import { stateColours, stateWords } from "../../../../_ui/state-words";
import styles from "./notebook-runs.module.css";
import { cellWords, layOutCounts, shareOfLongest } from "./prepare-grid";

const barHeight = 64;

export function RunGridTable({ grid }: { readonly grid: RunGrid }) {
  const runs = grid.runs.toReversed();
  const table = useRef<HTMLTableElement>(null);
  // One of all links is in the order of Tab; arrows go to the others.
  const [at, setAt] = useState({ row: 0, column: runs.length - 1 });
  const shares = shareOfLongest(runs);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -1000], End: [0, 1000] }[
      event.key
    ];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const row = Math.min(grid.tasks.length, Math.max(0, at.row + step[0]!));
    const column = Math.min(runs.length - 1, Math.max(0, at.column + step[1]!));
    const target = nearest(table.current, row, column, step[0]!, step[1]!);
    if (!target) return;
    setAt({ row: Number(target.dataset.row), column: Number(target.dataset.column) });
    target.focus();
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const place = (row: number, column: number) => ({
    "data-row": row,
    "data-column": column,
    tabIndex: at.row === row && at.column === column ? 0 : -1,
    onFocus: () => setAt({ row, column }),
  });
  return (
    <div className={styles.scroll} ref={showNewest}>
      <table ref={table} className={styles.grid} role="grid" aria-label="Tasks by run" onKeyDown={move}>
        <thead>
          <tr>
            <th scope="col" className={styles.corner}>
              <span className="sr-only">Task</span>
              <span className={styles.longest}>{formatDuration(Math.max(0, ...runs.map(({ durationMs }) => durationMs ?? 0)))}</span>
            </th>
            {runs.map((run, column) => (
              <th key={run.id} scope="col" className={styles.runHead}>
                <Link
                  href={`/runs/${run.id}`}
                  prefetch={false}
                  className={styles.run}
                  title={`Run #${run.number}: ${stateWords[run.status]}${run.durationMs === undefined ? "" : `, ${formatDuration(run.durationMs)}`}. ${formatExact(new Date(run.startedAt ?? run.createdAt))}`}
                  data-run={run.id}
                  {...place(0, column)}
                >
                  <span
                    className={styles.runBar}
                    style={{ height: Math.max(3, shares[column]! * barHeight), background: stateColours[run.status] }}
                  />
                  <StateIcon state={run.status} />
                  <span className={styles.number}>{run.number}</span>
                </Link>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.tasks.map((task, row) => (
            <tr key={task.key}>
              <th scope="row" className={styles.task} title={task.title || task.key}>
                {task.title || task.key}
              </th>
              {runs.map((run, column) => {
                const cell = run.cells[task.key];
                return (
                  <td key={run.id} className={styles.cell}>
                    {cell ? (
                      <Link
                        href={`/runs/${run.id}?task=${cell.taskRunId}`}
                        prefetch={false}
                        className={styles.mark}
                        title={cellWords(task, run, cell)}
                        aria-label={cellWords(task, run, cell)}
                        {...place(row + 1, column)}
                      >
                        <StateIcon state={cell.status} label="" />
                        {cell.counts && (
                          <svg width={20} height={4} aria-hidden className={styles.counts}>
                            {layOutCounts(cell.counts, 20).map(({ status, x, width }) => (
                              <rect key={status} x={x} width={width} height={4} fill={stateColours[status]} />
                            ))}
                          </svg>
                        )}
                      </Link>
                    ) : (
                      <span className={styles.absent} title={`Run #${run.number} had no such task`} />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles.legend}>
        {taskRunStatuses
          .filter((status) => grid.runs.some((run) => Object.values(run.cells).some((cell) => cell.status === status)))
          .map((status) => (
            <span key={status} className={classNames(styles.legendItem)}>
              <StateIcon state={status} label="" size={12} /> {stateWords[status]}
            </span>
          ))}
      </p>
    </div>
  );
}

/** The link at a place, or the next one in the direction of the movement: old runs lack the tasks of today. */
function nearest(table: HTMLTableElement | null, row: number, column: number, down: number, right: number): HTMLElement | undefined {
  const [stepDown, stepRight] = [Math.sign(down), Math.sign(right)];
  for (let tries = 0; tries < 200 && row >= 0 && column >= 0; tries++) {
    const found = table?.querySelector<HTMLElement>(`[data-row="${row}"][data-column="${column}"]`);
    if (found) return found;
    // Home and End stop at the first link from the edge.
    row += stepDown;
    column += Math.abs(right) > 1 ? -stepRight : stepRight;
  }
  return undefined;
}

function showNewest(element: HTMLDivElement | null): void {
  if (element) element.scrollLeft = element.scrollWidth;
}
