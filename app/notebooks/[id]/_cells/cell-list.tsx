"use client";
import { Fragment, useDeferredValue } from "react";
import type { Parameter, Task } from "@/pipelines/compile/dag";
import { cellKey } from "@/pipelines/notebook/cell-key";
import type { Notebook } from "@/pipelines/notebook/notebook";
import type { ShownDiagnostic } from "@/pipelines/language/shown-diagnostics";
import type { ParamValues } from "../_params/use-param-values";
import type { CellView } from "../_runs/cell-view";
import type { RunRequest } from "../_runs/use-run-control";
import { firstCells, type CellProps } from "./cell-props";
import { CodeCell } from "./code-cell";
import { InsertBar } from "./insert-bar";
import { MarkdownCell } from "./markdown-cell";
import { ParamsCell } from "./params-cell";

export interface CellListProps {
  readonly notebook: Notebook;
  readonly problems: ReadonlyMap<string, readonly ShownDiagnostic[]>;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly views: ReadonlyMap<string, CellView>;
  readonly stale: ReadonlySet<string>;
  readonly starting: RunRequest | undefined;
  readonly selected: string | undefined;
  /** Several that have been taken; empty while there is one. */
  readonly row: ReadonlySet<string>;
  /** Below collapsed headings. */
  readonly hidden: ReadonlySet<string>;
  readonly hides: ReadonlyMap<string, number>;
  readonly onShow: (id: string) => void;
  /** Cells that do not run, and why. */
  readonly off: ReadonlyMap<string, string>;
  readonly folded: ReadonlySet<string>;
  readonly editing: string | undefined;
  readonly params: readonly Parameter[];
  readonly values: ParamValues;
}

/**
 * All cells are in the page, so that the browser's own search finds everything; editors come as one scrolls. The first
 * ones are there at once; the others follow in the background, unless the address names a cell.
 */
export function CellList(all: CellListProps) {
  const { notebook, problems, tasks, views, stale, starting, selected, row, hidden, hides, onShow, off, folded, editing, params, values } =
    all;
  const count = notebook.cells.length;
  const whole = useDeferredValue(true, location.hash !== "");
  return (
    <>
      <InsertBar index={0} />
      {(whole ? notebook.cells : notebook.cells.slice(0, firstCells)).map((cell, index) => {
        if (hidden.has(cell.id)) return null;
        const props: CellProps = {
          cell,
          index,
          count,
          cellKey: cellKey(cell, index),
          selected: selected === cell.id,
          chosen: row.has(cell.id),
          folded: folded.has(cell.id),
          startEditing: editing === cell.id,
          diagnostics: problems.get(cell.id),
        };
        const task = tasks.get(cell.id);
        return (
          <Fragment key={cell.id}>
            {cell.kind === "markdown" ? (
              <MarkdownCell {...props} hides={hides.get(cell.id)} onShow={onShow} />
            ) : cell.kind === "params" ? (
              <ParamsCell {...props} params={params} values={values} />
            ) : (
              <CodeCell
                {...props}
                taskKey={task?.key}
                view={task && views.get(task.key)}
                off={off.get(cell.id)}
                stale={task !== undefined && stale.has(task.key)}
                starting={starting !== undefined && task !== undefined && (starting.targets?.includes(task.key) ?? true)}
              />
            )}
            <InsertBar index={index + 1} last={index === count - 1} />
          </Fragment>
        );
      })}
    </>
  );
}
