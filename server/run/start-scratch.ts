/**
 * Runs a text that is not part of the notebook beside a stored version of it: a run of its own kind (trigger "scratch") with
 * that one cell as its target. It reads the notebook's values, from the cache where they are stored; the notebook shows
 * nothing of it. Neighbours: start-run.ts (runs of the notebook), ../db/storage.sql.ts (kept for a day).
 */
import { compile } from "@/pipelines/compile/compile";
import type { Json } from "@/pipelines/compile/dag";
import { cellKey } from "@/pipelines/notebook/cell-key";
import { format } from "@/pipelines/notebook/format";
import type { Cell, Notebook } from "@/pipelines/notebook/notebook";
import { parse } from "@/pipelines/notebook/parse";
import { AppError } from "../errors";
import type { Heddle } from "../heddle";
import { getNotebookVersion } from "../notebook/store";
import { submitRun } from "./start-run";

export interface ScratchOrder {
  readonly workspaceId: string;
  readonly userId: string | undefined;
  readonly notebookId: string;
  readonly revision: number;
  readonly params: Readonly<Record<string, Json>>;
  readonly source: string;
}

/** `task` is the key of the scratch cell in the run. */
export async function startScratch(
  heddle: Heddle,
  order: ScratchOrder,
): Promise<{ readonly id: string; readonly number: number; readonly task: string }> {
  const version = await getNotebookVersion(heddle.database, order.workspaceId, order.notebookId, order.revision);
  const { notebook, task } = withScratch(parse(version.text), order.source);
  const text = format(notebook);
  const { dag, diagnostics } = compile(parse(text), { packages: heddle.packages });
  const own = diagnostics.find(({ severity, place }) => severity === "error" && place.cellKey === task);
  if (own) throw new AppError("BAD_REQUEST", `${own.place.in === "source" ? `Line ${own.place.line}: ` : ""}${own.message}`);
  if (!dag.tasks.some(({ key }) => key === task)) {
    throw new AppError(
      "BAD_REQUEST",
      dag.disabled?.some(({ key }) => key === task)
        ? "It reads a cell that is switched off."
        : "There is nothing to run: write a statement, or an expression whose value is to be seen.",
    );
  }
  const run = await submitRun(
    heddle,
    { ...order, targets: [task], cache: "use", trigger: "scratch" },
    { ...version, text },
    // It stands in the plan, so all that it needs is whole; what else is broken does not concern it.
    { dag, diagnostics: [] },
  );
  return { ...run, task };
}

/** The notebook with one more cell, under a key that nobody has. It always runs: one looks again because one wants to see. */
function withScratch(notebook: Notebook, source: string): { readonly notebook: Notebook; readonly task: string } {
  const keys = new Set(notebook.cells.map((cell, index) => cellKey(cell, index)));
  let title = "Scratch";
  for (let count = 2; keys.has(cellKey({ title }, 0)); count++) title = `Scratch ${count}`;
  const cell: Cell = { id: "scratch", kind: "code", title, options: [{ key: "cache", value: "off" }], source };
  return { notebook: { ...notebook, cells: [...notebook.cells, cell] }, task: cellKey(cell, notebook.cells.length) };
}
