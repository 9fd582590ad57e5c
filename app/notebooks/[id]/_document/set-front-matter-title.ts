import { parseDocument, stringify } from "yaml";

/** Front matter with another title; the rest stays as its author wrote it. Front matter that is no YAML stays whole. */
export function setFrontMatterTitle(frontMatter: string | undefined, title: string): string {
  const document = parseDocument(frontMatter ?? "");
  if (document.errors.length > 0) return frontMatter ?? "";
  if (document.contents === null) return stringify({ title }, { lineWidth: 0 }).trimEnd();
  document.set("title", title);
  return document.toString({ lineWidth: 0 }).trimEnd();
}
