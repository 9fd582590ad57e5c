import { isMap, parseDocument } from "yaml";

/** Front matter with one dependency more, changed or (range undefined) fewer; the rest stays as its author wrote it. */
export function setDependency(frontMatter: string | undefined, name: string, range: string | undefined): string | undefined {
  const document = parseDocument(frontMatter ?? "");
  if (document.errors.length > 0) return frontMatter;
  if (document.contents !== null && !isMap(document.contents)) return frontMatter;
  if (range === undefined) {
    if (!document.hasIn(["dependencies", name])) return frontMatter;
    document.deleteIn(["dependencies", name]);
    const left = document.get("dependencies");
    if (isMap(left) && left.items.length === 0) document.delete("dependencies");
  } else if (isMap(document.get("dependencies"))) document.setIn(["dependencies", name], range);
  else document.set("dependencies", document.createNode({ [name]: range }));
  if (isMap(document.contents) && document.contents.items.length === 0) return undefined;
  return document.toString({ lineWidth: 0 }).trimEnd();
}
