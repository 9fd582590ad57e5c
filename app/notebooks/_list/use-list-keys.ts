"use client";
/** J/K or arrows move over the rows, / searches, N makes a new notebook; Enter on a row is the link's own. */
import { useEffect, type RefObject } from "react";

export function useListKeys(list: RefObject<HTMLElement | null>, search: RefObject<HTMLInputElement | null>, create: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented) return;
      const target = event.target as HTMLElement;
      const typing = target.closest("input, textarea, select, [contenteditable], [role='menu'], [role='dialog']");
      if (typing && !(target === search.current && (event.key === "ArrowDown" || event.key === "Escape"))) return;
      const links = [...(list.current?.querySelectorAll<HTMLElement>("a[data-notebook]") ?? [])];
      const at = links.indexOf(document.activeElement as HTMLElement);
      switch (event.key) {
        case "j":
        case "ArrowDown":
          links[Math.min(at + 1, links.length - 1)]?.focus();
          break;
        case "k":
        case "ArrowUp":
          if (at <= 0) search.current?.focus();
          else links[at - 1]?.focus();
          break;
        case "Escape":
          search.current?.blur();
          return;
        case "/":
          search.current?.focus();
          break;
        case "n":
          create();
          break;
        default:
          return;
      }
      event.preventDefault();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [list, search, create]);
}
