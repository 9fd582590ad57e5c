"use client";
/** Whether the palette is open, and what the page adds to it. One for the whole window: frame.tsx shows it. */
import { useSyncExternalStore } from "react";
import { beginTyping } from "./type-ahead";

export interface PaletteItem {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  /** "Ctrl Enter". */
  readonly keys?: string | undefined;
  /** Only among what is looked for: there are many of these. */
  readonly onlyFound?: boolean;
  readonly run: () => void;
}

type Source = () => readonly PaletteItem[];

let source: Source | undefined;
let items: readonly PaletteItem[] | undefined;
let before: Element | null = null;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

/** The page's own; it then opens the palette by keys of its own, too. Returns a function that takes it back. */
export function offerToPalette(next: Source): () => void {
  source = next;
  return () => {
    if (source === next) source = undefined;
  };
}

export function hasPaletteSource(): boolean {
  return source !== undefined;
}

export function openPalette(): void {
  before = document.activeElement;
  items = source?.() ?? [];
  beginTyping();
  tell();
}

export function closePalette(): void {
  items = undefined;
  tell();
}

/** To whoever had the focus before the palette. */
export function returnFocus(): void {
  if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
}

/** What the page offered when the palette was opened; undefined while it is closed. */
export function useOpenPalette(): readonly PaletteItem[] | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => items,
    () => undefined,
  );
}
