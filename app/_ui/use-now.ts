"use client";
/** The time, for everything on the page that tells it: one ticking clock for all, stopped while nobody looks. */
import { useSyncExternalStore } from "react";

function makeClock(every: number) {
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const listeners = new Set<() => void>();
  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      now = Date.now();
      timer ??= setInterval(() => {
        if (document.hidden) return;
        now = Date.now();
        for (const each of listeners) each();
      }, every);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
    read: () => now,
  };
}

/** How old the slow clock may be. */
export const slowMs = 10_000;

const clocks = { slow: makeClock(slowMs), fast: makeClock(500) };

/** `fast` for what runs now, `slow` for "3 min ago". */
export function useNow(speed: keyof typeof clocks): number {
  const clock = clocks[speed];
  return useSyncExternalStore(clock.subscribe, clock.read, clock.read);
}
