"use client";
import { Play, PowerOff, Square } from "lucide-react";
import { memo } from "react";
import { StateIcon } from "../../../_ui/state-icon";
import { isLive } from "../../../_ui/state-words";
import { CellOutput } from "../_outputs/cell-output";
import type { CellView } from "../_runs/cell-view";
import { useEditor } from "../editor-context";
import { CellFrame } from "./cell-frame";
import { CellHead } from "./cell-head";
import type { CellProps } from "./cell-props";
import { CellSource } from "./cell-source";
import styles from "./cell.module.css";

export interface CodeCellProps extends CellProps {
  /** Undefined while the cell is no task: only definitions, or nothing. */
  readonly taskKey: string | undefined;
  readonly view: CellView | undefined;
  readonly stale: boolean;
  /** It does not run, because of itself or of a cell that it reads: in words. */
  readonly off: string | undefined;
  /** This cell was asked for and its run is about to begin. */
  readonly starting: boolean;
}

export const CodeCell = memo(function CodeCell({ taskKey, view, stale, off, starting, ...props }: CodeCellProps) {
  const { cell, index, cellKey, selected, chosen } = props;
  const editor = useEditor();
  const isTask = taskKey !== undefined;
  const state = starting ? "queued" : isTask ? view?.status : undefined;
  const busy = state !== undefined && isLive(state);
  return (
    <CellFrame
      cell={cell}
      index={index}
      cellKey={cellKey}
      selected={selected}
      chosen={chosen}
      gutter={
        <>
          {isTask && (
            <button
              type="button"
              className={styles.run}
              aria-label={busy ? "Stop the run" : "Run this cell and what it needs"}
              title={editor.rights.run ?? (busy ? "Stop the run" : "Run this cell and what it needs (Ctrl Enter)")}
              onClick={() => (busy ? editor.stop() : editor.runCell(cell.id))}
              disabled={starting || editor.rights.run !== undefined}
            >
              {busy ? <Square size={12} fill="currentColor" /> : <Play size={14} />}
            </button>
          )}
          <span className={styles.state}>{state !== undefined && <StateIcon state={state} />}</span>
        </>
      }
      head={(active) => <CellHead active={active} {...props} isTask={isTask} taskKey={taskKey} />}
    >
      <CellSource {...props} />
      {off !== undefined && (
        <p className={styles.off} role="note">
          <PowerOff size={14} aria-hidden /> {off}
        </p>
      )}
      {isTask && view && !starting && <CellOutput view={view} stale={stale} title={cell.title || cellKey} cell={cell} />}
    </CellFrame>
  );
});
