/** Which packages the cells of a notebook import, and where: for the panel of packages and for what a run needs. */
import { parseCell } from "../compile/parse-cell";
import { visitSpecifiers } from "../compile/visit-specifiers";
import { cellKey } from "../notebook/cell-key";
import type { Cell, Notebook } from "../notebook/notebook";
import { isPackage, packageOf } from "./package-of";

export interface PackageUse {
  readonly package: string;
  readonly cell: string;
  readonly cellKey: string;
  /** Of the cell's source, 1-based. */
  readonly line: number;
}

const perText = new WeakMap<Cell, readonly { readonly package: string; readonly line: number }[]>();

/** The first import of each package in each cell, in the order of cells. Total: a text that cannot be read imports nothing. */
export function findImports(notebook: Notebook): readonly PackageUse[] {
  return notebook.cells.flatMap((cell, index) => {
    if (cell.kind !== "code" && cell.kind !== "params") return [];
    let found = perText.get(cell);
    if (!found) perText.set(cell, (found = readImports(cell.source)));
    return found.map((each) => ({ ...each, cell: cell.id, cellKey: cellKey(cell, index) }));
  });
}

function readImports(source: string): { package: string; line: number }[] {
  if (!/import|export|require/.test(source)) return [];
  const found = new Map<string, number>();
  try {
    const { program } = parseCell(source);
    if (program)
      visitSpecifiers(program, (node, module) => {
        if (module === undefined || !isPackage(module)) return;
        const name = packageOf(module);
        if (!found.has(name)) found.set(name, source.slice(0, node.start).split("\n").length);
      });
  } catch {
    // It says so elsewhere.
  }
  return [...found].map(([name, line]) => ({ package: name, line }));
}
