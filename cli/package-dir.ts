import path from "node:path";

/** Where Heddle lies: the folder above dist/, in which this code is bundled. */
export function packageDir(): string {
  let dir = import.meta.dirname;
  while (path.basename(dir) !== "dist") {
    const parent = path.dirname(dir);
    if (parent === dir) return process.cwd();
    dir = parent;
  }
  return path.dirname(dir);
}
