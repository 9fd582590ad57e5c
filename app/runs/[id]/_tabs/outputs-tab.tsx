"use client";
import type { RunDetail } from "../../../_trpc/outputs";
import { EmptyState } from "../../../_ui/notice";
import { groupRows } from "../_run/prepare-tasks";
import { ValueView } from "../_task/value-view";
import styles from "./tabs.module.css";

export function OutputsTab({ run }: { readonly run: RunDetail }) {
  if (run.outputs.length === 0) {
    return (
      <EmptyState title="No outputs">
        A name that a cell marks with <code>export</code> is an output of the notebook: its value stands here after each run.
      </EmptyState>
    );
  }
  const rows = groupRows(run.taskRuns);
  return (
    <ul className={styles.outputs}>
      {run.outputs.map((output) => (
        <li key={output.name}>
          <ValueView
            name={output.name}
            value={output.value}
            from={run.tasks.find((task) => task.key === output.task)?.title}
            taskRunId={rows.get(output.task)?.whole?.id}
            open={run.outputs.length <= 4}
          />
        </li>
      ))}
    </ul>
  );
}
