import type { ShownDiagnostic } from "@/pipelines/language/shown-diagnostics";
import type { Cell } from "@/pipelines/notebook/notebook";

/** As many as a tall window shows. They are drawn before the others. */
export const firstCells = 12;

/** What a cell of any kind is drawn from. */
export interface CellProps {
  readonly cell: Cell;
  readonly index: number;
  readonly count: number;
  readonly cellKey: string;
  readonly selected: boolean;
  /** One of several that have been taken. */
  readonly chosen: boolean;
  readonly folded: boolean;
  readonly startEditing: boolean;
  readonly diagnostics: readonly ShownDiagnostic[] | undefined;
}
