"use client";
import { memo } from "react";
import type { Parameter } from "@/pipelines/compile/dag";
import { ParamsForm } from "../_params/params-form";
import type { ParamValues } from "../_params/use-param-values";
import { CellCode } from "./cell-code";
import { CellFrame } from "./cell-frame";
import { CellHead } from "./cell-head";
import { CellProblems } from "./cell-problems";
import styles from "./cell.module.css";
import { FoldedCode, type CellProps } from "./code-cell";

/** Parameters as code, and below it the form that the code makes. */
export const ParamsCell = memo(function ParamsCell({
  params,
  values,
  ...props
}: CellProps & { readonly params: readonly Parameter[]; readonly values: ParamValues }) {
  const { cell, index, count, cellKey, selected, folded, startEditing, diagnostics } = props;
  return (
    <CellFrame
      cell={cell}
      index={index}
      cellKey={cellKey}
      selected={selected}
      head={(active) => (
        <CellHead
          active={active}
          cell={cell}
          cellKey={cellKey}
          index={index}
          count={count}
          folded={folded}
          isTask={false}
          taskKey={undefined}
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
          startEditing={startEditing}
        />
      )}
      <CellProblems diagnostics={diagnostics} />
      <div className={styles.params}>
        <ParamsForm params={params} values={values} />
      </div>
    </CellFrame>
  );
});
