"use client";
import type { RunDetail, TaskRunDetail } from "../../../_trpc/outputs";
import { formatNumber } from "../../../_ui/format-number";
import { paramText } from "../../_list/prepare-columns";
import { groupRows } from "../_run/prepare-tasks";
import styles from "./task.module.css";
import { ValueView } from "./value-view";

/** What the task read: values of other tasks, and parameters. */
export function InputList({
  run,
  detail,
  onOpenTask,
}: {
  readonly run: RunDetail;
  readonly detail: TaskRunDetail;
  readonly onOpenTask: (id: string) => void;
}) {
  const rows = groupRows(run.taskRuns);
  const params = Object.entries(detail.params);
  if (detail.inputs.length === 0 && params.length === 0)
    return <p className={styles.pad}>It reads nothing from other cells and no parameter.</p>;
  return (
    <div className={styles.pad}>
      {params.length > 0 && (
        <dl className={styles.params}>
          {params.map(([name, value]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{typeof value === "number" ? formatNumber(value, 8) : paramText(value)}</dd>
            </div>
          ))}
        </dl>
      )}
      {detail.inputs.map((input) => {
        const producer = rows.get(input.task)?.whole;
        const title = run.tasks.find((task) => task.key === input.task)?.title || input.task;
        return (
          <ValueView
            key={`${input.task} ${input.name}`}
            name={input.name}
            value={input.value}
            taskRunId={producer?.id}
            from={
              <button type="button" className={styles.textButton} disabled={!producer} onClick={() => producer && onOpenTask(producer.id)}>
                {title}
              </button>
            }
          />
        );
      })}
    </div>
  );
}
