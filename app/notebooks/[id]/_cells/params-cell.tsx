"use client";
import { memo } from "react";
import type { Parameter } from "@/pipelines/compile/dag";
import { ParamsForm } from "../_params/params-form";
import type { ParamValues } from "../_params/use-param-values";
import { CellFrame } from "./cell-frame";
import { CellHead } from "./cell-head";
import type { CellProps } from "./cell-props";
import { CellSource } from "./cell-source";
import styles from "./cell.module.css";

/** Parameters as code, and below it the form that the code makes. */
export const ParamsCell = memo(function ParamsCell({
  params,
  values,
  ...props
}: CellProps & { readonly params: readonly Parameter[]; readonly values: ParamValues }) {
  const { cell, index, cellKey, selected, chosen } = props;
  return (
    <CellFrame
      cell={cell}
      index={index}
      cellKey={cellKey}
      selected={selected}
      chosen={chosen}
      head={(active) => <CellHead active={active} {...props} isTask={false} taskKey={undefined} />}
    >
      <CellSource {...props} />
      <div className={styles.params}>
        <ParamsForm params={params} values={values} />
      </div>
    </CellFrame>
  );
});
