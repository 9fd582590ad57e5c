"use client";
/** Keys that mean something while no text is being typed: Jupyter's, as people carry them with them. */
import { useEffect, useEffectEvent, useRef } from "react";

export interface CommandKeys {
  readonly edit: () => void;
  readonly next: () => void;
  readonly previous: () => void;
  readonly insertAbove: () => void;
  readonly insertBelow: () => void;
  readonly remove: () => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly setKind: (kind: string) => void;
  readonly fold: () => void;
  readonly moveUp: () => void;
  readonly moveDown: () => void;
  readonly cut: () => void;
  readonly copy: () => void;
  readonly paste: () => void;
  readonly run: (then: "stay" | "next" | "insert") => void;
  readonly runAll: () => void;
  readonly stop: () => void;
  readonly save: () => void;
  readonly log: () => void;
  readonly panel: () => void;
  readonly help: () => void;
}

const chordMs = 700;

export function useCommandKeys(keys: CommandKeys): void {
  const last = useRef<{ key: string; at: number }>(undefined);

  const everywhere = useEffectEvent((event: KeyboardEvent): boolean => {
    const mod = event.ctrlKey || event.metaKey;
    if (mod && event.key.toLowerCase() === "s" && !event.shiftKey) keys.save();
    else if (mod && event.shiftKey && event.key === "Enter") keys.runAll();
    else if (mod && event.shiftKey && event.key === "ArrowUp") keys.moveUp();
    else if (mod && event.shiftKey && event.key === "ArrowDown") keys.moveDown();
    else return false;
    return true;
  });

  const command = useEffectEvent((event: KeyboardEvent): boolean => {
    const mod = event.ctrlKey || event.metaKey;
    if (event.key === "Enter") {
      if (mod) keys.run("stay");
      else if (event.shiftKey) keys.run("next");
      else if (event.altKey) keys.run("insert");
      else keys.edit();
      return true;
    }
    if (mod || event.altKey) return false;
    const twice = last.current?.key === event.key && event.timeStamp - last.current.at < chordMs;
    last.current = { key: event.key, at: event.timeStamp };
    switch (event.key) {
      case "j":
      case "ArrowDown":
        keys.next();
        return true;
      case "k":
      case "ArrowUp":
        keys.previous();
        return true;
      case "a":
        keys.insertAbove();
        return true;
      case "b":
        keys.insertBelow();
        return true;
      case "m":
        keys.setKind("markdown");
        return true;
      case "y":
        keys.setKind("code");
        return true;
      case "f":
        keys.fold();
        return true;
      case "x":
        keys.cut();
        return true;
      case "c":
        keys.copy();
        return true;
      case "v":
        keys.paste();
        return true;
      case "z":
        keys.undo();
        return true;
      case "Z":
        keys.redo();
        return true;
      case "l":
        keys.log();
        return true;
      case "g":
        keys.panel();
        return true;
      case "?":
        keys.help();
        return true;
      case "d":
      case "i":
        if (!twice) return true;
        last.current = undefined;
        if (event.key === "d") keys.remove();
        else keys.stop();
        return true;
      default:
        return false;
    }
  });

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (target.closest("[role='dialog'], [role='menu']")) return;
      if (everywhere(event)) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      // Letters belong to whoever takes text, Enter and the like to what has the focus.
      const free = target === document.body || target.matches("[data-cell]") || target.matches("main");
      const other = target.closest(
        "input, textarea, select, [contenteditable='true'], button, a, [role='tab'], [role='region'], [role='grid'], [role='log'], summary, iframe",
      );
      if ((free || !other) && command(event)) event.preventDefault();
    };
    // Before CodeMirror, which has its own Ctrl+Shift+Enter and moves lines with the arrows.
    addEventListener("keydown", onKey, true);
    return () => removeEventListener("keydown", onKey, true);
  }, []);
}
