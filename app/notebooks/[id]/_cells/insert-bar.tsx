"use client";
import { ChevronDown, Plus } from "lucide-react";
import { memo, useState } from "react";
import { Button, IconButton } from "../../../_ui/button";
import { classNames } from "../../../_ui/class-names";
import { Menu, MenuItem } from "../../../_ui/menu";
import { addableKinds } from "../_document/new-cell";
import { useEditor } from "../editor-context";
import styles from "./cell.module.css";

/** Between two cells: adds one there. Always has its room, so that nothing moves when it shows itself. */
export const InsertBar = memo(function InsertBar({ index, last }: { readonly index: number; readonly last?: boolean }) {
  const editor = useEditor();
  const [wanted, setWanted] = useState(false);
  if (editor.rights.edit !== undefined) return <div className={classNames(styles.insert, last && styles.last)} data-insert={index} />;
  return (
    <div className={classNames(styles.insert, last && styles.last)} onPointerEnter={() => setWanted(true)} data-insert={index}>
      {(wanted || last) && (
        <div className={styles.insertChoices}>
          <Button small look="quiet" onClick={() => editor.insert(index, "code")} tabIndex={last ? 0 : -1}>
            <Plus size={14} /> Code
          </Button>
          <Button small look="quiet" onClick={() => editor.insert(index, "markdown")} tabIndex={last ? 0 : -1}>
            <Plus size={14} /> Text
          </Button>
          <Menu
            trigger={
              <IconButton small label="Other kinds of cells" tabIndex={last ? 0 : -1}>
                <ChevronDown size={14} />
              </IconButton>
            }
          >
            {addableKinds.map(({ kind, word, hint }) => (
              <MenuItem key={kind} hint={hint} onSelect={() => editor.insert(index, kind)}>
                {word}
              </MenuItem>
            ))}
          </Menu>
        </div>
      )}
    </div>
  );
});
