"use client";
import {
  ArrowDown,
  ArrowUp,
  ChevronsDownUp,
  ChevronsUpDown,
  Copy,
  Ellipsis,
  Merge,
  Play,
  Power,
  PowerOff,
  ScrollText,
  Trash2,
  WandSparkles,
} from "lucide-react";
import type { Cell } from "@/pipelines/notebook/notebook";
import { IconButton } from "../../../_ui/button";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../../../_ui/menu";
import { addableKinds } from "../_document/new-cell";
import { useKeyWords } from "../_keys/keymap-store";
import { isCode, isDisabled } from "../_structure/structure-edits";
import { useEditor } from "../editor-context";
import styles from "./cell.module.css";

export function CellTools({
  cell,
  index,
  count,
  folded,
  isTask,
  taskKey,
}: {
  readonly cell: Cell;
  readonly index: number;
  readonly count: number;
  readonly folded: boolean;
  readonly isTask: boolean;
  readonly taskKey: string | undefined;
}) {
  const editor = useEditor();
  const keys = {
    up: useKeyWords("cell.up"),
    down: useKeyWords("cell.down"),
    fold: useKeyWords("cell.fold"),
    remove: useKeyWords("cell.delete"),
    run: useKeyWords("run.cell"),
    readers: useKeyWords("run.readers"),
    format: useKeyWords("cell.format"),
    disable: useKeyWords("cell.disable"),
    merge: useKeyWords("cell.merge"),
  };
  const off = isDisabled(cell);
  const runs = cell.kind !== "markdown" && cell.kind !== "params";
  const mayNot = editor.rights.edit !== undefined;
  return (
    <div className={styles.tools} role="toolbar" aria-label="Cell">
      <IconButton
        small
        className={styles.secondary}
        label="Move up"
        keys={keys.up}
        disabled={mayNot || index === 0}
        onClick={() => editor.move([cell.id], -1)}
      >
        <ArrowUp size={14} />
      </IconButton>
      <IconButton
        small
        className={styles.secondary}
        label="Move down"
        keys={keys.down}
        disabled={mayNot || index === count - 1}
        onClick={() => editor.move([cell.id], 1)}
      >
        <ArrowDown size={14} />
      </IconButton>
      <IconButton
        small
        className={styles.secondary}
        label={folded ? "Show the code" : "Fold the code"}
        keys={keys.fold}
        onClick={() => editor.toggleFold([cell.id])}
      >
        {folded ? <ChevronsUpDown size={14} /> : <ChevronsDownUp size={14} />}
      </IconButton>
      <Menu
        align="end"
        trigger={
          <IconButton small label="More">
            <Ellipsis size={14} />
          </IconButton>
        }
      >
        {isTask && taskKey !== undefined && (
          <>
            <MenuItem icon={<Play size={14} />} hint={keys.run} onSelect={() => editor.runCell(cell.id)}>
              Run with what it needs
            </MenuItem>
            <MenuItem icon={<Play size={14} />} hint={keys.readers} onSelect={() => editor.runWithReaders([cell.id])}>
              Run with what reads it
            </MenuItem>
            <MenuItem icon={<Play size={14} />} onSelect={() => editor.run({ targets: [taskKey], cache: "off" })}>
              Run, ignoring the cache
            </MenuItem>
            <MenuItem icon={<ScrollText size={14} />} onSelect={() => editor.openLogs({ taskKey, title: cell.title || taskKey })}>
              Show the log
            </MenuItem>
            <MenuSeparator />
          </>
        )}
        <MenuItem icon={<ArrowUp size={14} />} hint={keys.up} disabled={mayNot || index === 0} onSelect={() => editor.move([cell.id], -1)}>
          Move up
        </MenuItem>
        <MenuItem
          icon={<ArrowDown size={14} />}
          hint={keys.down}
          disabled={mayNot || index === count - 1}
          onSelect={() => editor.move([cell.id], 1)}
        >
          Move down
        </MenuItem>
        <MenuItem icon={<Copy size={14} />} disabled={mayNot} onSelect={() => editor.duplicate(cell.id)}>
          Duplicate
        </MenuItem>
        <MenuItem
          icon={folded ? <ChevronsUpDown size={14} /> : <ChevronsDownUp size={14} />}
          hint={keys.fold}
          onSelect={() => editor.toggleFold([cell.id])}
        >
          {folded ? "Show the code" : "Fold the code"}
        </MenuItem>
        {(isCode(cell) || cell.kind === "markdown") && (
          <MenuItem icon={<WandSparkles size={14} />} hint={keys.format} onSelect={() => editor.format([cell.id])}>
            Format
          </MenuItem>
        )}
        <MenuItem icon={<Merge size={14} />} hint={keys.merge} disabled={index === count - 1} onSelect={() => editor.merge([cell.id])}>
          Merge with the one below
        </MenuItem>
        {runs && (
          <MenuItem
            icon={off ? <Power size={14} /> : <PowerOff size={14} />}
            hint={keys.disable}
            onSelect={() => editor.toggleDisabled([cell.id])}
          >
            {off ? "Switch on" : "Switch off"}
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuLabel>Kind</MenuLabel>
        {addableKinds.map(({ kind, word, hint }) => (
          <MenuItem
            key={kind}
            hint={cell.kind === kind ? "✓" : hint}
            disabled={mayNot || cell.kind === kind}
            onSelect={() => editor.edit({ type: "set-kind", id: cell.id, kind })}
          >
            {word}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem icon={<Trash2 size={14} />} danger hint={keys.remove} disabled={mayNot} onSelect={() => editor.remove([cell.id])}>
          Delete
        </MenuItem>
      </Menu>
    </div>
  );
}
