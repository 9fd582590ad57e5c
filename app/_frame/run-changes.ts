"use client";
/** Hands the frame's one `run.watchAll` subscription to whoever on the page wants it. */
import { useEffect, useRef } from "react";
import type { RunStatus } from "@/pipelines/run/run";

export interface RunChange {
  readonly runId: string;
  readonly notebookId?: string | undefined;
  readonly status: RunStatus;
}

const listeners = new Set<(change: RunChange) => void>();

export function announceRun(change: RunChange): void {
  for (const each of listeners) each(change);
}

/** Calls `onChange` for every change of any run of the workspace while the component is there. */
export function useRunChanges(onChange: (change: RunChange) => void): void {
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    const listener = (change: RunChange) => latest.current(change);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
}
