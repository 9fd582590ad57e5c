"use client";
/** Everything the parts of the editor may ask for, as one object that stays the same (editor-context.ts). */
import { EditorSelection } from "@codemirror/state";
import { EditorView, runScopeHandlers } from "@codemirror/view";
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
import { pressOf } from "./_keys/strokes";
import type { RunRequest } from "./_runs/use-run-control";
import { insertCells, isDisabled, mergeCells, moveCells, moveCellsTo, setDisabled, splitCell } from "./_structure/structure-edits";
import { findRelatives } from "../../_graph/find-relatives";
import type { CellHandle, EditorActions, LogTarget, Rights } from "./editor-context";
import type { Selection } from "./use-selection";

const nothingToRun = "There is nothing to run here: no cell that computes a value.";

export interface EditorParts {
  /** As it is now, drawn or not. */
  readonly getDocument: () => EditorDocument;
  readonly dispatch: (action: DocumentAction) => void;
  readonly editors: BoundEditors;
  readonly rights: Rights;
  readonly compileNow: () => PageCompilation;
  readonly run: (request: RunRequest) => void;
  readonly stop: () => void;
  readonly selection: Selection;
  readonly stale: ReadonlySet<string>;
  /** Shows cells that stand in collapsed sections. */
  readonly show: (id: string) => void;
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
    const mayNotEdit = () => {
      const { rights } = latest.current;
      if (rights.edit === undefined) return false;
      toast({ text: rights.edit });
      return true;
    };
    const edit: EditorActions["edit"] = (...edits) => {
      if (!mayNotEdit()) latest.current.dispatch({ type: "edit", edits });
    };
    const step: EditorActions["step"] = (edits) => {
      if (edits.length > 0 && !mayNotEdit()) latest.current.dispatch({ type: "edit", edits, isStep: true });
    };
    const viewOf = (id: string) => {
      const dom = element(id)?.querySelector<HTMLElement>(".cm-editor");
      return (dom && EditorView.findFromDOM(dom)) ?? undefined;
    };
    const focusCell = (id: string) => {
      const target = element(id);
      target?.focus({ preventScroll: true });
      target?.scrollIntoView({ block: "nearest" });
    };
    const command = (id: string) => {
      latest.current.show(id);
      latest.current.selection.selectOnly(id);
      latest.current.startEditing(undefined);
      const target = element(id);
      target?.focus({ preventScroll: true });
      target?.scrollIntoView({ block: "nearest" });
    };
    const insertCell = (index: number, cell: Cell) => {
      flushSync(() => edit({ type: "insert-cell", index, cell }));
      latest.current.show(cell.id);
      latest.current.selection.selectOnly(cell.id);
    };
    const insert = (index: number, kind: string, source?: string) => {
      if (mayNotEdit()) return;
      const made = newCell(kind);
      const cell = source === undefined ? made : { ...made, source };
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
      latest.current.show(id);
      latest.current.selection.selectOnly(id);
      const handle = handles.current.get(id);
      const target = handle?.element ?? element(id);
      target?.scrollIntoView({ block: line === undefined ? "start" : "center" });
      if (line === undefined) target?.focus({ preventScroll: true });
      else handle?.reveal(line, column ?? 1);
    };
    const say = (text: string) => toast({ text });
    const extendTo = (id: string) => {
      flushSync(() => latest.current.selection.extendTo(id));
      focusCell(id);
    };
    const runCells = (ids: readonly string[]) => {
      const targets = latest.current
        .compileNow()
        .dag.tasks.filter((task) => ids.includes(task.cell))
        .map((task) => task.key);
      if (targets.length === 0) return say(nothingToRun);
      latest.current.run({ targets });
    };
    const runCell: EditorActions["runCell"] = (id, then = "stay") => {
      const index = indexOf(id);
      const cell = cells()[index];
      const task = latest.current.compileNow().dag.tasks.find((each) => each.cell === id);
      if (task) latest.current.run({ targets: [task.key] });
      const next = cells()[index + 1];
      if (latest.current.rights.edit === undefined && (then === "insert" || (then === "next" && !next))) insert(index + 1, "code");
      else if (then === "next" && next) command(next.id);
      // Text is done when it is read.
      else if (cell?.kind === "markdown") command(id);
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
      remove(ids) {
        const all = cells();
        const gone = all.flatMap((cell, index) => (ids.includes(cell.id) ? [{ cell, index }] : []));
        const [first] = gone;
        const last = gone.at(-1);
        if (!first || !last || mayNotEdit()) return;
        const neighbour = all[last.index + 1] ?? all[first.index - 1];
        flushSync(() => edit(...gone.map(({ cell }) => ({ type: "delete-cell" as const, id: cell.id }))));
        if (neighbour) command(neighbour.id);
        toast({
          text: gone.length === 1 ? `Deleted “${first.cell.title || cellKey(first.cell, first.index)}”.` : `Deleted ${gone.length} cells.`,
          action: {
            label: "Undo",
            onSelect: () => {
              flushSync(() => edit(...gone.map(({ cell, index }) => ({ type: "insert-cell" as const, index, cell }))));
              latest.current.selection.selectOnly(first.cell.id);
            },
          },
        });
      },
      move(ids, offset) {
        const edits = moveCells(cells(), ids, offset);
        if (edits.length === 0) return;
        flushSync(() => edit(...edits));
        element(latest.current.selection.selected ?? ids[0]!)?.scrollIntoView({ block: "nearest" });
      },
      moveTo(ids, index) {
        const edits = moveCellsTo(cells(), ids, index);
        if (edits.length > 0) edit(...edits);
      },
      paste(pasted, index) {
        if (mayNotEdit()) return;
        const edits = insertCells(pasted, index, newCellId);
        const [first] = edits;
        const last = edits.at(-1);
        if (!first || !last) return say("Nothing has been cut or copied yet.");
        flushSync(() => edit(...edits));
        command(first.cell.id);
        if (last !== first) extendTo(last.cell.id);
      },
      merge(ids) {
        if (mayNotEdit()) return;
        const all = cells();
        const chosen = all.filter((cell) => ids.includes(cell.id));
        const below = chosen.length === 1 ? all[all.indexOf(chosen[0]!) + 1] : undefined;
        const edits = mergeCells(below ? [...chosen, below] : chosen);
        if (typeof edits === "string") return say(edits);
        flushSync(() => step(edits));
        command(chosen[0]!.id);
      },
      split(id) {
        if (mayNotEdit()) return;
        const index = indexOf(id);
        const cell = cells()[index];
        const view = viewOf(id);
        if (!cell || !view) return;
        const made = newCellId();
        const edits = splitCell({ ...cell, source: view.state.doc.toString() }, index, view.state.selection.main.head, made);
        latest.current.startEditing(made);
        flushSync(() => step(edits));
        latest.current.selection.selectOnly(made);
        handles.current.get(made)?.edit("start");
      },
      toggleDisabled(ids) {
        const chosen = cells().filter((cell) => ids.includes(cell.id));
        const off = chosen.some((cell) => !isDisabled(cell));
        const edits = chosen.flatMap((cell) => setDisabled(cell, off));
        if (edits.length === 0) return say("Text and parameters do not run: there is nothing to switch off.");
        edit(...edits);
      },
      format(ids) {
        const chosen = cells().filter((cell) => ids.includes(cell.id));
        import("./_structure/format-cells")
          .then(({ formatCells }) => formatCells(chosen))
          .then(({ edits, faults }) => {
            const now = new Map(cells().map((cell) => [cell.id, cell.source]));
            // What was typed meanwhile is not taken back.
            step(edits.filter(({ id }) => now.get(id) === chosen.find((cell) => cell.id === id)?.source));
            if (faults[0] !== undefined)
              say(`${faults.length === 1 ? "One cell" : `${faults.length} cells`} could not be read, and stayed as it was: ${faults[0]}`);
          })
          .catch((error: Error) => toast({ text: `Could not format: ${error.message}`, failed: true }));
      },
      surround(id, mark, end) {
        if (mayNotEdit()) return;
        const view = viewOf(id);
        view?.dispatch(
          view.state.changeByRange((range) => ({
            changes: [
              { from: range.from, insert: mark },
              { from: range.to, insert: end },
            ],
            range: EditorSelection.range(range.from + mark.length, range.to + mark.length),
          })),
          { userEvent: "input" },
        );
      },
      pressInText(id, stroke) {
        if (!viewOf(id)?.hasFocus) handles.current.get(id)?.edit();
        const view = viewOf(id);
        if (view) runScopeHandlers(view, pressOf(stroke), "editor");
      },
      toggleFold(ids) {
        const { folded, setFolded } = latest.current;
        const fold = ids.some((id) => !folded.has(id));
        setFolded(fold ? new Set([...folded, ...ids]) : new Set([...folded].filter((each) => !ids.includes(each))));
      },
      step,
      select: (id) => latest.current.selection.select(id),
      selectOnly: (id) => latest.current.selection.selectOnly(id),
      extendTo,
      chooseAll: () => latest.current.selection.chooseAll(),
      rowOf: (id) => {
        const { row } = latest.current.selection;
        return row.has(id) ? [...row] : [id];
      },
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
      runCell,
      runChosen(then) {
        const { chosen } = latest.current.selection;
        const last = chosen.at(-1);
        if (!last) return;
        if (chosen.length === 1) return runCell(last.id, then);
        runCells(chosen.map(({ id }) => id));
        const index = indexOf(last.id);
        if (then === "insert" && latest.current.rights.edit === undefined) insert(index + 1, "code");
        else if (then === "next" && cells()[index + 1]) command(cells()[index + 1]!.id);
      },
      runCells,
      runWithReaders(ids) {
        const { tasks } = latest.current.compileNow().dag;
        const own = tasks.filter((task) => ids.includes(task.cell)).map((task) => task.key);
        const targets = new Set(own.flatMap((key) => [key, ...findRelatives(tasks, key).downstream]));
        if (targets.size === 0) return say(nothingToRun);
        latest.current.run({ targets: [...targets] });
      },
      runStale() {
        latest.current.compileNow();
        const { stale } = latest.current;
        if (stale.size === 0) return say("Nothing is out of date.");
        latest.current.run({ targets: [...stale] });
      },
      say,
      sayWithUndo: (text) => toast({ text, action: { label: "Undo", onSelect: () => latest.current.dispatch({ type: "undo" }) } }),
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
