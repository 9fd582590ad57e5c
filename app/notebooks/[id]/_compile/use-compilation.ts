"use client";
/** Compiles the notebook in the page, a moment after each change; unchanged cells cost next to nothing. */
import { startTransition, useCallback, useEffect, useRef, useState } from "react";
import { compile, CompilerMemory } from "@/pipelines/compile/compile";
import type { Compilation, Diagnostic } from "@/pipelines/compile/dag";
import type { Notebook } from "@/pipelines/notebook/notebook";
import { warmUp } from "./warm-up";

const quietMs = 120;

export interface PageCompilation extends Compilation {
  readonly byCell: ReadonlyMap<string, readonly Diagnostic[]>;
}

/** The newest compilation, and a function that compiles what is there at this very moment. */
export function useCompilation(
  notebook: Notebook,
  packages: readonly string[],
): readonly [PageCompilation | undefined, () => PageCompilation] {
  const memory = useRef<CompilerMemory>(undefined);
  const latest = useRef(notebook);
  const compiled = useRef<{ notebook: Notebook; compilation: PageCompilation }>(undefined);
  const [compilation, setCompilation] = useState<PageCompilation>();
  const compileNow = useCallback(() => {
    if (compiled.current?.notebook === latest.current) return compiled.current.compilation;
    memory.current ??= new CompilerMemory();
    const next = compile(latest.current, { packages, memory: memory.current });
    const whole = { ...next, byCell: groupByCell(next.diagnostics, compiled.current?.compilation.byCell) };
    const isFirst = compiled.current === undefined;
    compiled.current = { notebook: latest.current, compilation: whole };
    // The first one changes every cell a little; none of it is worth holding up a keystroke.
    if (isFirst) startTransition(() => setCompilation(whole));
    else setCompilation(whole);
    return whole;
  }, [packages]);
  useEffect(() => {
    latest.current = notebook;
    if (compiled.current) {
      const timer = setTimeout(compileNow, quietMs);
      return () => clearTimeout(timer);
    }
    // The first one comes as soon as the cells have been painted, and lets everything else go before.
    memory.current ??= new CompilerMemory();
    return warmUp(memory.current, notebook, compileNow);
  }, [notebook, compileNow]);
  return [compilation, compileNow];
}

/** Lists that did not change stay the same objects, so that their cells are not drawn again. */
function groupByCell(diagnostics: readonly Diagnostic[], before: ReadonlyMap<string, readonly Diagnostic[]> | undefined) {
  const groups = new Map<string, Diagnostic[]>();
  for (const each of diagnostics) groups.set(each.place.cell, [...(groups.get(each.place.cell) ?? []), each]);
  return new Map(
    [...groups].map(([cell, group]) => {
      const old = before?.get(cell);
      return [cell, old && JSON.stringify(old) === JSON.stringify(group) ? old : group] as const;
    }),
  );
}
