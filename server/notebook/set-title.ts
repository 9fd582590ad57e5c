/** Gives a notebook's text a title, in its front matter. */
import { parseDocument, stringify } from "yaml";
import { format } from "@/pipelines/notebook/format";
import { parse } from "@/pipelines/notebook/parse";

export function setTitle(text: string, title: string): string {
  const notebook = parse(text);
  const document = parseDocument(notebook.frontMatter ?? "");
  // Front matter that is no YAML stays as its author left it.
  if (document.errors.length > 0) return text;
  if (document.contents === null) return format({ ...notebook, frontMatter: stringify({ title }, { lineWidth: 0 }).trimEnd() });
  document.set("title", title);
  return format({ ...notebook, frontMatter: document.toString({ lineWidth: 0 }).trimEnd() });
}

/** A new notebook: a title and one empty cell to type into. */
export function newNotebookText(title: string): string {
  return setTitle(format({ cells: [{ id: "c1", kind: "code", title: "", options: [], source: "" }] }), title);
}
