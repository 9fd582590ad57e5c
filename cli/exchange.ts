/** `heddle export FILE --to …` and `heddle import FILE.ipynb`. Exit 0, or 2 when a file cannot be read or written. Runs nothing. */
import fs from "node:fs";
import path from "node:path";
import { format } from "@/pipelines/notebook/format";
import { noOutputs } from "@/pipelines/exchange/cell-outputs";
import { fromIpynb } from "@/pipelines/exchange/from-ipynb";
import { toHtml } from "@/pipelines/exchange/to-html";
import { toIpynb } from "@/pipelines/exchange/to-ipynb";
import { toMarkdown } from "@/pipelines/exchange/to-markdown";
import { readLastOutputs } from "@/server/embedded";
import { readEnv } from "@/server/env";
import { packageDir } from "./package-dir";
import { readNotebook } from "./read-notebook";

export async function exportFile(file: string, to: "ipynb" | "html" | "md", out: string | undefined): Promise<number> {
  const read = readNotebook(file);
  if (!read.ok) return refuse(read.message);
  const { notebook } = read;
  const fallbackTitle = path.basename(file).replace(/\.\w+$/, "");
  const target = out ?? path.join(path.dirname(file), `${fallbackTitle}.${to}`);
  const outputs = await readLastOutputs(path.join(readEnv(process.env).home, "cli"), packageDir(), path.resolve(file)).catch(
    (error: unknown) => {
      console.error(`Its last outputs could not be read (${(error as Error).message}): the file is written without them.`);
      return noOutputs;
    },
  );
  const text =
    to === "ipynb"
      ? toIpynb(notebook, outputs)
      : to === "md"
        ? toMarkdown(notebook, outputs)
        : toHtml(notebook, outputs, { fallbackTitle });
  if (target === "-") process.stdout.write(text);
  else {
    const fault = write(target, text);
    if (fault !== undefined) return refuse(fault);
    console.error(`${target}${outputs.size === 0 ? ", without outputs: it was not run here yet (heddle run)" : ""}`);
  }
  return 0;
}

export async function importFile(file: string, out: string | undefined, force: boolean): Promise<number> {
  const read = readNotebook(file);
  if (!read.ok) return refuse(read.message);
  const made = fromIpynb(read.text);
  if (!made.ok) return refuse(`${file} could not be read. ${made.message}`);
  const target = out ?? file.replace(/(?:\.ipynb)?$/, ".ts");
  if (fs.existsSync(target) && !force) return refuse(`${target} is there already: name another with --out, or write over it with --force.`);
  const fault = write(target, format(made.notebook));
  if (fault !== undefined) return refuse(fault);
  for (const note of made.notes) console.error(note);
  if (made.outputs.size > 0) console.error("A file holds no outputs: bring the .ipynb to a Heddle server to keep them.");
  console.error(target);
  return 0;
}

function write(file: string, text: string): string | undefined {
  try {
    fs.writeFileSync(file, text);
    return undefined;
  } catch (error) {
    return `${file} could not be written: ${(error as Error).message}`;
  }
}

function refuse(message: string): 2 {
  console.error(message);
  return 2;
}
