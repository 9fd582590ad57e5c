/** `runNotebook("…")` without a server: another file, named by its path, or one beside the caller, by its title or its name. */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { compile } from "@/pipelines/compile/compile";
import { chooseByName, type FindNotebook, type FoundNotebook } from "@/server/notebook/find-notebook";
import { readNotebook } from "./read-notebook";

/** `main` is the notebook that the command runs; a notebook's id is the path of its file here. */
export function createFindNotebookFile(main: string): FindNotebook {
  return async (caller, name) => {
    const folder = path.dirname(caller.notebookId ?? path.resolve(main));
    if (name.endsWith(".ts")) return readFile(path.resolve(folder, name));
    const files = fs
      .readdirSync(folder)
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
      .map((file) => path.join(folder, file));
    const titled = files.flatMap((id) => {
      const title = titleOf(id);
      return title === undefined ? [] : [{ id, title }];
    });
    const named = files.map((id) => ({ id, title: path.basename(id, ".ts") }));
    const byFile = chooseByName(named, name);
    const byTitle = chooseByName(titled, name);
    const chosen = "message" in byTitle ? byFile : byTitle;
    return "message" in chosen ? { message: `${chosen.message} Looked for in ${folder}.` } : readFile(chosen.id);
  };
}

function titleOf(file: string): string | undefined {
  const read = readNotebook(file);
  return read.ok ? compile(read.notebook).dag.title : undefined;
}

function readFile(file: string): FoundNotebook | { readonly message: string } {
  const read = readNotebook(file);
  if (!read.ok) return read;
  const title = compile(read.notebook).dag.title ?? path.basename(file, ".ts");
  const id = crypto.createHash("sha256").update(read.text).digest("hex");
  return { notebookId: file, versionId: undefined, version: { id, title, text: read.text } };
}
