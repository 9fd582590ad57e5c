"use client";
import { ChevronRight } from "lucide-react";
import { memo, useState } from "react";
import { MarkdownText } from "../../../_displays/markdown-text";
import { useEditor } from "../editor-context";
import { CellCode } from "./cell-code";
import { CellFrame } from "./cell-frame";
import { CellHead } from "./cell-head";
import { CellProblems } from "./cell-problems";
import styles from "./cell.module.css";
import type { CellProps } from "./cell-props";
import { ReadHandle } from "./read-handle";

/** Text: read until a double click or Enter, then edited until Escape. */
export const MarkdownCell = memo(function MarkdownCell({
  hides,
  onShow,
  ...props
}: CellProps & {
  /** How many cells stand below its collapsed heading. */
  readonly hides: number | undefined;
  readonly onShow: (id: string) => void;
}) {
  const { cell, index, cellKey, selected, chosen, folded, startEditing, diagnostics } = props;
  const editor = useEditor();
  const [editing, setEditing] = useState(startEditing);
  const edit = () => {
    setEditing(true);
    editor.select(cell.id);
  };
  return (
    <CellFrame
      cell={cell}
      index={index}
      cellKey={cellKey}
      selected={selected}
      chosen={chosen}
      bare={cell.title === ""}
      head={(active) => <CellHead active={active} {...props} isTask={false} taskKey={undefined} />}
    >
      {editing ? (
        <div
          onBlur={(event) =>
            !event.currentTarget.contains(event.relatedTarget) && cell.source.trim() !== "" && document.hasFocus() && setEditing(false)
          }
        >
          <CellCode
            cell={cell}
            label={`Text of ${cell.title || cellKey}`}
            language="plain"
            startEditing
            onLeave={() => setEditing(false)}
          />
        </div>
      ) : (
        <div className={styles.prose} onDoubleClick={edit}>
          <ReadHandle id={cell.id} onEdit={edit} />
          {folded ? (
            <MarkdownText text={cell.source.split("\n").find((line) => line.trim() !== "") ?? ""} />
          ) : cell.source.trim() === "" ? (
            <p className={styles.emptyProse}>Empty text. Double click or Enter to write.</p>
          ) : (
            <MarkdownText text={cell.source} />
          )}
        </div>
      )}
      {hides !== undefined && (
        <button type="button" className={styles.hides} aria-expanded={false} onClick={() => onShow(cell.id)}>
          <ChevronRight size={14} aria-hidden /> {hides} {hides === 1 ? "cell" : "cells"} in this section
        </button>
      )}
      <CellProblems diagnostics={diagnostics} />
    </CellFrame>
  );
});
