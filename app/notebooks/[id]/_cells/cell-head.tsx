"use client";
import { Chip } from "../../../_ui/chip";
import { CommentMark } from "../_together/comment-mark";
import { useEditor } from "../editor-context";
import type { CellProps } from "./cell-props";
import { CellTools } from "./cell-tools";
import styles from "./cell.module.css";
import { OptionChips } from "./option-chips";

/** Title, kind and options as quiet words that one can change, and what one can do with the cell. */
export function CellHead({
  active,
  cell,
  cellKey,
  index,
  count,
  folded,
  isTask,
  taskKey,
}: Pick<CellProps, "cell" | "cellKey" | "index" | "count" | "folded"> & {
  readonly active: boolean;
  readonly isTask: boolean;
  readonly taskKey: string | undefined;
}) {
  const editor = useEditor();
  return (
    <>
      {(cell.kind !== "markdown" || cell.title !== "") && (
        <input
          key={cell.title}
          className={styles.title}
          defaultValue={cell.title}
          placeholder={cellKey}
          aria-label="Title of the cell"
          readOnly={editor.rights.edit !== undefined}
          spellCheck={false}
          size={Math.max(4, (cell.title || cellKey).length)}
          onBlur={(event) => {
            const title = event.target.value.trim();
            if (title !== cell.title) editor.edit({ type: "set-title", id: cell.id, title });
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") editor.command(cell.id);
            if (event.key === "Escape") {
              event.currentTarget.value = cell.title;
              editor.command(cell.id);
            }
          }}
        />
      )}
      {cell.kind !== "code" && cell.kind !== "markdown" && cell.kind !== "params" && <Chip title="Kind of cell">{cell.kind}</Chip>}
      <CommentMark cellId={cell.id} place="count" />
      {cell.kind !== "markdown" && cell.kind !== "params" && <OptionChips cell={cell} active={active} />}
      {active && <CommentMark cellId={cell.id} place="begin" />}
      {active && <CellTools cell={cell} index={index} count={count} folded={folded} isTask={isTask} taskKey={taskKey} />}
    </>
  );
}
