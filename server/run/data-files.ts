/** Files of the workspace's data folder that a cell names, with their hashes: what another machine has to fetch before it runs. */
import path from "node:path";
import { createDataHashes } from "./data-hashes";

export interface NamedDataFile {
  readonly path: string;
  /** SHA-256, or "missing". */
  readonly hash: string;
  readonly file: string;
}

export function createDataFiles(
  folderOf: (workspaceId: string) => string,
): (workspaceId: string, datasets: readonly string[] | "any") => Promise<NamedDataFile[]> {
  const hashesOf = createDataHashes(folderOf);
  return async (workspaceId, datasets) => {
    if (datasets.length === 0) return [];
    const folder = path.resolve(folderOf(workspaceId));
    const hashes = await hashesOf(workspaceId, datasets);
    return Object.entries(hashes).flatMap(([name, hash]) => {
      const file = path.resolve(folder, name);
      return file.startsWith(folder + path.sep) ? [{ path: path.relative(folder, file), hash, file }] : [];
    });
  };
}
