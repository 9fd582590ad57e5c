"use client";
/** Diagnostics of the compiler and of the types together; lists that did not change stay the same objects. */
import { useMemo, useState } from "react";
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

/** The last list of each cell. */
class Lists {
  private readonly known = new Map<string, readonly ShownDiagnostic[]>();

  keep(cell: string, list: readonly ShownDiagnostic[]): readonly ShownDiagnostic[] {
    const old = this.known.get(cell);
    if (old && JSON.stringify(old) === JSON.stringify(list)) return old;
    this.known.set(cell, list);
    return list;
  }
}

const none: ShownProblems = { all: [], byCell: new Map() };

export function useShownProblems(
  notebook: Notebook,
  compilation: PageCompilation | undefined,
  { diagnostics, ports, ready }: Language,
): ShownProblems {
  const [before] = useState(() => new Lists());
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
      byCell.set(cell.id, before.keep(cell.id, shown));
    });
    return { all: [...byCell.values()].flat(), byCell };
  }, [notebook, compilation, diagnostics, ports, ready, before]);
}
