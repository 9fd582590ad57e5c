"use client";
/** What renaming, references and declarations of packages are shown in. Loaded when first asked for. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { CellChange } from "@/pipelines/language/messages";
import { renameName } from "@/pipelines/language/rename-name";
import { cellKey } from "@/pipelines/notebook/cell-key";
import { lineWords } from "@/pipelines/notebook/line-words";
import type { Cell, NotebookEdit } from "@/pipelines/notebook/notebook";
import { StaticCode } from "../../../_code/static-code";
import { Button } from "../../../_ui/button";
import { Dialog } from "../../../_ui/dialog";
import { useEditor } from "../editor-context";
import type { LanguageClient } from "./language-client";
import styles from "./language-dialogs.module.css";
import { offsetOf, type LanguageDialog } from "./use-intelligence";

export interface LanguageDialogsProps {
  readonly dialog: LanguageDialog;
  readonly cells: readonly Cell[];
  readonly client: LanguageClient;
  readonly onClose: () => void;
  readonly onRenamed: (edits: readonly NotebookEdit[], words: string) => void;
}

export function LanguageDialogs(props: LanguageDialogsProps) {
  const { dialog } = props;
  // No button opened it, so nothing else gives the focus back to the text.
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      setTimeout(() => {
        if (document.activeElement === document.body && before instanceof HTMLElement) before.focus({ preventScroll: true });
      });
    },
    [before],
  );
  switch (dialog.type) {
    case "rename":
      return <RenameDialog {...props} dialog={dialog} />;
    case "references":
      return <ReferencesDialog {...props} dialog={dialog} />;
    case "package":
      return <PackageDialog {...props} dialog={dialog} />;
    default:
      return dialog satisfies never;
  }
}

type Of<T extends LanguageDialog["type"]> = Omit<LanguageDialogsProps, "dialog"> & {
  readonly dialog: Extract<LanguageDialog, { readonly type: T }>;
};

function RenameDialog({ dialog, cells, client, onClose, onRenamed }: Of<"rename">) {
  const [name, setName] = useState(dialog.name);
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const rename = async () => {
    const to = name.trim();
    if (to === dialog.name) return onClose();
    const cell = cells.find(({ id }) => id === dialog.cell);
    if (!cell) return onClose();
    const renaming = renameName(cells, cell.id, offsetOf(cell.source, dialog), to);
    if (renaming && "fault" in renaming) return setFault(renaming.fault);
    let edits = renaming?.edits;
    let places = renaming?.places ?? 0;
    if (!edits) {
      setBusy(true);
      const answer = await client.ask({ what: "rename", cell: cell.id, line: dialog.line, column: dialog.column, to });
      setBusy(false);
      if (!answer || answer.fault !== undefined) return setFault(answer?.fault ?? "The language server does not answer now. Try again.");
      edits = toEdits(cells, answer.changes);
      places = answer.changes.length;
    }
    onClose();
    onRenamed(edits, `Renamed ${dialog.name} to ${to} in ${places} ${places === 1 ? "place" : "places"}.`);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Rename ${dialog.name}`}
      text="Everywhere in this notebook, headers included."
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void rename();
        }}
      >
        <input
          autoFocus
          aria-label="New name"
          aria-invalid={fault !== undefined}
          spellCheck={false}
          value={name}
          onFocus={(event) => event.target.select()}
          onChange={(event) => {
            setName(event.target.value);
            setFault(undefined);
          }}
        />
        <Button look="primary" disabled={busy || name.trim() === ""}>
          Rename
        </Button>
      </form>
      {fault !== undefined && (
        <p role="alert" className={styles.fault}>
          {fault}
        </p>
      )}
    </Dialog>
  );
}

/** Changes of places → texts of cells, from the last place to the first. */
function toEdits(cells: readonly Cell[], changes: readonly CellChange[]): readonly NotebookEdit[] {
  return cells.flatMap((cell): NotebookEdit[] => {
    const own = changes.filter((change) => change.cell === cell.id);
    if (own.length === 0) return [];
    const source = own
      .map((change) => ({
        from: offsetOf(cell.source, change),
        to: offsetOf(cell.source, { line: change.endLine, column: change.endColumn }),
        text: change.text,
      }))
      .sort((a, b) => b.from - a.from)
      .reduce((text, { from, to, text: insert }) => text.slice(0, from) + insert + text.slice(to), cell.source);
    return [{ type: "set-source", id: cell.id, source }];
  });
}

function ReferencesDialog({ dialog, cells, onClose }: Of<"references">) {
  const editor = useEditor();
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={`Where ${dialog.name} stands`} wide>
      <ul className={styles.places}>
        {dialog.places.map(({ cell: id, line, column }, index) => {
          const at = cells.findIndex((cell) => cell.id === id);
          const cell = cells[at];
          if (!cell) return null;
          return (
            <li key={index}>
              <button
                type="button"
                onClick={() => {
                  onClose();
                  // After the dialog has given the focus back.
                  setTimeout(() => editor.jump(id, ...(line === 0 ? [] : [line, column])));
                }}
              >
                <span className={styles.where}>
                  {cell.title || cellKey(cell, at)}, {lineWords(line)}
                </span>
                <code>
                  {line === 0
                    ? cell.options.map(({ key, value }) => `${key}=${value ?? ""}`).join(" ")
                    : cell.source.split("\n")[line - 1]?.trim()}
                </code>
              </button>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}

/** Around the declaration: some of these files have forty thousand lines. */
const around = 200;

function PackageDialog({ dialog, onClose }: Of<"package">) {
  const { module, text, line } = dialog;
  const first = Math.max(1, line - around);
  const excerpt = useMemo(
    () =>
      text
        .split("\n")
        .slice(first - 1, line + around)
        .join("\n"),
    [text, first, line],
  );
  const scrolled = useRef(false);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={module} text="A declaration of a package, to be read." wide>
      <div
        className={styles.declaration}
        tabIndex={0}
        role="region"
        aria-label={`Declarations of ${module}`}
        ref={(element) => {
          if (!element || scrolled.current) return;
          scrolled.current = true;
          element.scrollTop = Math.max(0, (line - first - 3) * 20);
        }}
      >
        <div className={styles.marked} style={{ top: (line - first) * 20 + 8 }} aria-hidden />
        <StaticCode text={excerpt} firstLine={first} />
      </div>
    </Dialog>
  );
}
