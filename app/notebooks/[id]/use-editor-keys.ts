"use client";
import type { Cell } from "@/pipelines/notebook/notebook";
import { newCellId } from "./_document/new-cell";
import { keepCell, keptCell } from "./_keys/cell-clipboard";
import { useCommandKeys } from "./_keys/use-command-keys";
import type { EditorActions } from "./editor-context";

export function useEditorKeys({
  actions,
  cells,
  selected,
  undo,
  redo,
  runAll,
  save,
  openLog,
  togglePanel,
  openHelp,
}: {
  readonly actions: EditorActions;
  readonly cells: readonly Cell[];
  readonly selected: string | undefined;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly runAll: () => void;
  readonly save: () => void;
  readonly openLog: (cell: Cell) => void;
  readonly togglePanel: () => void;
  readonly openHelp: () => void;
}): void {
  const index = cells.findIndex((cell) => cell.id === selected);
  const cell = cells[index];
  const withCell = (act: (cell: Cell) => void) => () => {
    if (cell) act(cell);
  };
  const go = (to: number) => {
    const target = cells[Math.max(0, Math.min(cells.length - 1, to))];
    if (target) actions.command(target.id);
  };
  useCommandKeys({
    edit: withCell(({ id }) => actions.focusEditor(id)),
    next: () => go(index + 1),
    previous: () => go(index < 0 ? 0 : index - 1),
    insertAbove: () => actions.insert(Math.max(0, index), "code"),
    insertBelow: () => actions.insert(index < 0 ? cells.length : index + 1, "code"),
    remove: withCell(({ id }) => actions.remove(id)),
    undo,
    redo,
    setKind: (kind) => cell && cell.kind !== kind && actions.edit({ type: "set-kind", id: cell.id, kind }),
    fold: withCell(({ id }) => actions.toggleFold(id)),
    moveUp: withCell(({ id }) => actions.move(id, -1)),
    moveDown: withCell(({ id }) => actions.move(id, 1)),
    cut: withCell((each) => {
      keepCell(each);
      actions.remove(each.id);
    }),
    copy: withCell(keepCell),
    paste: () => {
      const kept = keptCell();
      if (kept) actions.edit({ type: "insert-cell", index: index < 0 ? cells.length : index + 1, cell: { ...kept, id: newCellId() } });
    },
    run: (then) => cell && actions.runCell(cell.id, then),
    runAll,
    stop: () => actions.stop(),
    save,
    log: withCell(openLog),
    panel: togglePanel,
    help: openHelp,
  });
}
