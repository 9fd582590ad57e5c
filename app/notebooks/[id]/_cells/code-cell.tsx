"use client";
import { Play, Square } from "lucide-react";
import { memo } from "react";
import type { Diagnostic } from "@/pipelines/compile/dag";
import type { Cell } from "@/pipelines/notebook/notebook";
import { StateIcon } from "../../../_ui/state-icon";
import { isLive } from "../../../_ui/state-words";
import { CellOutput } from "../_outputs/cell-output";
import type { CellView } from "../_runs/cell-view";
import { useEditor } from "../editor-context";
import { CellCode } from "./cell-code";
import { CellFrame } from "./cell-frame";
import { CellHead } from "./cell-head";
import { CellProblems } from "./cell-problems";
import styles from "./cell.module.css";

/** As many as a tall window shows. They are drawn before the others. */
export const firstCells = 12;

export interface CellProps {
  readonly cell: Cell;
  readonly index: number;
  readonly count: number;
  readonly cellKey: string;
  readonly selected: boolean;
  readonly folded: boolean;
  readonly startEditing: boolean;
  readonly diagnostics: readonly Diagnostic[] | undefined;
}

export interface CodeCellProps extends CellProps {
  /** Undefined while the cell is no task: only definitions, or nothing. */
  readonly taskKey: string | undefined;
  readonly view: CellView | undefined;
  readonly stale: boolean;
  /** This cell was asked for and its run is about to begin. */
  readonly starting: boolean;
}

export const CodeCell = memo(function CodeCell({ taskKey, view, stale, starting, ...props }: CodeCellProps) {
  const { cell, index, count, cellKey, selected, folded, startEditing, diagnostics } = props;
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
      gutter={
        <>
          {isTask && (
            <button
              type="button"
              className={styles.run}
              aria-label={busy ? "Stop the run" : "Run this cell and what it needs"}
              title={busy ? "Stop the run" : "Run this cell and what it needs (Ctrl Enter)"}
              onClick={() => (busy ? editor.stop() : editor.runCell(cell.id))}
              disabled={starting}
            >
              {busy ? <Square size={12} fill="currentColor" /> : <Play size={14} />}
            </button>
          )}
          <span className={styles.state}>{state !== undefined && <StateIcon state={state} />}</span>
        </>
      }
      head={(active) => (
        <CellHead
          active={active}
          cell={cell}
          cellKey={cellKey}
          index={index}
          count={count}
          folded={folded}
          isTask={isTask}
          taskKey={taskKey}
        />
      )}
    >
      {folded ? (
        <FoldedCode cell={cell} />
      ) : (
        <CellCode
          cell={cell}
          label={`Code of ${cell.title || cellKey}`}
          language="typescript"
          diagnostics={diagnostics}
          first={index < firstCells}
          startEditing={startEditing}
        />
      )}
      <CellProblems diagnostics={diagnostics} />
      {isTask && view && !starting && <CellOutput view={view} stale={stale} title={cell.title || cellKey} />}
    </CellFrame>
  );
});

export function FoldedCode({ cell }: { readonly cell: Cell }) {
  const editor = useEditor();
  const lines = cell.source.split("\n");
  return (
    <button type="button" className={styles.folded} onClick={() => editor.toggleFold(cell.id)} title="Show the code">
      … {lines.length} {lines.length === 1 ? "line" : "lines"} ·{" "}
      {lines.find((line) => line.trim() !== "" && !line.startsWith("import ")) ?? lines[0]}
    </button>
  );
}
