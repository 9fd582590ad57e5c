"use client";
/**
 * A long list by keyboard: Tab comes to one line of it, arrows, Page and Home and End go from line to line, right and left unfold and
 * fold, Enter opens. Lines that are not in the page yet are scrolled to first.
 */
import { useEffect, useRef, useState, type FocusEvent, type KeyboardEvent } from "react";
import type { TaskLine } from "../_run/prepare-tasks";

const page = 20;

export function useRowKeys(lines: readonly TaskLine[], list: HTMLElement | null, scrollTo: (index: number) => void) {
  const [asked, setAt] = useState(0);
  const at = Math.min(asked, Math.max(0, lines.length - 1));
  const going = useRef<number>(undefined);
  const find = (index: number) => list?.querySelector<HTMLElement>(`[data-line="${index}"]`);
  // Runs after every drawing: the line may have come into the page only with this one.
  useEffect(() => {
    const row = going.current === undefined ? undefined : find(going.current);
    if (!row) return;
    going.current = undefined;
    row.focus({ preventScroll: true });
  });
  const go = (index: number) => {
    const next = Math.max(0, Math.min(lines.length - 1, index));
    going.current = next;
    setAt(next);
    scrollTo(next);
    const row = find(next);
    if (!row) return;
    going.current = undefined;
    row.focus({ preventScroll: true });
  };
  const indexOf = (target: EventTarget) => Number((target as Element).closest<HTMLElement>("[data-line]")?.dataset["line"] ?? at);
  return {
    at,
    onFocus: (event: FocusEvent) => setAt(indexOf(event.target)),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const from = indexOf(event.target);
      const row = find(from);
      const line = lines[from];
      const fold = row?.querySelector<HTMLElement>("[data-fold]");
      const steps: Record<string, () => void> = {
        ArrowDown: () => go(from + 1),
        ArrowUp: () => go(from - 1),
        PageDown: () => go(from + page),
        PageUp: () => go(from - page),
        Home: () => go(0),
        End: () => go(lines.length - 1),
        ArrowRight: () => (fold?.dataset["fold"] === "closed" ? fold.click() : undefined),
        ArrowLeft: () => {
          if (fold?.dataset["fold"] === "open") fold.click();
          else if (line?.type === "element") go(lines.findIndex((one) => one.type === "group" && one.task.key === line.task.key));
        },
        Enter: () => row?.querySelector<HTMLElement>("[data-task-run]")?.click(),
      };
      const step = steps[event.key];
      // A button inside does by itself what Enter means for it.
      if (!step || (event.key === "Enter" && event.target !== row)) return;
      event.preventDefault();
      step();
    },
  };
}
