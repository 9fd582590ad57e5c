"use client";
/** The text of a cell: static until it is near the window, then an editor. Reports itself to the editor as a handle. */
import { use, useEffect, useEffectEvent, useMemo, useRef } from "react";
import { flushSync } from "react-dom";
import type { ShownDiagnostic } from "@/pipelines/language/shown-diagnostics";
import type { Cell } from "@/pipelines/notebook/notebook";
import { CodeEditor, type CodeEditorHandle } from "../../../_code/code-editor";
import { StaticCode } from "../../../_code/static-code";
import { LanguageContext } from "../_language/language-context";
import { completeSql } from "../_outputs/complete-sql";
import { KnownTablesContext } from "../_outputs/known-tables";
import { useEditor } from "../editor-context";
import styles from "./cell.module.css";
import { useMounting } from "./use-mounting";

const noDiagnostics: readonly ShownDiagnostic[] = [];

export function CellCode({
  cell,
  label,
  diagnostics = noDiagnostics,
  language,
  first,
  startEditing,
  onLeave,
}: {
  readonly cell: Cell;
  readonly label: string;
  readonly diagnostics?: readonly ShownDiagnostic[] | undefined;
  readonly language: "typescript" | "sql" | "plain";
  /** Among the cells that a page shows first: coloured at once. */
  readonly first?: boolean;
  /** Mounts at once, with the cursor at the end. */
  readonly startEditing?: boolean;
  readonly onLeave?: () => void;
}) {
  const editor = useEditor();
  const { intelligenceOf, inlay } = use(LanguageContext);
  const tables = use(KnownTablesContext);
  const host = useRef<HTMLDivElement>(null);
  const code = useRef<CodeEditorHandle>(null);
  const [state, mountNow] = useMounting(host, first === true ? "near" : "far");
  const mounted = state === "mounted" || startEditing === true;

  const mountEditor = (): CodeEditorHandle | null => {
    if (!code.current) flushSync(mountNow);
    return code.current;
  };
  const editorForHandle = useEffectEvent(mountEditor);
  useEffect(() => {
    const element = host.current?.closest<HTMLElement>("[data-cell]");
    if (!element) return;
    editor.register(cell.id, {
      element,
      edit: (at) => editorForHandle()?.focus(at),
      reveal: (line, column) => editorForHandle()?.reveal(line, column),
      mount: () => void editorForHandle(),
    });
    return () => editor.register(cell.id, undefined);
  }, [editor, cell.id]);
  useEffect(() => {
    if (startEditing) code.current?.focus("end");
  }, [startEditing]);

  const inSource = useMemo(
    () =>
      diagnostics
        .filter((each) => each.place.in === "source")
        .map((each) => ({
          severity: each.severity,
          message: each.message,
          line: each.place.line,
          column: each.place.column,
          endLine: each.place.endLine,
          endColumn: each.place.endColumn,
        })),
    [diagnostics],
  );

  return (
    <div ref={host} className={styles.code} data-code-area={cell.kind === "markdown" ? undefined : ""}>
      {mounted ? (
        <CodeEditor
          ref={code}
          value={cell.source}
          language={language}
          label={label}
          readOnly={editor.rights.edit !== undefined}
          attach={(view) => editor.attach(cell.id, view)}
          isBound={editor.isBound}
          onChange={(source) => editor.setSource(cell, source)}
          onFocus={() => editor.select(cell.id)}
          diagnostics={inSource}
          names={() => editor.names(cell.id)}
          intelligence={language === "typescript" ? intelligenceOf?.(cell.id) : undefined}
          complete={language === "sql" ? (context) => completeSql(context, tables) : undefined}
          inlay={inlay}
          keys={{
            leave: () => {
              onLeave?.();
              editor.command(cell.id);
              return true;
            },
            up: () => editor.focusNeighbour(cell.id, -1),
            down: () => editor.focusNeighbour(cell.id, 1),
          }}
        />
      ) : (
        <StaticCode
          text={cell.source}
          language={language === "sql" ? "plain" : language}
          numbers={language !== "plain"}
          coloured={state !== "far"}
          onPointerDown={({ clientX, clientY }) => {
            const now = mountEditor();
            requestAnimationFrame(() => now?.focusAtPoint(clientX, clientY));
          }}
        />
      )}
    </div>
  );
}
