"use client";
/** Headings and titled cells, as deep as they stand; a click jumps, the button runs what stands below a heading. */
import { CircleAlert, Play, PowerOff } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import type { Task } from "@/pipelines/compile/dag";
import type { ShownDiagnostic } from "@/pipelines/language/shown-diagnostics";
import type { Cell } from "@/pipelines/notebook/notebook";
import { IconButton } from "../../../_ui/button";
import { StateIcon } from "../../../_ui/state-icon";
import type { CellView } from "../_runs/cell-view";
import { toOutline, type OutlineEntry } from "../_structure/sections";
import { useEditor } from "../editor-context";
import styles from "./outline-tab.module.css";

export interface OutlineTabProps {
  readonly cells: readonly Cell[];
  readonly selected: string | undefined;
  readonly tasks: readonly Task[];
  readonly views: ReadonlyMap<string, CellView>;
  readonly problems: readonly ShownDiagnostic[];
  readonly off: ReadonlyMap<string, string>;
  readonly onRunSection: (cell: string) => void;
}

export function OutlineTab({ cells, selected, tasks, views, problems, off, onRunSection }: OutlineTabProps) {
  const editor = useEditor();
  const entries = useMemo(() => toOutline(cells), [cells]);
  const keyOf = useMemo(() => new Map(tasks.map((task) => [task.cell, task.key])), [tasks]);
  const broken = useMemo(() => new Set(problems.filter(({ severity }) => severity === "error").map(({ place }) => place.cell)), [problems]);
  const current = useMemo(() => findCurrent(cells, entries, selected), [cells, entries, selected]);
  const row = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    row.current?.scrollIntoView({ block: "nearest" });
  }, [current]);
  if (entries.length === 0)
    return (
      <p className={styles.word}>
        Headings of text cells and titles of cells stand here. Begin a text cell with “# ”, or give a cell a title.
      </p>
    );
  return (
    <ul className={styles.outline} aria-label="Outline">
      {entries.map((entry) => {
        const view = views.get(keyOf.get(entry.cell) ?? "");
        const isNow = entry === current;
        return (
          <li key={`${entry.cell} ${entry.line ?? ""}`} className={styles.entry}>
            <button
              ref={isNow ? row : undefined}
              type="button"
              className={styles.jump}
              style={{ paddingInlineStart: 8 + (entry.level - 1) * 14 }}
              aria-current={isNow ? "location" : undefined}
              data-heading={entry.line === undefined ? undefined : entry.level}
              onClick={() => editor.jump(entry.cell)}
            >
              <span className={styles.text}>{entry.text}</span>
              {entry.line === undefined && broken.has(entry.cell) && (
                <CircleAlert size={14} className={styles.broken} aria-label="Has an error" />
              )}
              {entry.line === undefined && off.has(entry.cell) && <PowerOff size={14} aria-label="Does not run" />}
              {entry.line === undefined && view && <StateIcon state={view.status} />}
            </button>
            {entry.line !== undefined && (
              <IconButton small className={styles.run} label={`Run the section “${entry.text}”`} onClick={() => onRunSection(entry.cell)}>
                <Play size={12} />
              </IconButton>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** The entry of the cell one is in, or the last one above it. */
function findCurrent(cells: readonly Cell[], entries: readonly OutlineEntry[], selected: string | undefined): OutlineEntry | undefined {
  const order = new Map(cells.map(({ id }, index) => [id, index]));
  const at = selected === undefined ? undefined : order.get(selected);
  if (at === undefined) return undefined;
  return entries.find((entry) => entry.cell === selected) ?? entries.findLast((entry) => order.get(entry.cell)! <= at);
}
