/** `heddle fmt FILE`. Exit 0, 1 when `--check` finds a difference, 2 when the file cannot be read. */
import fs from "node:fs";
import { format } from "@/pipelines/notebook/format";
import { readNotebook } from "./read-notebook";

export async function formatFile(file: string, { check }: { check: boolean }): Promise<number> {
  const read = readNotebook(file);
  if (!read.ok) {
    console.error(read.message);
    return 2;
  }
  const formatted = format(read.notebook);
  if (formatted === read.text) return 0;
  if (check) {
    console.error(`${file} is not formatted: run heddle fmt ${file}`);
    return 1;
  }
  fs.writeFileSync(file, formatted);
  console.error(`Formatted ${file}`);
  return 0;
}
