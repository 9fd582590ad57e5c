"use client";
/** Runs what a change has made out of date, once nobody has typed for a moment. Never because a page was opened. */
import { useEffect, useEffectEvent, useRef } from "react";
import type { Json, Task } from "@/pipelines/compile/dag";
import type { Notebook } from "@/pipelines/notebook/notebook";
import type { PageCompilation } from "../_compile/use-compilation";
import { reactiveTargets } from "./reactive-targets";

const quietMs = 900;

export interface ReactiveParts {
  readonly enabled: boolean;
  readonly notebook: Notebook;
  readonly compilation: PageCompilation | undefined;
  readonly stale: ReadonlySet<string>;
  readonly values: Readonly<Record<string, Json>>;
  /** A run goes on, or what is known of the last one is not here yet. */
  readonly busy: boolean;
  readonly run: (targets: readonly string[]) => void;
}

/** Asked for twice, the same things would only fail twice. */
function orderOf(tasks: readonly Task[], targets: readonly string[], values: Readonly<Record<string, Json>>): string {
  const chosen = tasks.filter((task) => targets.includes(task.key));
  return JSON.stringify(chosen.map((task) => [task.key, task.fingerprint, task.params.map((name) => values[name] ?? null)]));
}

export function useReactiveRuns({ enabled, notebook, compilation, stale, values, busy, run }: ReactiveParts): void {
  const ordered = useRef<string>(undefined);
  const act = useEffectEvent(run);
  const isKnown = compilation !== undefined && !busy;
  useEffect(() => {
    if (!isKnown) return;
    const { tasks, disabled } = compilation.dag;
    const targets = reactiveTargets(tasks, stale, compilation.diagnostics, new Set(disabled?.map(({ cell }) => cell)));
    const order = orderOf(tasks, targets, values);
    // What was out of date before is left alone.
    if (!enabled || ordered.current === undefined) {
      ordered.current = order;
      return;
    }
    if (targets.length === 0 || order === ordered.current) return;
    const timer = setTimeout(() => {
      ordered.current = order;
      act(targets);
    }, quietMs);
    return () => clearTimeout(timer);
  }, [enabled, notebook, compilation, stale, values, isKnown]);
}
