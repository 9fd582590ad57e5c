import fs from "node:fs";
import type { Notebook } from "@/pipelines/notebook/notebook";
import { parse } from "@/pipelines/notebook/parse";

/** The notebook in a file, or one sentence that says why it cannot be read. */
export function readNotebook(file: string): { ok: true; text: string; notebook: Notebook } | { ok: false; message: string } {
  try {
    const text = fs.readFileSync(file, "utf8");
    return { ok: true, text, notebook: parse(text) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") return { ok: false, message: `There is no file ${file}.` };
    if (code === "EISDIR") return { ok: false, message: `${file} is a folder; name a notebook in it.` };
    return { ok: false, message: `${file} could not be read: ${(error as Error).message}` };
  }
}
