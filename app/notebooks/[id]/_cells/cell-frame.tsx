"use client";
/** What every cell has: the gutter, the row with title and options, its selection, a place to drop others. */
import { GripVertical } from "lucide-react";
import { useRef, useState, type DragEvent, type ReactNode } from "react";
import type { Cell } from "@/pipelines/notebook/notebook";
import { classNames } from "../../../_ui/class-names";
import { useEditor } from "../editor-context";
import styles from "./cell.module.css";

export interface CellFrameProps {
  readonly cell: Cell;
  readonly index: number;
  readonly cellKey: string;
  readonly selected: boolean;
  /** State and run button. */
  readonly gutter?: ReactNode;
  /** `active`: the pointer is over the cell, or it is selected. Menus and hints exist only then: there are many cells. */
  readonly head: (active: boolean) => ReactNode;
  /** No row of its own above the content: what there is to do floats over it. */
  readonly bare?: boolean;
  readonly children: ReactNode;
}

const dragType = "application/x-heddle-cell";

export function CellFrame({ cell, index, cellKey, selected, gutter, head, bare, children }: CellFrameProps) {
  const editor = useEditor();
  const section = useRef<HTMLElement>(null);
  const [hovered, setHovered] = useState(false);
  const [drop, setDrop] = useState<"before" | "after">();
  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(dragType)) return;
    event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    setDrop(event.clientY < box.top + box.height / 2 ? "before" : "after");
  };
  const onDrop = (event: DragEvent) => {
    const id = event.dataTransfer.getData(dragType);
    setDrop(undefined);
    if (id === "" || id === cell.id) return;
    event.preventDefault();
    editor.moveTo(id, drop === "after" ? index + 1 : index);
  };
  return (
    <section
      ref={section}
      id={cellKey}
      className={classNames(styles.cell, bare && styles.bare, drop === "before" && styles.dropBefore, drop === "after" && styles.dropAfter)}
      data-cell={cell.id}
      data-selected={selected || undefined}
      tabIndex={selected ? 0 : -1}
      aria-label={cell.title === "" ? cellKey : cell.title}
      onPointerDown={(event) => {
        editor.select(cell.id);
        // A click beside text and buttons takes the cell as a whole.
        if (
          !(event.target as HTMLElement).closest("button, input, a, select, textarea, [contenteditable], .static-code, pre, table, iframe")
        ) {
          requestAnimationFrame(() => {
            if (!section.current?.contains(document.activeElement)) section.current?.focus({ preventScroll: true });
          });
        }
      }}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onFocus={() => editor.select(cell.id)}
      onDragOver={onDragOver}
      onDragLeave={() => setDrop(undefined)}
      onDrop={onDrop}
    >
      <div className={styles.gutter}>
        <span
          className={styles.grip}
          draggable={editor.rights.edit === undefined}
          aria-hidden
          title="Drag to move"
          onDragStart={(event) => {
            event.dataTransfer.setData(dragType, cell.id);
            event.dataTransfer.effectAllowed = "move";
            if (section.current) event.dataTransfer.setDragImage(section.current, 60, 12);
          }}
        >
          <GripVertical size={14} />
        </span>
        {gutter}
      </div>
      <div className={styles.body}>
        <div className={styles.head}>{head(hovered || selected)}</div>
        {children}
      </div>
    </section>
  );
}
