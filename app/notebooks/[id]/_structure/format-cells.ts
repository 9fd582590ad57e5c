/** Lays out the text of cells with Prettier. Loaded, with Prettier itself, when first asked for. */
import type { Cell } from "@/pipelines/notebook/notebook";
import { cellKey } from "@/pipelines/notebook/cell-key";
import { isCode } from "./structure-edits";

export interface FormattedCells {
  readonly edits: readonly { readonly type: "set-source"; readonly id: string; readonly source: string }[];
  /** What could not be read, in words. */
  readonly faults: readonly string[];
}

export async function formatCells(cells: readonly Cell[]): Promise<FormattedCells> {
  const { format } = await import("prettier/standalone");
  const [babel, estree, markdown] = await Promise.all([
    cells.some(isCode) ? import("prettier/plugins/babel") : undefined,
    cells.some(isCode) ? import("prettier/plugins/estree") : undefined,
    cells.some(({ kind }) => kind === "markdown") ? import("prettier/plugins/markdown") : undefined,
  ]);
  const edits: FormattedCells["edits"][number][] = [];
  const faults: string[] = [];
  for (const [index, cell] of cells.entries()) {
    if (cell.source.trim() === "" || !(isCode(cell) || cell.kind === "markdown")) continue;
    try {
      const formatted = isCode(cell)
        ? await format(cell.source, { parser: "babel-ts", plugins: [babel!.default, estree!.default], printWidth: 100 })
        : await format(cell.source, { parser: "markdown", plugins: [markdown!.default], proseWrap: "preserve", printWidth: 100 });
      const source = formatted.replace(/\n$/, "");
      if (source !== cell.source) edits.push({ type: "set-source", id: cell.id, source });
    } catch (error) {
      const [line = ""] = (error as Error).message.split("\n");
      faults.push(`${cell.title || cellKey(cell, index)}: ${line}`);
    }
  }
  return { edits, faults };
}
