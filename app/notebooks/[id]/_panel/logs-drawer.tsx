"use client";
import { X } from "lucide-react";
import { LogView } from "../../../_logs/log-view";
import { IconButton } from "../../../_ui/button";
import { StateIcon } from "../../../_ui/state-icon";
import { isLive } from "../../../_ui/state-words";
import type { CellView } from "../_runs/cell-view";
import type { LogTarget } from "../editor-context";
import styles from "./logs-drawer.module.css";

/** The log of one task, at the bottom, live while it runs. */
export function LogsDrawer({
  target,
  view,
  onClose,
}: {
  readonly target: LogTarget;
  readonly view: CellView | undefined;
  readonly onClose: () => void;
}) {
  const taskRun = view?.taskRun;
  const source = taskRun?.cachedFrom?.taskRunId;
  return (
    <section className={styles.drawer} aria-label={`Log of ${target.title}`}>
      <header className={styles.head}>
        {taskRun && <StateIcon state={taskRun.status} />}
        <h2 className={styles.title}>{target.title}</h2>
        <span className={styles.word}>
          {view && `Run #${view.runNumber}`}
          {taskRun && taskRun.attempt > 1 && `, attempt ${taskRun.attempt}`}
        </span>
        <IconButton small label="Close the log" keys="Esc" onClick={onClose} className={styles.close}>
          <X size={14} />
        </IconButton>
      </header>
      <div className={styles.body}>
        {taskRun === undefined ? (
          <p className={styles.empty}>This task has not run yet.</p>
        ) : source !== undefined ? (
          <p className={styles.empty}>
            The result was reused from run #{taskRun.cachedFrom?.runNumber}: nothing ran, so nothing was logged.
          </p>
        ) : view?.elements && view.elements.total > 0 ? (
          <p className={styles.empty}>
            This task ran once for each of {view.elements.total} elements.{" "}
            <a href={`/runs/${view.runId}?task=${encodeURIComponent(view.taskRun.id)}`}>Open the run to read the log of one.</a>
          </p>
        ) : taskRun.attempt === 0 ? (
          <p className={styles.empty}>{isLive(taskRun.status) ? "It has not started yet." : "It did not run."}</p>
        ) : (
          <LogView
            key={`${taskRun.id} ${taskRun.attempt}`}
            taskRunId={taskRun.id}
            attempt={taskRun.attempt}
            live={isLive(taskRun.status)}
          />
        )}
      </div>
    </section>
  );
}
