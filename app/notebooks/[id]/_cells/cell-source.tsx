"use client";
import type { Cell } from "@/pipelines/notebook/notebook";
import { useEditor } from "../editor-context";
import { CellCode } from "./cell-code";
import { CellProblems } from "./cell-problems";
import { firstCells, type CellProps } from "./cell-props";
import styles from "./cell.module.css";

/** The code of a cell, or the one line that stands for it while it is folded; below, what is wrong with it. */
export function CellSource({ cell, index, cellKey, folded, diagnostics, startEditing }: CellProps) {
  return (
    <>
      {folded ? (
        <FoldedCode cell={cell} />
      ) : (
        <CellCode
          cell={cell}
          label={`Code of ${cell.title || cellKey}`}
          language={cell.kind === "code" || cell.kind === "params" ? "typescript" : cell.kind === "sql" ? "sql" : "plain"}
          diagnostics={diagnostics}
          first={index < firstCells}
          startEditing={startEditing}
        />
      )}
      <CellProblems diagnostics={diagnostics} />
    </>
  );
}

function FoldedCode({ cell }: { readonly cell: Cell }) {
  const editor = useEditor();
  const lines = cell.source.split("\n");
  return (
    <button type="button" className={styles.folded} onClick={() => editor.toggleFold([cell.id])} title="Show the code">
      … {lines.length} {lines.length === 1 ? "line" : "lines"} ·{" "}
      {lines.find((line) => line.trim() !== "" && !line.startsWith("import ")) ?? lines[0]}
    </button>
  );
}
