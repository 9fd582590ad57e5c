/** Hashes of the workspace's data files: part of the cache key of a task that names them. Kept by size, time and inode. */
import crypto from "node:crypto";
import fs from "node:fs";
import fsp from "node:fs/promises";
import path from "node:path";

export type DataHashes = (workspaceId: string, datasets: readonly string[] | "any") => Promise<Record<string, string>>;

export function createDataHashes(folderOf: (workspaceId: string) => string): DataHashes {
  const known = new Map<string, Promise<string>>();

  async function hashFile(file: string): Promise<string> {
    let stat: fs.BigIntStats;
    try {
      stat = await fsp.stat(file, { bigint: true });
    } catch {
      return "missing";
    }
    if (!stat.isFile()) return "missing";
    const key = `${file}\0${stat.size}\0${stat.mtimeNs}\0${stat.ino}`;
    let hash = known.get(key);
    if (!hash) {
      hash = digest(file);
      known.set(key, hash);
      hash.catch(() => known.delete(key));
    }
    return hash;
  }

  return async (workspaceId, datasets) => {
    const folder = path.resolve(folderOf(workspaceId));
    const names = datasets === "any" ? await listFiles(folder) : datasets;
    const hashes: Record<string, string> = {};
    for (const name of names) {
      const file = path.resolve(folder, name);
      // A name that leads out of the folder is refused where it is read; here it only must not be opened.
      hashes[name] = file.startsWith(folder + path.sep) ? await hashFile(file) : "missing";
    }
    return hashes;
  };
}

async function digest(file: string): Promise<string> {
  const hash = crypto.createHash("sha256");
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await fsp.readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
      .sort();
  } catch {
    return [];
  }
}
