import fs from "node:fs";
import path from "node:path";
import { seedExampleData } from "@/server/workspace/example-data";
import { packageDir } from "./package-dir";

/**
 * The folder that cells of a notebook read with `dataset(…)`: the one named, else `data/` beside the notebook, else for
 * Heddle's own examples the data sets that ship with the environment, else an empty one.
 */
export async function findDataFolder(
  notebook: string,
  named: string | undefined,
  home: string,
  environment: string,
): Promise<{ ok: true; dir: string } | { ok: false; message: string }> {
  if (named !== undefined) {
    return fs.existsSync(named) ? { ok: true, dir: path.resolve(named) } : { ok: false, message: `There is no folder ${named}.` };
  }
  const folder = path.dirname(path.resolve(notebook));
  const beside = path.join(folder, "data");
  if (fs.existsSync(beside)) return { ok: true, dir: beside };
  const examples = folder === path.join(packageDir(), "pipelines/examples");
  const dir = path.join(home, "data", examples ? "examples" : "none");
  fs.mkdirSync(dir, { recursive: true });
  if (examples) await seedExampleData(environment, dir);
  return { ok: true, dir };
}
