"use client";
/** Listens to the keys and asks for what they mean (keymap.ts). Letters mean something while no text is being typed. */
import { useEffect, useEffectEvent, useRef } from "react";
import { isTypingAhead } from "../../../_palette/type-ahead";
import type { Command, CommandDesk, CommandScope } from "./command";
import { useKeymap } from "./keymap-store";
import { strokeOf } from "./strokes";

/** So long the second press of two may take. */
const chordMs = 900;

/** Where the press came from, as scopes that are open to it. */
function scopesAt(target: HTMLElement): readonly CommandScope[] {
  if (target.closest(".cm-editor")) return target.closest("[data-cell]") ? ["anywhere", "notebook", "code"] : ["anywhere"];
  const free = target === document.body || target.matches("[data-cell]") || target.matches("main");
  const other = target.closest(
    "input, textarea, select, [contenteditable='true'], button, a, [role='tab'], [role='region'], [role='grid'], [role='log'], summary, iframe",
  );
  return free || !other ? ["anywhere", "notebook", "cell"] : ["anywhere"];
}

export function useCommandKeys(desk: CommandDesk): void {
  const keymap = useKeymap();
  const begun = useRef<{ readonly strokes: string; readonly at: number }>(undefined);

  const press = useEffectEvent((event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (isTypingAhead() || event.isComposing || target.closest("[role='dialog'], [role='menu'], [role='listbox'], [data-own-keys]")) return;
    // What had the focus in a dialog may be gone: its keys are the dialog's all the same.
    if (target === document.body && document.querySelector("[role='dialog'][data-state='open']")) return;
    const stroke = strokeOf(event);
    if (stroke === undefined) return;
    const scopes = scopesAt(target);
    const means = (strokes: string): Command | undefined =>
      keymap.table
        .get(strokes)
        ?.find(
          ({ scope, only, when }) =>
            scopes.includes(scope) && (only === undefined || desk.cell?.kind === only) && (when === undefined || when(desk)),
        );
    const take = () => {
      event.preventDefault();
      // Before the text editor, which has keys of its own.
      event.stopPropagation();
    };
    const last = begun.current && event.timeStamp - begun.current.at < chordMs ? `${begun.current.strokes} ${stroke}` : undefined;
    begun.current = undefined;
    const strokes = last !== undefined && (means(last) || keymap.beginnings.has(last)) ? last : stroke;
    if (scopes.includes("cell") && keymap.beginnings.has(strokes)) {
      begun.current = { strokes, at: event.timeStamp };
      return take();
    }
    const command = means(strokes);
    if (!command) {
      if (scopes.includes("code") && keymap.released.has(stroke)) take();
      return;
    }
    // The text editor hears it itself.
    if (command.native === stroke) return;
    if (event.repeat && command.group === "Running") return take();
    take();
    command.run(desk);
  });

  useEffect(() => {
    const listener = (event: KeyboardEvent) => press(event);
    addEventListener("keydown", listener, true);
    return () => removeEventListener("keydown", listener, true);
  }, []);
}
