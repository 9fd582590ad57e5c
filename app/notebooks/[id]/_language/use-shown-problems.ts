"use client";
/** Diagnostics of the compiler and of the types together; lists that did not change stay the same objects. */
import { useMemo, useRef } from "react";
import { cellKey } from "@/pipelines/notebook/cell-key";
import type { Notebook } from "@/pipelines/notebook/notebook";
import { checkPorts, showDiagnostics, type ShownDiagnostic } from "@/pipelines/language/shown-diagnostics";
import type { PageCompilation } from "../_compile/use-compilation";
import type { Language } from "./use-language";
import { placeOfName } from "./place-of-name";

export interface ShownProblems {
  readonly all: readonly ShownDiagnostic[];
  readonly byCell: ReadonlyMap<string, readonly ShownDiagnostic[]>;
}

const none: ShownProblems = { all: [], byCell: new Map() };

export function useShownProblems(
  notebook: Notebook,
  compilation: PageCompilation | undefined,
  { diagnostics, ports, ready }: Language,
): ShownProblems {
  const before = useRef(new Map<string, readonly ShownDiagnostic[]>());
  // While one writes the compilation follows a moment later; what it says of the cells is what counts here.
  return useMemo(() => {
    if (!compilation) return none;
    const travel = checkPorts(ports, compilation.dag, compilation.diagnostics, (id, name) => {
      const index = notebook.cells.findIndex((cell) => cell.id === id);
      const cell = notebook.cells[index];
      return cell && placeOfName(cell, cellKey(cell, index), name);
    });
    const byCell = new Map<string, readonly ShownDiagnostic[]>();
    const front = compilation.byCell.get("");
    if (front) byCell.set("", front);
    const spoken = new Set([...compilation.byCell.keys(), ...diagnostics.keys(), ...travel.map(({ place }) => place.cell)]);
    notebook.cells.forEach((cell, index) => {
      // Most cells have nothing against them, and this is done with each letter.
      if (!spoken.has(cell.id)) return;
      const compiled = compilation.byCell.get(cell.id) ?? [];
      const types = ready ? (diagnostics.get(cell.id) ?? []) : [];
      const own = travel.filter(({ place }) => place.cell === cell.id);
      const shown = [...showDiagnostics(cell, cellKey(cell, index), compiled, types), ...own];
      if (shown.length === 0) return;
      const old = before.current.get(cell.id);
      byCell.set(cell.id, old && JSON.stringify(old) === JSON.stringify(shown) ? old : shown);
    });
    before.current = new Map(byCell);
    return { all: [...byCell.values()].flat(), byCell };
  }, [notebook, compilation, diagnostics, ports, ready]);
}
