/** What the list of notebooks shows of a text, worked out once when it is saved. */
import { describeNotebook } from "@/pipelines/notebook/describe-notebook";
import { parse } from "@/pipelines/notebook/parse";

export interface NotebookSummary {
  readonly title: string | undefined;
  readonly description: string;
  readonly taskCount: number;
  readonly errorCount: number;
}

export function summarise(text: string): NotebookSummary {
  const notebook = parse(text);
  const { title, description } = describeNotebook(notebook);
  return {
    title: title?.slice(0, 200),
    description: (description ?? "").slice(0, 1000),
    taskCount: notebook.cells.filter((cell) => cell.kind === "code").length,
    errorCount: 0,
  };
}
