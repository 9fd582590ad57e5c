/** What the list of notebooks shows of a text, worked out once when it is saved. Nothing of it is run. */
import { compile } from "@/pipelines/compile/compile";
import type { Diagnostic } from "@/pipelines/compile/dag";
import { describeNotebook } from "@/pipelines/notebook/describe-notebook";
import { parse } from "@/pipelines/notebook/parse";
import { AppError } from "../errors";

export interface NotebookSummary {
  readonly title: string | undefined;
  readonly description: string;
  readonly taskCount: number;
  readonly errorCount: number;
  readonly diagnostics: readonly Diagnostic[];
}

const mostCells = 5000;

export function summarise(text: string, packages: readonly string[]): NotebookSummary {
  const notebook = parse(text);
  if (notebook.cells.length > mostCells)
    throw new AppError("PAYLOAD_TOO_LARGE", `A notebook has at most ${mostCells} cells; this one has ${notebook.cells.length}.`);
  const { title, description } = describeNotebook(notebook);
  const { dag, diagnostics } = compile(notebook, { packages });
  return {
    title: title?.slice(0, 200),
    description: (description ?? "").slice(0, 1000),
    taskCount: dag.tasks.length,
    errorCount: diagnostics.filter(({ severity }) => severity === "error").length,
    diagnostics,
  };
}
