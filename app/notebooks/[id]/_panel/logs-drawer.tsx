"use client";
/** The log of one task, at the bottom, live while it runs; any other task is one choice away. */
import { ExternalLink, X } from "lucide-react";
import Link from "next/link";
import type { Task } from "@/pipelines/compile/dag";
import { LogView } from "../../../_logs/log-view";
import { IconButton } from "../../../_ui/button";
import { Select } from "../../../_ui/field";
import { StateIcon } from "../../../_ui/state-icon";
import { isLive, stateWords } from "../../../_ui/state-words";
import { useStored } from "../../../_ui/use-stored";
import type { CellView } from "../_runs/cell-view";
import { useEditor, type LogTarget } from "../editor-context";
import styles from "./logs-drawer.module.css";

const [lowest, usual, step] = [120, 280, 32];

export function LogsDrawer({
  target,
  tasks,
  views,
  onTarget,
  onClose,
}: {
  readonly target: LogTarget;
  readonly tasks: readonly Task[];
  readonly views: ReadonlyMap<string, CellView>;
  readonly onTarget: (target: LogTarget) => void;
  readonly onClose: () => void;
}) {
  const editor = useEditor();
  const [height, setHeight] = useStored("heddle.logs", usual);
  const view = views.get(target.taskKey);
  const taskRun = view?.taskRun;
  const source = taskRun?.cachedFrom?.taskRunId;
  const known = tasks.filter((task) => task.key === target.taskKey || views.has(task.key));
  const resize = (next: number) => setHeight(Math.round(Math.max(lowest, Math.min(innerHeight * 0.7, next))));
  return (
    <section
      className={styles.drawer}
      style={{ height: `min(${height}px, 70dvh)` }}
      aria-label={`Log of ${target.title}`}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onClose();
      }}
    >
      <div
        className={styles.edge}
        role="separator"
        tabIndex={0}
        aria-orientation="horizontal"
        aria-label="Height of the log"
        aria-valuenow={height}
        aria-valuemin={lowest}
        aria-valuemax={2000}
        onKeyDown={(event) => {
          if (event.key === "ArrowUp") resize(height + step);
          else if (event.key === "ArrowDown") resize(height - step);
          else return;
          event.preventDefault();
        }}
        onPointerDown={(event) => {
          const edge = event.currentTarget;
          const [from, begun] = [event.clientY, height];
          edge.setPointerCapture(event.pointerId);
          const move = (moved: PointerEvent) => resize(begun + from - moved.clientY);
          edge.addEventListener("pointermove", move);
          edge.addEventListener("pointerup", () => edge.removeEventListener("pointermove", move), { once: true });
        }}
      />
      <header className={styles.head}>
        {taskRun && <StateIcon state={taskRun.status} />}
        <h2 className="sr-only">Log of {target.title}</h2>
        <Select
          className={styles.choice}
          aria-label="Log of"
          value={target.taskKey}
          onChange={(event) => {
            const task = tasks.find(({ key }) => key === event.target.value);
            if (task) onTarget({ taskKey: task.key, title: task.title || task.key });
          }}
        >
          {!known.some(({ key }) => key === target.taskKey) && <option value={target.taskKey}>{target.title}</option>}
          {known.map((task) => {
            const status = views.get(task.key)?.status;
            return (
              <option key={task.key} value={task.key}>
                {task.title || task.key}
                {status !== undefined && status !== "succeeded" ? ` (${stateWords[status].toLowerCase()})` : ""}
              </option>
            );
          })}
        </Select>
        <span className={styles.word}>
          {view && `Run #${view.runNumber}`}
          {taskRun && taskRun.attempt > 1 && `, attempt ${taskRun.attempt}`}
        </span>
        <button type="button" className={styles.jump} onClick={() => editor.jumpToKey(target.taskKey)}>
          To the cell
        </button>
        {view && (
          <Link
            className={styles.jump}
            prefetch={false}
            href={`/runs/${view.runId}?task=${encodeURIComponent(view.taskKey)}`}
            title="Search, older attempts, single lines"
          >
            <ExternalLink size={12} aria-hidden /> In the run
          </Link>
        )}
        <IconButton small label="Close the log" keys="Esc" onClick={onClose} className={styles.close}>
          <X size={14} />
        </IconButton>
      </header>
      <div className={styles.body}>
        {taskRun === undefined ? (
          <p className={styles.empty}>This task has not run yet.</p>
        ) : source !== undefined && view ? (
          <p className={styles.empty}>
            The result was reused from{" "}
            <Link prefetch={false} href={`/runs/${taskRun.cachedFrom?.runId}?task=${encodeURIComponent(view.taskKey)}`}>
              run #{taskRun.cachedFrom?.runNumber}
            </Link>
            : nothing ran, so nothing was logged.
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
