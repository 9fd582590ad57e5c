"use client";
/** What every cell has: the gutter with its handle, the row with title and options, its selection. */
import { GripVertical } from "lucide-react";
import { useRef, useState, type ReactNode } from "react";
import type { Cell } from "@/pipelines/notebook/notebook";
import { classNames } from "../../../_ui/class-names";
import { isDisabled } from "../_structure/structure-edits";
import { useEditor } from "../editor-context";
import styles from "./cell.module.css";
import { useCellDrag } from "./use-cell-drag";

export interface CellFrameProps {
  readonly cell: Cell;
  readonly index: number;
  readonly cellKey: string;
  readonly selected: boolean;
  /** One of several that have been taken. */
  readonly chosen: boolean;
  /** State and run button. */
  readonly gutter?: ReactNode;
  /** `active`: the pointer is over the cell, or it is selected. Menus and hints exist only then: there are many cells. */
  readonly head: (active: boolean) => ReactNode;
  /** No row of its own above the content: what there is to do floats over it. */
  readonly bare?: boolean;
  readonly children: ReactNode;
}

const ownFocus = "button, input, a, select, textarea, [contenteditable], .static-code, pre, table, iframe";

export function CellFrame({ cell, index, cellKey, selected, chosen, gutter, head, bare, children }: CellFrameProps) {
  const editor = useEditor();
  const section = useRef<HTMLElement>(null);
  const [hovered, setHovered] = useState(false);
  const drag = useCellDrag(cell.id);
  const name = cell.title === "" ? cellKey : cell.title;
  return (
    <section
      ref={section}
      id={cellKey}
      className={classNames(styles.cell, bare && styles.bare)}
      data-cell={cell.id}
      data-index={index}
      data-selected={selected || undefined}
      data-chosen={chosen || undefined}
      data-disabled={isDisabled(cell) || undefined}
      tabIndex={selected || index === 0 ? 0 : -1}
      aria-label={isDisabled(cell) ? `${name}, switched off` : name}
      onPointerDownCapture={(event) => {
        if (!event.shiftKey || selected || (event.target as HTMLElement).closest("button, a, input")) return;
        // Before the text, which would take the click as its own.
        event.preventDefault();
        event.stopPropagation();
        editor.extendTo(cell.id);
      }}
      onPointerDown={(event) => {
        const target = event.target as HTMLElement;
        if (target.closest("[data-grip]")) return;
        editor.selectOnly(cell.id);
        // A click beside text and buttons takes the cell as a whole.
        if (!target.closest(ownFocus)) {
          requestAnimationFrame(() => {
            if (!section.current?.contains(document.activeElement)) section.current?.focus({ preventScroll: true });
          });
        }
      }}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onFocus={() => editor.select(cell.id)}
    >
      <div className={styles.gutter}>
        {editor.rights.edit === undefined && (hovered || selected || chosen) && (
          <button
            type="button"
            className={styles.grip}
            data-grip
            aria-label={`Move ${name}: drag, or press the arrow keys`}
            title="Drag to move, or press ↑ and ↓"
            onPointerDown={drag}
            onClick={(event) => event.currentTarget.focus()}
            onKeyDown={(event) => {
              const offset = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : undefined;
              if (offset === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
              event.preventDefault();
              editor.move(editor.rowOf(cell.id), offset);
              event.currentTarget.focus({ preventScroll: true });
            }}
          >
            <GripVertical size={14} aria-hidden />
          </button>
        )}
        {gutter}
      </div>
      <div className={styles.body}>
        <div className={styles.head}>{head(hovered || selected)}</div>
        {children}
      </div>
    </section>
  );
}
