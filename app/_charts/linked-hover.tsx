"use client";
/** One hover for all charts of a page: the same x and the same run are marked everywhere. */
import { createContext, use, useState, useSyncExternalStore, type ReactNode } from "react";

export interface Hover {
  readonly x: number | undefined;
  readonly runId: string | undefined;
  /** The chart that the pointer or the focus is on: only it shows the card. */
  readonly chart: string | undefined;
}

const nothing: Hover = { x: undefined, runId: undefined, chart: undefined };

class HoverStore {
  #hover = nothing;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
  readonly read = () => this.#hover;
  readonly readRun = () => this.#hover.runId;

  readonly set = (hover: Partial<Hover>) => {
    const next = { ...this.#hover, ...hover };
    if (next.x === this.#hover.x && next.runId === this.#hover.runId && next.chart === this.#hover.chart) return;
    this.#hover = next;
    for (const each of this.#listeners) each();
  };
  readonly clear = () => this.set(nothing);
}

const HoverContext = createContext(new HoverStore());

export function LinkedCharts({ children }: { readonly children: ReactNode }) {
  const [store] = useState(() => new HoverStore());
  return <HoverContext value={store}>{children}</HoverContext>;
}

export function useHoverStore() {
  return use(HoverContext);
}

export function useHover(): Hover {
  const store = use(HoverContext);
  return useSyncExternalStore(store.subscribe, store.read, () => nothing);
}

/** Changes only when the run does: for rows and lines that light up. */
export function useHoveredRun(): string | undefined {
  const store = use(HoverContext);
  return useSyncExternalStore(store.subscribe, store.readRun, () => undefined);
}
