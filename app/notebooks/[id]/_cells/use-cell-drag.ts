"use client";
/**
 * Carries a cell, with the row that it belongs to, by its handle: mouse, pen and finger. The place where it would go is
 * marked on the page itself, so that no cell is drawn again while one carries.
 */
import { useEffect, useRef, type PointerEvent as ReactPointerEvent } from "react";
import { useEditor } from "../editor-context";

/** So near the edge of the window the page moves along. */
const edge = 72;

interface Drop {
  readonly element: HTMLElement;
  readonly side: "before" | "after";
}

export function useCellDrag(id: string) {
  const editor = useEditor();
  const stop = useRef<() => void>(undefined);
  useEffect(() => () => stop.current?.(), []);
  return (event: ReactPointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const handle = event.currentTarget;
    const start = { x: event.clientX, y: event.clientY };
    let at = start;
    let dragging = false;
    let drop: Drop | undefined;
    let frame = 0;
    const own = editor.rowOf(id);
    const mark = (next: Drop | undefined) => {
      if (drop?.element === next?.element && drop?.side === next?.side) return;
      drop?.element.removeAttribute("data-drop");
      next?.element.setAttribute("data-drop", next.side);
      drop = next;
    };
    const look = () => {
      frame = requestAnimationFrame(look);
      if (!dragging) return;
      if (at.y < edge + 48) scrollBy(0, -12);
      else if (at.y > innerHeight - edge) scrollBy(0, 12);
      mark(findDrop(at.y));
    };
    const move = (moved: PointerEvent) => {
      at = { x: moved.clientX, y: moved.clientY };
      if (!dragging && Math.hypot(at.x - start.x, at.y - start.y) > 4) {
        dragging = true;
        for (const one of own) document.querySelector(`[data-cell="${CSS.escape(one)}"]`)?.setAttribute("data-dragged", "");
      }
      if (dragging) mark(findDrop(at.y));
    };
    const end = (put: boolean) => () => {
      stop.current = undefined;
      cancelAnimationFrame(frame);
      const target = drop;
      mark(undefined);
      for (const one of document.querySelectorAll("[data-dragged]")) one.removeAttribute("data-dragged");
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("pointerup", up);
      handle.removeEventListener("pointercancel", cancel);
      removeEventListener("keydown", escape, true);
      if (!put || !dragging || !target) return;
      const all = [...document.querySelectorAll<HTMLElement>("[data-cell]")];
      const index = Number(target.element.dataset["index"] ?? all.indexOf(target.element));
      editor.moveTo(own, target.side === "after" ? index + 1 : index);
    };
    const up = end(true);
    const cancel = end(false);
    const escape = (key: KeyboardEvent) => {
      if (key.key !== "Escape" || !dragging) return;
      key.stopPropagation();
      cancel();
    };
    stop.current = cancel;
    try {
      handle.setPointerCapture(event.pointerId);
    } catch {
      // The pointer is gone already.
    }
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", up);
    handle.addEventListener("pointercancel", cancel);
    addEventListener("keydown", escape, true);
    frame = requestAnimationFrame(look);
  };
}

/** The cell that stands at this height, and whether its upper or lower half does. */
function findDrop(y: number): Drop | undefined {
  let nearest: Drop | undefined;
  let distance = Infinity;
  for (const element of document.querySelectorAll<HTMLElement>("[data-cell]")) {
    const box = element.getBoundingClientRect();
    const away = y < box.top ? box.top - y : y > box.bottom ? y - box.bottom : 0;
    if (away >= distance) continue;
    distance = away;
    nearest = { element, side: y < box.top + box.height / 2 ? "before" : "after" };
  }
  return nearest;
}
