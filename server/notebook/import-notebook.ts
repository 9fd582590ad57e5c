/** A file that somebody brings: TypeScript as it is, Jupyter's with what its cells showed. Runs and fetches nothing of it. */
import { fromIpynb } from "@/pipelines/exchange/from-ipynb";
import type { Diagnostic } from "@/pipelines/compile/dag";
import { format } from "@/pipelines/notebook/format";
import { AppError } from "../errors";
import { errorFields, log } from "../log";
import { keepOutputs } from "./keep-outputs";
import { createNotebook, type Author, type Shelf } from "./store";

export interface ImportedFile {
  readonly id: string;
  readonly diagnostics: Diagnostic[];
  /** What became of what has no counterpart here. */
  readonly notes: string[];
}

export async function importNotebook(
  shelf: Shelf,
  workspaceId: string,
  author: Author,
  { fileName, text }: { readonly fileName: string; readonly text: string },
): Promise<ImportedFile> {
  const title =
    fileName
      .split(/[/\\]/)
      .at(-1)!
      .replace(/\.\w+$/, "")
      .replace(/[-_]+/g, " ")
      .trim() || "Imported notebook";
  if (/\.[mc]?tsx?$/i.test(fileName)) {
    const { id, diagnostics } = await createNotebook(shelf, workspaceId, author, text, title);
    return { id, diagnostics: [...diagnostics], notes: [] };
  }
  if (!/\.ipynb$/i.test(fileName))
    throw new AppError("BAD_REQUEST", `A notebook is a TypeScript file (.ts) or one of Jupyter (.ipynb); "${fileName}" is none.`);
  const read = fromIpynb(text);
  if (!read.ok) throw new AppError("BAD_REQUEST", `"${fileName}" could not be read. ${read.message}`);
  const made = format(read.notebook).replaceAll("\0", "");
  const { id, diagnostics } = await createNotebook(shelf, workspaceId, author, made, title);
  const notes = [...read.notes];
  try {
    await keepOutputs(shelf.database, { workspaceId, notebookId: id, userId: author.userId, text: made, title, outputs: read.outputs });
  } catch (error) {
    log("warn", "outputs of an imported notebook were not kept", errorFields(error));
    notes.push("Its outputs could not be kept: run it to see them.");
  }
  return { id, diagnostics: [...diagnostics], notes };
}
