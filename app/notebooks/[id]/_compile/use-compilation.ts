"use client";
/** Compiles the notebook in the page, a moment after each change; unchanged cells cost next to nothing. */
import { useEffect, useRef, useState } from "react";
import { compile, CompilerMemory } from "@/pipelines/compile/compile";
import type { Compilation, Diagnostic } from "@/pipelines/compile/dag";
import type { Notebook } from "@/pipelines/notebook/notebook";

const quietMs = 120;

export interface PageCompilation extends Compilation {
  readonly byCell: ReadonlyMap<string, readonly Diagnostic[]>;
}

export function useCompilation(notebook: Notebook, packages: readonly string[]): PageCompilation | undefined {
  const memory = useRef<CompilerMemory>(undefined);
  const [compilation, setCompilation] = useState<PageCompilation>();
  useEffect(() => {
    // The first one comes at once, but after the cells have been painted.
    const timer = setTimeout(() => {
      const known = (memory.current ??= new CompilerMemory());
      const next = compile(notebook, { packages, memory: known });
      setCompilation((before) => ({ ...next, byCell: groupByCell(next.diagnostics, before?.byCell) }));
    }, memory.current ? quietMs : 0);
    return () => clearTimeout(timer);
  }, [notebook, packages]);
  return compilation;
}

/** Lists that did not change stay the same objects, so that their cells are not drawn again. */
function groupByCell(diagnostics: readonly Diagnostic[], before: ReadonlyMap<string, readonly Diagnostic[]> | undefined) {
  const groups = new Map<string, Diagnostic[]>();
  for (const each of diagnostics) groups.set(each.place.cell, [...(groups.get(each.place.cell) ?? []), each]);
  return new Map([...groups].map(([cell, group]) => {
    const old = before?.get(cell);
    return [cell, old && JSON.stringify(old) === JSON.stringify(group) ? old : group] as const;
  }));
}
