"use client";
/** The keys of this person, kept in the browser and the same in all its windows. */
import { useMemo, useSyncExternalStore } from "react";
import { commands } from "./commands";
import { keysOf, toKeymap, type KeyChanges, type Keymap } from "./keymap";
import { strokeWords } from "./strokes";

const storageKey = "heddle.keys";
const none: KeyChanges = {};
let changes: KeyChanges | undefined;
const listeners = new Set<() => void>();

function read(): KeyChanges {
  if (changes) return changes;
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "{}");
    changes = typeof stored === "object" && stored !== null ? (stored as KeyChanges) : none;
  } catch {
    changes = none;
  }
  return changes;
}

function subscribe(listener: () => void): () => void {
  const elsewhere = (event: StorageEvent) => {
    if (event.key !== storageKey) return;
    changes = undefined;
    listener();
  };
  listeners.add(listener);
  addEventListener("storage", elsewhere);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", elsewhere);
  };
}

export function useKeyChanges(): KeyChanges {
  return useSyncExternalStore(subscribe, read, () => none);
}

export function setKeyChanges(next: KeyChanges): void {
  changes = next;
  if (Object.keys(next).length === 0) localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, JSON.stringify(next));
  for (const listener of listeners) listener();
}

export function useKeymap(): Keymap {
  const now = useKeyChanges();
  return useMemo(() => toKeymap(commands, now), [now]);
}

const byId = new Map(commands.map((command) => [command.id, command]));

/** "Ctrl Enter": what a hint says of a command's keys. */
export function useKeyWords(id: string): string | undefined {
  const now = useKeyChanges();
  const command = byId.get(id);
  const stroke = command && keysOf(command, now)[0];
  return stroke === undefined ? undefined : strokeWords(stroke);
}
