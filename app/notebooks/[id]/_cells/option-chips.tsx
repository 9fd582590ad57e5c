"use client";
import { Plus } from "lucide-react";
import { useState } from "react";
import { formatHeader, parseHeader } from "@/pipelines/notebook/header";
import type { Cell } from "@/pipelines/notebook/notebook";
import { Button } from "../../../_ui/button";
import { Chip } from "../../../_ui/chip";
import { Field, Input } from "../../../_ui/field";
import { Popover } from "../../../_ui/popover";
import { useEditor } from "../editor-context";
import styles from "./cell.module.css";

/** The options of a cell, as written in its header; a click edits them as text. */
export function OptionChips({ cell, active }: { readonly cell: Cell; readonly active: boolean }) {
  const editor = useEditor();
  if (active && editor.rights.edit === undefined) return <EditableOptions cell={cell} />;
  return cell.options.length > 0 ? (
    <span className={styles.chips}>
      <Chips cell={cell} />
    </span>
  ) : null;
}

function EditableOptions({ cell }: { readonly cell: Cell }) {
  const editor = useEditor();
  const [open, setOpen] = useState(false);
  const text = optionsText(cell);
  const [draft, setDraft] = useState(text);
  const change = (next: boolean) => {
    if (next) setDraft(text);
    setOpen(next);
  };
  const save = () => {
    setOpen(false);
    if (draft.trim() !== text) editor.edit({ type: "set-options", id: cell.id, options: parseHeader(`// %% "x" [k] ${draft}`).options });
  };
  return (
    <Popover
      open={open}
      onOpenChange={change}
      trigger={
        cell.options.length > 0 ? (
          <button type="button" className={styles.chips} aria-label={`Options: ${text}`} title="Change the options">
            <Chips cell={cell} />
          </button>
        ) : (
          <Button small look="quiet" className={styles.add} aria-label="Add an option">
            <Plus size={12} /> option
          </Button>
        )
      }
    >
      <form
        className={styles.options}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field
          label="Options of this cell"
          hint={
            <span className={styles.hint}>
              <code>each=&quot;fold of folds&quot;</code> runs it once per element · <code>retries=2</code> · <code>timeout=10m</code> ·{" "}
              <code>cpu=2</code> · <code>memory=4GB</code> · <code>cache=off</code> · <code>when=&quot;rows.length &gt; 0&quot;</code> ·{" "}
              <code>after=load</code> · <code>join=done</code> · <code>on=failure</code>
            </span>
          }
        >
          {(control) => (
            <Input {...control} value={draft} onChange={(event) => setDraft(event.target.value)} spellCheck={false} autoComplete="off" />
          )}
        </Field>
        <Button look="primary" small type="submit">
          Set
        </Button>
      </form>
    </Popover>
  );
}

function Chips({ cell }: { readonly cell: Cell }) {
  return cell.options.map((option, index) => (
    <Chip key={index}>
      <code>{option.value === undefined ? option.key : `${option.key}=${option.value}`}</code>
    </Chip>
  ));
}

function optionsText(cell: Cell): string {
  return formatHeader({ title: "", kind: "code", options: cell.options })
    .replace(/^\/\/ %% ?/, "")
    .replace(/^"" \[code\] ?/, "");
}
