"use client";
/** Everything the parts of the editor may ask for, as one object that stays the same (editor-context.ts). */
import { useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { cellKey } from "@/pipelines/notebook/cell-key";
import type { Cell } from "@/pipelines/notebook/notebook";
import { useToast } from "../../_ui/toast";
import type { PageCompilation } from "./_compile/use-compilation";
import type { BoundEditors } from "./_document/bound-editors";
import type { DocumentAction, EditorDocument } from "./_document/document";
import { newCell, newCellId } from "./_document/new-cell";
import { splitAtMarkers } from "./_document/split-at-markers";
import type { RunRequest } from "./_runs/use-run-control";
import type { CellHandle, EditorActions, LogTarget, Rights } from "./editor-context";

export interface EditorParts {
  /** As it is now, drawn or not. */
  readonly getDocument: () => EditorDocument;
  readonly dispatch: (action: DocumentAction) => void;
  readonly editors: BoundEditors;
  readonly rights: Rights;
  readonly compileNow: () => PageCompilation;
  readonly run: (request: RunRequest) => void;
  readonly stop: () => void;
  readonly select: (id: string) => void;
  readonly startEditing: (id: string | undefined) => void;
  readonly folded: ReadonlySet<string>;
  readonly setFolded: (folded: ReadonlySet<string>) => void;
  readonly openLogs: (target: LogTarget) => void;
}

export function useEditorActions(parts: EditorParts): EditorActions {
  const toast = useToast();
  const latest = useRef(parts);
  useLayoutEffect(() => {
    latest.current = parts;
  });
  const handles = useRef(new Map<string, CellHandle>());

  const [actions] = useState((): EditorActions => {
    const cells = () => latest.current.getDocument().notebook.cells;
    const indexOf = (id: string) => cells().findIndex((cell) => cell.id === id);
    const element = (id: string) => document.querySelector<HTMLElement>(`[data-cell="${CSS.escape(id)}"]`);
    const edit: EditorActions["edit"] = (...edits) => {
      const { rights } = latest.current;
      if (rights.edit !== undefined) return toast({ text: rights.edit });
      latest.current.dispatch({ type: "edit", edits });
    };
    const command = (id: string) => {
      latest.current.select(id);
      latest.current.startEditing(undefined);
      const target = element(id);
      target?.focus({ preventScroll: true });
      target?.scrollIntoView({ block: "nearest" });
    };
    const insertCell = (index: number, cell: Cell) => {
      flushSync(() => edit({ type: "insert-cell", index, cell }));
      latest.current.select(cell.id);
    };
    const insert = (index: number, kind: string) => {
      if (latest.current.rights.edit !== undefined) return toast({ text: latest.current.rights.edit });
      const cell = newCell(kind);
      latest.current.startEditing(cell.id);
      insertCell(index, cell);
      handles.current.get(cell.id)?.element.scrollIntoView({ block: "nearest" });
    };
    const unfold = (id: string) => {
      const { folded, setFolded } = latest.current;
      if (folded.has(id)) flushSync(() => setFolded(new Set([...folded].filter((each) => each !== id))));
    };
    const jump: EditorActions["jump"] = (id, line, column) => {
      unfold(id);
      latest.current.select(id);
      const handle = handles.current.get(id);
      const target = handle?.element ?? element(id);
      target?.scrollIntoView({ block: line === undefined ? "start" : "center" });
      if (line === undefined) target?.focus({ preventScroll: true });
      else handle?.reveal(line, column ?? 1);
    };
    return {
      get rights() {
        return latest.current.rights;
      },
      attach: (id, view) => latest.current.editors.attach(id, view),
      isBound: () => latest.current.editors.isBound,
      edit,
      setSource(cell, source) {
        edit({ type: "set-source", id: cell.id, source });
        const made: string[] = [];
        const index = indexOf(cell.id);
        const split = splitAtMarkers({ ...cell, source }, index, () => {
          made.push(newCellId());
          return made.at(-1)!;
        });
        if (!split) return;
        latest.current.startEditing(made.at(-1)!);
        edit(...split);
      },
      insert,
      insertWritten(written, after) {
        const cell = { ...written, id: newCellId() };
        const index = after === undefined ? -1 : indexOf(after);
        insertCell(index < 0 ? cells().length : index + 1, cell);
        element(cell.id)?.scrollIntoView({ block: "center" });
      },
      duplicate(id) {
        const index = indexOf(id);
        const cell = cells()[index];
        if (cell) insertCell(index + 1, { ...cell, id: newCellId(), title: cell.title === "" ? "" : `${cell.title} copy` });
      },
      remove(id) {
        const index = indexOf(id);
        const cell = cells()[index];
        if (!cell) return;
        if (latest.current.rights.edit !== undefined) return toast({ text: latest.current.rights.edit });
        const neighbour = cells()[index + 1] ?? cells()[index - 1];
        flushSync(() => edit({ type: "delete-cell", id }));
        if (neighbour) command(neighbour.id);
        toast({
          text: `Deleted “${cell.title || cellKey(cell, index)}”.`,
          action: { label: "Undo", onSelect: () => insertCell(index, cell) },
        });
      },
      move(id, offset) {
        const index = indexOf(id) + offset;
        if (index < 0 || index >= cells().length) return;
        flushSync(() => edit({ type: "move-cell", id, index }));
        element(id)?.scrollIntoView({ block: "nearest" });
      },
      moveTo(id, index) {
        const from = indexOf(id);
        if (from < 0) return;
        edit({ type: "move-cell", id, index: index > from ? index - 1 : index });
      },
      toggleFold(id) {
        const { folded, setFolded } = latest.current;
        setFolded(folded.has(id) ? new Set([...folded].filter((each) => each !== id)) : new Set([...folded, id]));
      },
      select: (id) => latest.current.select(id),
      command,
      focusEditor(id) {
        unfold(id);
        handles.current.get(id)?.edit();
      },
      focusNeighbour(id, offset) {
        const next = cells()[indexOf(id) + offset];
        if (!next) return false;
        const handle = handles.current.get(next.id);
        if (next.kind === "markdown" || latest.current.folded.has(next.id) || !handle) command(next.id);
        else handle.edit(offset === 1 ? "start" : "end");
        return true;
      },
      runCell(id, then = "stay") {
        const index = indexOf(id);
        const task = latest.current.compileNow().dag.tasks.find((each) => each.cell === id);
        if (task) latest.current.run({ targets: [task.key] });
        const next = cells()[index + 1];
        if (latest.current.rights.edit === undefined && (then === "insert" || (then === "next" && !next))) insert(index + 1, "code");
        else if (then === "next" && next) command(next.id);
      },
      run: (request) => latest.current.run(request),
      stop: () => latest.current.stop(),
      openLogs: (target) => latest.current.openLogs(target),
      jump,
      jumpToKey(key, line, column) {
        const task = latest.current.compileNow().dag.tasks.find((each) => each.key === key);
        const cell = cells().find((each, index) => each.id === task?.cell || cellKey(each, index) === key);
        if (cell) jump(cell.id, line, column);
      },
      register(id, handle) {
        if (handle) handles.current.set(id, handle);
        else handles.current.delete(id);
      },
      names(except) {
        const { tasks, params } = latest.current.compileNow().dag;
        return [
          ...params.map((param) => ({ name: param.name, detail: "parameter" })),
          ...tasks
            .filter((task) => task.cell !== except)
            .flatMap((task) => task.outputs.map((name) => ({ name, detail: task.title || task.key }))),
        ];
      },
    };
  });
  return actions;
}
